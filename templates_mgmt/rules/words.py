"""Checks that every written text shares: its length, its variables, their examples."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from templates_mgmt.rules.draft import Part
from templates_mgmt.rules.problems import Problem

VARIABLE = re.compile(r"\{\{([^{}]*)\}\}")
POSITION = re.compile(r"[1-9][0-9]{0,2}")
NAME = re.compile(r"[a-z_][a-z0-9_]*", re.ASCII)
NEIGHBOURS = re.compile(r"\}\}\s*\{\{")
WORD = re.compile(r"\w")
FORMATTING = re.compile(r"[*_~]|```")
EMOJI = re.compile("[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")


@dataclass(frozen=True)
class Words:
    """A text that may hold variables. ``example`` is the key of its examples (``body_text``)."""

    part: Part
    example: str
    named: bool
    limit: int

    @property
    def text(self) -> str:
        return self.part.text()

    @property
    def field(self) -> str:
        return self.part.field("text")

    @property
    def variables(self) -> list[str]:
        """As they come, repeated ones repeated."""
        return VARIABLE.findall(self.text)

    def problem(self, code: str, **values: Any) -> Problem:
        return Problem(code, self.field, values)


def presence(part: Part, limit: int, name: str = "text") -> Iterator[Problem]:
    """The text under ``name`` says something, in no more than ``limit`` characters."""
    text = part.text(name)
    if not text.strip():
        yield Problem("text_missing", part.field(name))
    elif len(text) > limit:
        yield Problem("too_long", part.field(name), {"limit": limit, "length": len(text)})


def plain(part: Part, name: str = "text") -> Iterator[Problem]:
    """One line without variables, emoji and formatting, as a label is."""
    text = part.text(name)
    if "{{" in text:
        yield Problem("variable_not_here", part.field(name))
    yield from unadorned(text, part.field(name))


def unadorned(text: str, field: str) -> Iterator[Problem]:
    words = VARIABLE.sub("", text)
    if "\n" in words or "\r" in words:
        yield Problem("line_break", field)
    if FORMATTING.search(words) or EMOJI.search(words):
        yield Problem("adornment", field)


def variables(words: Words) -> Iterator[Problem]:
    """How the variables are written and counted, and an example for each."""
    if broken := list(_spelling(words)):
        yield from broken
        return
    yield from _numbering(words)
    yield from _examples(words)


def _spelling(words: Words) -> Iterator[Problem]:
    shape, code = (NAME, "variable_name") if words.named else (POSITION, "variable_number")
    rest = VARIABLE.sub("", words.text)
    if "{{" in rest or "}}" in rest:
        yield words.problem("variable_broken")
    wrong = sorted({name for name in words.variables if not shape.fullmatch(name)})
    yield from (words.problem(code, variable=name) for name in wrong)


def _numbering(words: Words) -> Iterator[Problem]:
    """Numbers begin with 1 and leave none out; a name stands once."""
    found = words.variables
    if words.named:
        repeated = sorted({name for name in found if found.count(name) > 1})
        yield from (words.problem("variable_repeated", variable=name) for name in repeated)
    elif missing := {str(i + 1) for i in range(len(set(found)))} - set(found):
        yield words.problem("variable_gap", variable=min(missing, key=int))


def neighbours(words: Words) -> Iterator[Problem]:
    """Variables have words between them, and before the first and after the last."""
    text = words.text.strip()
    if NEIGHBOURS.search(text):
        yield words.problem("variables_adjacent")
    if text.startswith("{{") or text.endswith("}}"):
        yield words.problem("variable_at_edge")


def ratio(words: Words) -> Iterator[Problem]:
    """More than twice as many words as variables."""
    count = len(words.variables)
    fixed = sum(1 for word in VARIABLE.sub(" ", words.text).split() if WORD.search(word))
    if count and fixed < 2 * count + 1:
        yield words.problem("variables_ratio", words=2 * count + 1, found=fixed)


def _examples(words: Words) -> Iterator[Problem]:
    wanted = list(dict.fromkeys(words.variables))
    given = words.part.data.get("example")
    given = given if isinstance(given, Mapping) else {}
    if wanted and not (_named(given, words, wanted) if words.named else _counted(given, words, wanted)):
        yield Problem("examples_missing", words.part.field("example"), {"variables": ", ".join(wanted)})


def _named(given: Mapping[str, Any], words: Words, wanted: list[str]) -> bool:
    rows = given.get(f"{words.example}_named_params")
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        return False
    names = [row.get("param_name") for row in rows if says_something(row.get("example"))]
    return sorted(map(str, names)) == sorted(wanted)


def _counted(given: Mapping[str, Any], words: Words, wanted: list[str]) -> bool:
    """The header's examples are a list, the body's a list within a list."""
    values = given.get(words.example)
    if words.example != "header_text":
        values = values[0] if isinstance(values, list) and len(values) == 1 else None
    return isinstance(values, list) and len(values) == len(wanted) and all(map(says_something, values))


def says_something(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
