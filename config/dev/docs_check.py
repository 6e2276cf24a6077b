"""Docs that fail the build when they lie: settings, commands, states, kinds, paths and links are as pages tell them."""

import ast
import os
import re
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import django
from django.apps import apps
from django.core.management import get_commands, load_command_class
from django.utils.module_loading import import_string

ROOT = Path(__file__).resolve().parents[2]
SETTINGS_CODE = ("config/settings.py", "config/env.py", "config/checks.py")
READERS = {"str", "bool", "int", "float", "list", "url", "db_url", "email_url", "json", "secret", "secret_list"}
CODE_SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
MAKE_TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
MADE = re.compile(r"\bmake ([a-z][a-z-]+)\b")
MANAGED = re.compile(r"manage\.py ([a-z_]+)([^\n|&;]*)")
CONTINUED = re.compile(r"\\\n\s*")
OPTION = re.compile(r"(?<!\S)--[a-z][a-z-]*")
PLACE = re.compile(r"(?:\*/)?((?:[a-z_]+/)*[a-z_]+\.(?:py|js|css|html)|(?:[a-z_]+/)+)(?:: .*)?")
SETTING_NAME = re.compile(r"^[A-Z][A-Z0-9_]+$")
KINDS = "notifications.kinds.KINDS"
STATES_OF = (
    "notifications.NotificationJob",
    "notifications.Appointment",
    "tenants.PhoneNumber",
    "whatsapp.WebhookEvent",
    "whatsapp.Media",
)


def pages(root: Path = ROOT) -> list[Path]:
    return [*sorted(root.glob("*.md")), *sorted((root / "docs").rglob("*.md"))]


def check_settings(root: Path = ROOT) -> Iterator[str]:
    """docs/settings.md names every setting that is read, and no other."""
    read = {name for file in SETTINGS_CODE if (root / file).exists() for name in names_read((root / file).read_text())}
    page = root / "docs" / "settings.md"
    spans = CODE_SPAN.findall(page.read_text()) if page.exists() else []
    told = {span for span in spans if SETTING_NAME.match(span)}
    yield from (f"docs/settings.md does not explain {name}" for name in sorted(read - told))
    first_cells = re.findall(r"^\| *`([A-Z][A-Z0-9_]+)`", page.read_text() if page.exists() else "", re.MULTILINE)
    yield from (f"docs/settings.md explains {name}, which nothing reads" for name in sorted(set(first_cells) - read))


def names_read(source: str) -> Iterator[str]:
    """The names of environment variables that the code asks for."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            name = node.args[0].value
            if function in READERS and isinstance(name, str) and SETTING_NAME.match(name):
                yield name


def check_words(root: Path = ROOT) -> Iterator[str]:
    """Every state and every kind of notice has its place in the glossary or on the page of the flow."""
    told = {span for page in pages(root) for span in CODE_SPAN.findall(page.read_text())}
    for label in STATES_OF:
        states = [value for value, _ in apps.get_model(label)._meta.get_field("state").flatchoices]
        yield from (f"no page explains the state {state} of {label}" for state in states if state not in told)
    yield from (f"no page explains the kind {kind}" for kind in import_string(KINDS) if kind not in told)


def check_commands(root: Path = ROOT) -> Iterator[str]:
    """Commands that pages tell people to run exist, and take the options that are shown."""
    targets = set(MAKE_TARGET.findall((root / "Makefile").read_text()))
    for page in pages(root):
        shown = "\n".join([*FENCE.findall(page.read_text()), *CODE_SPAN.findall(page.read_text())])
        yield from (f"{_name(page, root)} says `make {name}`" for name in set(MADE.findall(shown)) - targets)
        for name, rest in sorted(set(MANAGED.findall(CONTINUED.sub(" ", shown)))):
            wrong = sorted(set(OPTION.findall(rest)) - options_of(name)) if name in get_commands() else [""]
            yield from (f"{_name(page, root)} says `manage.py {name} {option}".rstrip() + "`" for option in wrong)


def options_of(command: str) -> set[str]:
    """The options that a command of ``manage.py`` takes."""
    made = load_command_class(get_commands()[command], command).create_parser("manage.py", command)
    return {option for action in made._actions for option in action.option_strings}


def check_places(root: Path = ROOT) -> Iterator[str]:
    """Files and folders that pages name are there; where a path begins may be left out."""
    there = set(_places(root))
    for page in pages(root):
        found = (PLACE.fullmatch(span) for span in CODE_SPAN.findall(FENCE.sub("", page.read_text())))
        named = {match[1] for match in found if match}
        yield from (f"{_name(page, root)} names {place}, which is not there" for place in sorted(named - there))


def _places(root: Path) -> Iterator[str]:
    """Every end of every path of the repository, of folders with a slash; hidden ones are not ours."""
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        parts = Path(folder).relative_to(root).parts
        for name in [*files, ""]:
            yield from ("/".join([*parts[start:], name]) for start in range(len(parts) + 1))


def check_links(root: Path = ROOT) -> Iterator[str]:
    """Links within the repository lead to a file, and to a heading of it where they name one."""
    for page in pages(root):
        for target in LINK.findall(FENCE.sub("", page.read_text())):
            if not urllib.parse.urlsplit(target).scheme and not _leads_somewhere(page, target):
                yield f"{_name(page, root)} links to {target}, which is not there"


def _leads_somewhere(page: Path, target: str) -> bool:
    path, _, anchor = urllib.parse.unquote(target).partition("#")
    found = page.parent / path if path else page
    return found.exists() and (not anchor or anchor in anchors(found.read_text()))


def anchors(text: str) -> set[str]:
    """The anchors that code hosts give to headings."""
    headings = HEADING.findall(FENCE.sub("", text))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def _name(page: Path, root: Path) -> str:
    return str(page.relative_to(root))


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    found = [*check_settings(), *check_words(), *check_commands(), *check_places(), *check_links()]
    print(*found, sep="\n", end="\n" if found else "")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
