"""The Portuguese catalogue, made and checked without GNU gettext.

    python -m config.dev.translations merge FILE.json [--library]
    python -m config.dev.translations compile
    python -m config.dev.translations check

``merge`` takes ``{"English": "português"}``; a plural is ``"one file|||%(count)s files": ["…", "…"]``, a context stands
before its text and the character U+0004, as gettext has it. ``--library`` marks texts of libraries, which our own code
does not contain. ``check`` compares the catalogue with every text that code and templates ask for.
"""

import argparse
import fcntl
import io
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polib
from babel.messages.extract import extract
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "locale" / "pt_BR" / "LC_MESSAGES" / "django.po"
PACKAGES = ("config", "dashboard", "notifications", "templates_mgmt", "tenants", "whatsapp")
METADATA = {
    "Project-Id-Version": "Recado",
    "Language": "pt_BR",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n > 1);",
}
SINGULAR, PLURAL, CONTEXT = (1,), (1, 2), ((1, "c"), 2)
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), SINGULAR),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), PLURAL),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), CONTEXT),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (*CONTEXT, 3)),
}
PLURAL_MARK, CONTEXT_MARK = "|||", "\x04"
LIBRARY = "library"
PLACEHOLDER = re.compile(r"%\(\w+\)|%[sdif]|\{[^{}\s]*\}")
PORTUGUESE_LETTERS = re.compile(r"[ãõçáéíóúâêôà]", re.IGNORECASE)


@dataclass(frozen=True, order=True)
class Key:
    """What makes a catalogue entry one: context, text and, where counted, its plural."""

    context: str
    text: str
    plural: str = ""

    @classmethod
    def parse(cls, written: str) -> "Key":
        """Reads a key as ``merge`` takes it."""
        context, _, rest = written.rpartition(CONTEXT_MARK)
        text, _, plural = rest.partition(PLURAL_MARK)
        return cls(context, text, plural)

    @classmethod
    def of(cls, entry: polib.POEntry) -> "Key":
        return cls(entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")

    def __str__(self) -> str:
        return PLURAL_MARK.join(filter(None, (self.text, self.plural))) + (f" [{self.context}]" if self.context else "")


def merge(translations: Mapping[str, str | list[str]], *, library: bool = False, path: Path = CATALOGUE) -> list[str]:
    """Adds or replaces entries and compiles; returns the mistakes found, and then writes nothing."""
    new = [_entry(Key.parse(written), value, library=library) for written, value in translations.items()]
    mistakes = [mistake for entry in new for mistake in find_mistakes(entry)]
    if mistakes:
        return mistakes
    with _locked(path):
        entries = {Key.of(entry): entry for entry in _read(path)} | {Key.of(entry): entry for entry in new}
        _write(path, entries.values())
    return []


def compile_catalogue(path: Path = CATALOGUE) -> None:
    """Writes the catalogue in its normal form, and the .mo beside it."""
    with _locked(path):
        _write(path, _read(path))


def check(path: Path = CATALOGUE, root: Path = ROOT) -> list[str]:
    """Every way in which the catalogue and the texts of code and templates disagree, a line each."""
    used = find_used(root)
    catalogue = _read(path)
    known = {Key.of(entry): entry for entry in catalogue}
    found = [f"missing: {key} ({used[key]})" for key in sorted(used.keys() - known.keys())]
    found += [f"unused: {key}" for key in sorted(known.keys() - used.keys()) if known[key].tcomment != LIBRARY]
    found += [f"not English: {key} ({used[key]})" for key in sorted(used) if PORTUGUESE_LETTERS.search(key.text)]
    found += [mistake for entry in catalogue for mistake in find_mistakes(entry)]
    compiled = path.with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != catalogue.to_binary():
        found.append(f"stale: {compiled.name} is not what {path.name} says: run compile")
    return found


def find_used(root: Path = ROOT) -> dict[Key, str]:
    """Every text that code and templates ask for, with the first place that asks."""
    used: dict[Key, str] = {}
    for path in _sources(root):
        for line, message, context in _texts(path):
            parts = (message,) if isinstance(message, str) else message
            used.setdefault(Key(context or "", *parts), f"{path.relative_to(root)}:{line}")
    return used


def find_mistakes(entry: polib.POEntry) -> Iterator[str]:
    """What is wrong with one entry by itself."""
    key = Key.of(entry)
    forms = list(entry.msgstr_plural.values()) if key.plural else [entry.msgstr]
    if entry.fuzzy:
        yield f"fuzzy: {key}"
    if not all(forms) or (key.plural and len(forms) != 2):
        yield f"untranslated: {key}"
        return
    ours = _placeholders(key.text) | _placeholders(key.plural)
    for form in forms:
        theirs = _placeholders(form)
        if not theirs <= ours or (not key.plural and theirs != ours):
            yield f"placeholders: {key} -> {form}"


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text.replace("%%", "")))


def _entry(key: Key, value: str | list[str], *, library: bool) -> polib.POEntry:
    entry = polib.POEntry(msgid=key.text, msgctxt=key.context or None, tcomment=LIBRARY if library else "")
    if key.plural:
        forms = value if isinstance(value, list) else [value]
        entry.msgid_plural, entry.msgstr_plural = key.plural, dict(enumerate(forms))
    else:
        entry.msgstr = value if isinstance(value, str) else ""
    return entry


def _sources(root: Path) -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            is_code = path.suffix == ".py" and "migrations" not in path.parts
            if is_code or (path.suffix in {".html", ".txt", ".js", ".ics"} and "templates" in path.parts):
                yield path


def _texts(path: Path) -> Iterator[tuple[int, str | tuple[str, ...], str | None]]:
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        source = _as_python(templatize(source, origin=str(path)))
    found = extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS)
    for line, message, _comments, context in found:
        yield line, message, context


def _as_python(templatized: str) -> str:
    """Without indentation, which would mean something to Python's tokenizer."""
    return "\n".join(line.strip() for line in templatized.splitlines())


def _read(path: Path) -> polib.POFile:
    return polib.pofile(str(path), encoding="utf-8", wrapwidth=0) if path.exists() else _empty()


def _empty() -> polib.POFile:
    catalogue = polib.POFile(encoding="utf-8", wrapwidth=0)
    catalogue.metadata = dict(METADATA)
    return catalogue


def _write(path: Path, entries: Iterable[polib.POEntry]) -> None:
    """Sorted, without places and dates, so that the same entries are always the same file."""
    catalogue = _empty()
    catalogue.extend(sorted(entries, key=Key.of))
    for target, content in ((path, str(catalogue).encode() + b"\n"), (path.with_suffix(".mo"), catalogue.to_binary())):
        half = target.with_suffix(target.suffix + ".half")
        half.write_bytes(content)
        half.replace(target)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One writer at a time; the lock is on the folder itself, so that no file of it stays behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m config.dev.translations", description="The Portuguese catalogue.")
    commands = parser.add_subparsers(dest="command", required=True)
    merging = commands.add_parser("merge", help="add or replace translations from a JSON file, and compile")
    merging.add_argument("file", type=argparse.FileType(encoding="utf-8"))
    merging.add_argument("--library", action="store_true", help="texts of libraries, not of our own code")
    commands.add_parser("compile", help="write the catalogue in its normal form, and compile it")
    commands.add_parser("check", help="compare the catalogue with code and templates")
    options = parser.parse_args(arguments)
    mistakes: list[str] = []
    if options.command == "merge":
        mistakes = merge(json.load(options.file), library=options.library)
    elif options.command == "compile":
        compile_catalogue()
    else:
        mistakes = check()
    print(*mistakes, sep="\n", end="\n" if mistakes else "")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
