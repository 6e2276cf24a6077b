"""Puts App Review's pack into a folder: the texts as Markdown and HTML, beside the pictures and films of the steps."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from config.dev.review_film import Camera, Demonstration, Walked, walk
from notifications.readiness.permissions import Standing

TEXTS = ("app-review.md", "app-review.html")


def read_demonstration(path: Path, base_url: str | None) -> Demonstration:
    """What ``demo.json`` tells; ValueError for a file that is none."""
    try:
        told = json.loads(path.read_text())
        person = told["tenants"][0]["operator"]
        address = (base_url or told["base_url"]).rstrip("/")
        return Demonstration(address, told["simulator_url"].rstrip("/"), person["username"], person["password"])
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise ValueError(f"{path} does not describe a demonstration") from error


def build(standings: Sequence[Standing], demo: Demonstration, camera: Camera) -> list[Path]:
    """Every file of the pack, the texts first. The folder is the owner's alone: the test login is in it."""
    folder = camera.folder
    for one in (folder, folder / "pictures", folder / "films"):
        one.mkdir(mode=0o700, parents=True, exist_ok=True)
    walked = walk([one.permission for one in standings], demo, camera)
    return [*_write_texts(standings, walked, demo, folder), *_files(walked)]


def _write_texts(
    standings: Sequence[Standing], walked: Mapping[str, Walked], demo: Demonstration, folder: Path
) -> list[Path]:
    context = {
        "sections": [_section(one, walked[one.permission.name], folder) for one in standings],
        "demo": demo,
        "company": settings.COMPANY_NAME,
        "support": settings.SUPPORT_EMAIL,
        "day": timezone.localdate().isoformat(),
    }
    with translation.override("en"):
        for name in TEXTS:
            (folder / name).write_text(render_to_string(f"review/{name}", context))
    return [folder / name for name in TEXTS]


def _section(standing: Standing, walked: Walked, folder: Path) -> dict[str, Any]:
    names = [picture.relative_to(folder).as_posix() for picture in walked.pictures]
    return {
        "permission": standing.permission,
        "state": standing.state.replace("_", " "),
        "ticks": [(state.replace("_", " "), tick.day.isoformat()) for state, tick in standing.ticks],
        "steps": list(zip(standing.permission.steps, names, strict=True)),
        "film": walked.film.relative_to(folder).as_posix() if walked.film else "",
    }


def _files(walked: Mapping[str, Walked]) -> list[Path]:
    return [path for one in walked.values() for path in (*one.pictures, one.film) if path]
