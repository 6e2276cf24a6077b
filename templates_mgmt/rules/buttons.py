"""Buttons: how many, of which kinds, in which order, with which labels."""

from collections.abc import Iterator

from templates_mgmt.rules import words
from templates_mgmt.rules.draft import Draft, Part, Parts
from templates_mgmt.rules.problems import Problem

MOST = 10
TEXT_LIMIT = 25
REPLY = "QUICK_REPLY"

# How many a template may have of each kind.
MOST_OF = {
    **dict.fromkeys(("PHONE_NUMBER", "COPY_CODE", "FLOW", "CATALOG", "MPM", "SPM", "VOICE_CALL", "OTP"), 1),
    REPLY: MOST,
    "URL": 2,
    "REQUEST_CONTACT_INFO": 1,
}
LABELLED = frozenset({REPLY, "URL", "PHONE_NUMBER", "FLOW", "CATALOG", "MPM", "VOICE_CALL"})
MARKETING = frozenset({"CATALOG", "MPM", "SPM"})


def counts(draft: Draft) -> Iterator[Problem]:
    for parts in draft.written:
        row = parts.get("BUTTONS")
        if row and not parts.buttons:
            yield Problem("buttons_empty", row.path)
        if len(parts.buttons) > MOST and not parts.path:
            yield Problem("buttons_many", "buttons", {"most": MOST})
        yield from _counts_by_kind(parts)


def _counts_by_kind(parts: Parts) -> Iterator[Problem]:
    """The first one too many of its kind is named."""
    seen: list[str] = []
    for button in parts.buttons:
        seen.append(button.word())
        most = MOST_OF.get(button.word(), MOST)
        if seen.count(button.word()) == most + 1 and most < MOST:
            yield Problem("buttons_of_a_kind", button.path, {"most": most})


def order(draft: Draft) -> Iterator[Problem]:
    """Quick replies stand together, all before the others or all after them."""
    for parts in draft.written:
        replies = [button.word() == REPLY for button in parts.buttons]
        changes = [i for i in range(1, len(replies)) if replies[i] != replies[i - 1]]
        if len(changes) > 1:
            yield Problem("buttons_order", parts.buttons[changes[1]].path)


def texts(draft: Draft) -> Iterator[Problem]:
    for button in _all(draft):
        if button.word() in LABELLED:
            yield from words.presence(button, TEXT_LIMIT)
            yield from words.plain(button)


def kinds(draft: Draft) -> Iterator[Problem]:
    for button in _all(draft):
        if button.word() not in MOST_OF:
            yield Problem("button_type", button.field("type"))
        elif button.word() == "OTP":
            yield Problem("otp_elsewhere", button.field("type"))
        elif button.word() in MARKETING and draft.category == "UTILITY":
            yield Problem("button_marketing", button.field("type"))


def _all(draft: Draft) -> list[Part]:
    return [button for parts in draft.written for button in parts.buttons]
