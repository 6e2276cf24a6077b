"""A template as a person writes it: what the editor's form holds, field by field, whatever is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from django.http import QueryDict

LONGEST = 20_000  # characters of one field; far above every limit, so that what is too long is told and not cut
MOST_BUTTONS = 20  # above Meta's ten, so that the eleventh is told as one too many
EXAMPLE = "example."  # begins the name of a variable's sample value
OTP_TYPES = ("COPY_CODE", "ONE_TAP", "ZERO_TAP")


@dataclass(frozen=True)
class ButtonDraft:
    """One button. ``example`` is an address's end or a code to copy; ``rest``, as JSON, is what no field shows."""

    kind: str
    text: str = ""
    url: str = ""
    example: str = ""
    phone: str = ""
    flow_id: str = ""
    flow_screen: str = ""
    otp_type: str = OTP_TYPES[0]
    autofill_text: str = ""
    package_name: str = ""
    signature_hash: str = ""
    zero_tap_terms: bool = False
    rest: str = ""


@dataclass(frozen=True)
class Draft:
    """The form. Numbers are kept as typed; ``examples`` are by placeholder key.

    ``seen`` is the version that the person began with. ``kept``, as JSON, are components that are made elsewhere (a
    carousel): they are shown and pass unchanged.
    """

    account: str = ""
    name: str = ""
    language: str = "pt_BR"
    category: str = "UTILITY"
    named: bool = True
    header: str = ""
    header_text: str = ""
    header_handle: str = ""
    header_name: str = ""
    offer: bool = False
    offer_text: str = ""
    offer_ends: bool = False
    body: str = ""
    footer: str = ""
    security: bool = True
    minutes: str = "10"
    ttl: str = ""
    seen: str = ""
    buttons: tuple[ButtonDraft, ...] = ()
    examples: Mapping[str, str] = field(default_factory=dict)
    kept: str = ""

    @property
    def is_code(self) -> bool:
        """Meta writes its words."""
        return self.category == "AUTHENTICATION"

    @property
    def may_offer(self) -> bool:
        """Only marketing makes offers; one that is made in another category is shown, so that it can be taken out."""
        return self.category == "MARKETING" or self.offer

    @property
    def has_file(self) -> bool:
        return self.header in {"IMAGE", "VIDEO", "DOCUMENT", "GIF"}


def read(data: QueryDict) -> Draft:
    """The form as it was sent. What is no field of it is left out; line breaks are the browser's made ours."""
    count = data.get("buttons", "")
    buttons = [_button(data, i) for i in range(min(int(count) if count.isdecimal() else 0, MOST_BUTTONS))]
    examples = {name.removeprefix(EXAMPLE): _text(data, name) for name in data if name.startswith(EXAMPLE)}
    draft = replace(_filled(Draft, data, ""), buttons=tuple(buttons), examples=examples)
    return _with_its_button(draft)


def change(draft: Draft, act: str) -> Draft:
    """``draft`` after a press of the form: ``add:URL``, ``remove:2``, ``up:2``, ``down:2``; anything else leaves it."""
    verb, _colon, what = act.partition(":")
    buttons = list(draft.buttons)
    if verb == "add" and len(buttons) < MOST_BUTTONS:
        buttons.append(ButtonDraft(what[:30]))
    elif what.isdecimal() and int(what) < len(buttons):
        place = int(what)
        taken = buttons.pop(place)
        target = {"up": max(place - 1, 0), "down": place + 1}.get(verb)
        if target is not None:
            buttons.insert(target, taken)
        elif verb != "remove":
            buttons.insert(place, taken)
    return replace(draft, buttons=tuple(buttons))


def _with_its_button(draft: Draft) -> Draft:
    """A code has one button, of a kind that nothing else has."""
    codes = tuple(button for button in draft.buttons if button.kind == "OTP")
    if draft.is_code:
        return replace(draft, buttons=codes[:1] or (ButtonDraft("OTP"),))
    return replace(draft, buttons=tuple(button for button in draft.buttons if button not in codes))


def _button(data: QueryDict, index: int) -> ButtonDraft:
    return _filled(ButtonDraft, data, f"buttons.{index}.")


def _filled(kind: Any, data: QueryDict, prefix: str) -> Any:
    """Texts as sent, boxes by whether they were sent; other fields keep what they begin with."""
    values: dict[str, Any] = {}
    for one in fields(kind):
        name = prefix + one.name
        if one.type in (bool, "bool"):
            values[one.name] = name in data
        elif one.type in (str, "str") and (name in data or one.name == "kind"):
            values[one.name] = _text(data, name)
    return kind(**values)


def _text(data: QueryDict, name: str) -> str:
    return data.get(name, "")[:LONGEST].replace("\r\n", "\n").replace("\x00", "")
