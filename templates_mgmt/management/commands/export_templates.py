"""manage.py export_templates: a company's templates as files."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from templates_mgmt import files
from templates_mgmt.accounts import choose
from tenants.commands import RecadoCommand, add_tenant_option, find_tenant


class Command(RecadoCommand):
    help = (
        "Writes each template of a WhatsApp Business account into a file of its own (name.language.json, in Meta's "
        "creation payload), from where import_templates brings it into another account. Existing files of the same "
        "names are replaced. A header's example file does not travel: upload it again where the template is imported."
    )
    empty = "The account has no templates; run sync_templates first."

    def add_options(self, parser: CommandParser) -> None:
        add_tenant_option(parser, required=True)
        parser.add_argument("--waba-id", metavar="ID", default="", help="needed where the company has several accounts")
        parser.add_argument("--folder", required=True, type=Path, help="where the files go; made if it is not there")
        parser.add_argument("--status", default="", help="only templates of this status, as APPROVED")

    def run(self, *, tenant_id: str, waba_id: str, folder: Path, status: str, **_options: Any) -> list[dict[str, str]]:
        account = choose(find_tenant(tenant_id), waba_id)
        try:
            return [{"file": str(path)} for path in files.export(account, folder, status.upper())]
        except OSError as error:
            raise CommandError(f"The folder cannot be written: {error}") from error
