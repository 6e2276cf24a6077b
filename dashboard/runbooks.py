"""The runbooks of docs/runbooks as pages of the console: what an alert means, where to look, what to do.

English in the folder itself, Portuguese under pt-br; a language without its own text reads the English one.
"""

import functools
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from markdown_it import MarkdownIt

FOLDER: Path = settings.BASE_DIR / "docs" / "runbooks"
TRANSLATED = "pt-br"


@dataclass(frozen=True)
class Runbook:
    name: str
    title: str
    html: SafeString


def find(name: str) -> Runbook | None:
    """The runbook of that name in the reader's language; None: there is none."""
    if name not in names():
        return None
    title, html = _read(name, (get_language() or "").lower())
    return Runbook(name, title, html)


@functools.cache
def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.md"))


def all_of_them() -> list[Runbook]:
    """By their titles."""
    return sorted((book for name in names() if (book := find(name))), key=lambda book: book.title)


@functools.cache
def _read(name: str, language: str) -> tuple[str, SafeString]:
    translated = FOLDER / TRANSLATED / f"{name}.md"
    path = translated if language == TRANSLATED and translated.exists() else FOLDER / f"{name}.md"
    heading, _newline, text = path.read_text(encoding="utf-8").partition("\n")
    html = MarkdownIt("commonmark", {"html": False}).render(text)
    return heading.lstrip("# ").strip(), mark_safe(html)  # noqa: S308 - our own text, and HTML in it is not taken
