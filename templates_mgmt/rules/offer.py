"""Limited-time offers: a line of their own, a code to copy, a link."""

from collections.abc import Iterator, Mapping

from templates_mgmt.rules import words
from templates_mgmt.rules.draft import Draft, Part
from templates_mgmt.rules.problems import Problem

TEXT_LIMIT = 16
HEADERS = ("", "IMAGE", "VIDEO")
ROWS_OF_BUTTONS = (["URL"], ["COPY_CODE", "URL"])


def place(draft: Draft) -> Iterator[Problem]:
    if not _is_offer(draft):
        return
    if draft.category != "MARKETING":
        yield Problem("offer_category", "category")
    if draft.parts.get("FOOTER"):
        yield Problem("offer_footer", "footer")
    if draft.parts.header_format not in HEADERS:
        yield Problem("offer_header", "header.format")


def line(draft: Draft) -> Iterator[Problem]:
    if not _is_offer(draft):
        return
    told = draft.parts.by_type["LIMITED_TIME_OFFER"].data.get("limited_time_offer")
    told_line = Part("limited_time_offer", told if isinstance(told, Mapping) else {})
    yield from words.presence(told_line, TEXT_LIMIT)
    yield from words.plain(told_line)
    if not isinstance(told_line.data.get("has_expiration", False), bool):
        yield Problem("offer_expiration", told_line.field("has_expiration"))


def buttons(draft: Draft) -> Iterator[Problem]:
    if _is_offer(draft) and [button.word() for button in draft.parts.buttons] not in ROWS_OF_BUTTONS:
        yield Problem("offer_buttons", "buttons")


def _is_offer(draft: Draft) -> bool:
    return draft.parts.get("LIMITED_TIME_OFFER") is not None and not draft.is_authentication
