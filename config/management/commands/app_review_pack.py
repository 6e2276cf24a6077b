import os
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from notifications.readiness import permissions
from tenants.commands import RecadoCommand, Row

NEEDED = ("playwright", "imageio_ffmpeg")


class Command(RecadoCommand):
    help = (
        "Makes the pack for Meta's App Review from a running demonstration (make run): the texts of every permission, "
        "a picture of each step, and a film of each permission that is requested. It walks the steps in a headless "
        "Chromium, so what is written there works; the demonstration keeps the booking that is made. The test login is "
        "in the pack: keep the folder to yourself."
    )

    def add_options(self, parser: CommandParser) -> None:
        default = Path(os.environ.get("RECADO_DATA", ".recado")) / "demo.json"
        parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="where the pack is put")
        parser.add_argument("--base-url", metavar="URL", help="the demonstration's address (default: as its file says)")
        parser.add_argument(
            "--demo", type=Path, default=default, metavar="FILE", help="its description (default: %(default)s)"
        )
        parser.add_argument(
            "--reading-seconds",
            type=float,
            default=2.5,
            metavar="N",
            help="how long a film shows each step (default: %(default)s)",
        )

    def run(self, *, out: Path, base_url: str | None, demo: Path, reading_seconds: float, **_options: Any) -> Row:
        chromium = _find_tools()
        if out.exists() and not out.is_dir():
            raise CommandError(f"{out} is a file; name a folder.")
        if not demo.is_file():
            raise CommandError(f"There is no demonstration at {demo}: start one with make run, or name it with --demo.")
        # Development's packages, which a production system has not: imported only here.
        pack, film = import_module("config.dev.review_pack"), import_module("config.dev.review_film")
        try:
            camera = film.Camera(chromium, out, int(reading_seconds * 1000))
            files = pack.build(permissions.standings(), pack.read_demonstration(demo, base_url), camera)
        except (ValueError, OSError, film.StepFailed) as error:
            raise CommandError(str(error)) from error
        return {"folder": str(out), "files": [file.relative_to(out).as_posix() for file in files]}

    def describe(self, answer: Any) -> str:
        return "\n".join(f"{answer['folder']}/{name}" for name in answer["files"])


def _find_tools() -> str:
    """Chromium's path; CommandError says what to install."""
    if not find_spec("config.dev"):
        raise CommandError("A production image has no demonstration: run it in a checkout, beside make run.")
    missing = [name for name in NEEDED if not find_spec(name)]
    if missing:
        raise CommandError(f"{' and '.join(missing)} not installed: pip install -r requirements-dev.txt")
    chromium = import_module("config.dev.chromium")
    if found := chromium.find_chromium():
        return str(found)
    raise CommandError(chromium.HOW.removeprefix("recado: "))
