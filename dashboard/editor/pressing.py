"""What a press of the editor's form makes of the draft, and where the person goes on."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from dashboard.editor.typed import MOST_BUTTONS, MOST_CARDS, ButtonDraft, Draft, next_card

Press = Callable[[tuple[ButtonDraft, ...]], tuple[ButtonDraft, ...]]
T = TypeVar("T")
VERBS = frozenset({"add", "remove", "up", "down"})


def change(draft: Draft, act: str) -> Draft:
    """``draft`` after a press of the form; anything else leaves it.

    ``add:URL``, ``remove:2``, ``up:2`` and ``down:2`` are of the buttons; ``card:add:``, ``card:up:2`` … of the cards;
    ``kind:add:URL``, ``kind:up:1`` … of the buttons of every card, and ``kind:same:`` gives all what the first has.
    """
    match act.split(":"):
        case ["card", "add", ""] if len(draft.cards) < MOST_CARDS:
            return replace(draft, cards=(*draft.cards, next_card(draft)))
        case ["card", verb, place]:
            return replace(draft, cards=_moved(draft.cards, verb, place))
        case ["kind", "same", ""]:
            return _on_every_card(draft, lambda _buttons: draft.cards[0].buttons)
        case ["kind", verb, what]:
            return _on_every_card(draft, lambda buttons: _pressed(buttons, verb, what))
        case [verb, what]:
            return replace(draft, buttons=_pressed(draft.buttons, verb, what))
    return draft


def focus_after(changed: Draft, act: str) -> str:
    """Which part of the form the person goes on with: its element's id, empty where the page keeps the focus."""
    match act.split(":"):
        case ["card" | "kind" as whose, verb, what] if verb in VERBS:
            return _place(changed, whose, verb, what)
        case [verb, what] if verb in VERBS:
            return _place(changed, "button", verb, what)
    return ""


def _place(changed: Draft, whose: str, verb: str, what: str) -> str:
    rows = {"card": changed.cards, "kind": changed.card_kinds}.get(whose, changed.buttons)
    if not rows:
        return f"{whose}s"
    last = len(rows) - 1
    place = int(what) + {"up": -1, "down": 1}.get(verb, 0) if _is_place(what) else last
    return f"{whose}-{min(max(place, 0), last)}"


def _pressed(buttons: tuple[ButtonDraft, ...], verb: str, what: str) -> tuple[ButtonDraft, ...]:
    if verb == "add":
        return (*buttons, ButtonDraft(what[:30]))[:MOST_BUTTONS]
    return _moved(buttons, verb, what)


def _moved(rows: tuple[T, ...], verb: str, what: str) -> tuple[T, ...]:
    if not _is_place(what) or int(what) >= len(rows) or verb not in VERBS:
        return rows
    place, left = int(what), [*rows]
    taken = left.pop(place)
    if verb != "remove":
        left.insert(max(place - 1, 0) if verb == "up" else place + 1, taken)
    return tuple(left)


def _is_place(what: str) -> bool:
    return what.isdecimal() and len(what) < 4


def _on_every_card(draft: Draft, press: Press) -> Draft:
    return replace(draft, cards=tuple(replace(card, buttons=press(card.buttons)) for card in draft.cards))
