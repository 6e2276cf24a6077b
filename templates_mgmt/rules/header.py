"""The header: a short text, a file, or a place."""

from collections.abc import Iterator, Mapping

from templates_mgmt.rules import words
from templates_mgmt.rules.draft import MEDIA_FORMATS, Draft, Part, Parts
from templates_mgmt.rules.problems import Problem
from templates_mgmt.rules.words import Words

TEXT_LIMIT = 60
FORMATS = MEDIA_FORMATS | {"TEXT", "LOCATION"}
ADDRESSES = ("http://", "https://")


def format_(draft: Draft) -> Iterator[Problem]:
    if draft.is_authentication or not draft.parts.header_format:
        return
    if draft.parts.header_format not in FORMATS:
        yield Problem("header_format", "header.format")
    if draft.parts.header_format == "GIF" and draft.category != "MARKETING":
        yield Problem("header_gif", "header.format")


def text(draft: Draft) -> Iterator[Problem]:
    header = draft.parts.get("HEADER")
    if header is None or draft.is_authentication or draft.parts.header_format != "TEXT":
        return
    told = Words(header, "header_text", draft.is_named, TEXT_LIMIT)
    yield from words.presence(header, TEXT_LIMIT)
    yield from words.unadorned(told.text, told.field)
    yield from words.variables(told)
    if len(told.variables) > 1:
        yield told.problem("header_variables")


def media(draft: Draft) -> Iterator[Problem]:
    for parts in draft.written:
        header = parts.get("HEADER")
        if header and parts.header_format in MEDIA_FORMATS:
            yield from _handle(header)


def _handle(header: Part) -> Iterator[Problem]:
    """The handle of an uploaded example; the address that Meta shows in its place later is good for nothing."""
    example = header.data.get("example")
    handles = example.get("header_handle") if isinstance(example, Mapping) else None
    if not isinstance(handles, list) or len(handles) != 1 or not words.says_something(handles[0]):
        yield Problem("header_file_missing", header.field("example"))
    elif handles[0].lower().startswith(ADDRESSES):
        yield Problem("header_file_address", header.field("example"))


def is_media(parts: Parts, *formats: str) -> bool:
    return parts.header_format in (formats or MEDIA_FORMATS)
