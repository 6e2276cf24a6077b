"""The body and the footer."""

from collections.abc import Iterator

from templates_mgmt.rules import words
from templates_mgmt.rules.draft import Draft
from templates_mgmt.rules.problems import Problem
from templates_mgmt.rules.words import Words

TEXT_LIMIT, OFFER_LIMIT, CARD_LIMIT = 1024, 600, 160
FOOTER_LIMIT = 60


def presence(draft: Draft) -> Iterator[Problem]:
    if draft.parts.get("BODY") is None:
        yield Problem("body_missing", "body")


def text(draft: Draft) -> Iterator[Problem]:
    for parts in draft.written:
        if part := parts.get("BODY"):
            told = Words(part, "body_text", draft.is_named, _limit(draft, parts.path))
            yield from words.presence(part, told.limit)
            yield from words.variables(told)
            yield from words.neighbours(told)
            yield from words.ratio(told)


def _limit(draft: Draft, path: str) -> int:
    if path:
        return CARD_LIMIT
    return OFFER_LIMIT if draft.parts.get("LIMITED_TIME_OFFER") else TEXT_LIMIT


def footer(draft: Draft) -> Iterator[Problem]:
    part = draft.parts.get("FOOTER")
    if part is None or draft.is_authentication:
        return
    yield from words.presence(part, FOOTER_LIMIT)
    if "{{" in part.text():
        yield Problem("variable_not_here", "footer.text")
    if "\n" in part.text():
        yield Problem("line_break", "footer.text")
