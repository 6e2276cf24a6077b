"""manage.py import_templates: templates from files into a company's account."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from templates_mgmt import files
from templates_mgmt.accounts import choose
from tenants.commands import RecadoCommand, add_tenant_option, find_tenant, table


class Command(RecadoCommand):
    help = (
        "Reads templates from files (as export_templates writes them) into a WhatsApp Business account: as drafts, or "
        "with --submit to Meta for review. Each file is held against Meta's rules first, and one that breaks some is "
        "told with its fields and left out. Templates that are there already in the same words stay as they are. "
        "Exit code 1 if a file was refused."
    )
    empty = "There are no files to read."

    def add_options(self, parser: CommandParser) -> None:
        add_tenant_option(parser, required=True)
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files, or folders of .json files")
        parser.add_argument("--waba-id", metavar="ID", default="", help="needed where the company has several accounts")
        parser.add_argument("--submit", action="store_true", help="send each one to Meta for review")
        parser.add_argument("--dry-run", action="store_true", help="only say what would become of each file")

    def run(self, *, tenant_id: str, waba_id: str, paths: list[Path], **options: Any) -> list[dict[str, Any]]:
        account = choose(find_tenant(tenant_id), waba_id)
        found = files.bring(
            account, _files(paths), submit=options["submit"], rehearse=options["dry_run"], now=timezone.now()
        )
        self.outcomes = [asdict(outcome) for outcome in found]
        return self.outcomes

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        refused = sum(1 for outcome in self.outcomes if outcome["outcome"] == "refused")
        if refused:
            raise CommandError(f"{refused} of {len(self.outcomes)} files were refused.")

    def describe(self, answer: Any) -> str:
        lines = [{name: row[name] for name in ("file", "outcome", "status")} for row in answer]
        problems = [
            f"{row['file']}: {field}: {sentence}"
            for row in answer
            for field, sentence in (row["problems"] or {}).items()
        ]
        return "\n".join([table(lines) or self.empty, *problems])


def _files(paths: list[Path]) -> list[Path]:
    """The files of the paths, those of folders by name."""
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise CommandError(f"Not found: {', '.join(missing)}.")
    found = [sorted(path.glob(f"*{files.SUFFIX}")) if path.is_dir() else [path] for path in paths]
    return [path for group in found for path in group]
