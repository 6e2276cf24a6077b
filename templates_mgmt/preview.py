"""A template as the customer's phone shows it, from its components and the values of its variables.

Components are read as they come, also those of Meta's that Recado did not write; text stays text, whoever shows it
escapes it. Values are by placeholder key (templates_mgmt.structure).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from templates_mgmt.models import MessageTemplate
from templates_mgmt.structure import (
    Components,
    buttons_of,
    card_key,
    cards_of,
    fill,
    fixed_address,
    of_card,
    placeholders,
    text_of,
)

HEADER_PREFIX = "header."
MOST_BUTTONS = 3  # more of them, and the phone shows the first two and "see all options"
SHOWN_BEFORE_REST = 2
SAMPLE_CODE = "123456"

# What Meta itself writes, by the language's first part: one-time passwords, and buttons that take no words of ours.
FIXED: dict[str, dict[str, str]] = {
    "pt": {
        "code": "*{{1}}* é o seu código de verificação.",
        "advice": "Para sua segurança, não compartilhe este código.",
        "expiry": "Este código expira em %d minutos.",
        "OTP": "Copiar código",
        "COPY_CODE": "Copiar código da oferta",
        "CATALOG": "Ver catálogo",
        "MPM": "Ver itens",
        "SPM": "Ver",
        "VOICE_CALL": "Ligar no WhatsApp",
        "REQUEST_CONTACT_INFO": "Compartilhar contato",
    },
    "es": {
        "code": "Tu código de verificación es *{{1}}*.",
        "advice": "Por tu seguridad, no lo compartas.",
        "expiry": "Este código caduca en %d minutos.",
        "OTP": "Copiar código",
        "COPY_CODE": "Copiar código de oferta",
        "CATALOG": "Ver catálogo",
        "MPM": "Ver artículos",
        "SPM": "Ver",
        "VOICE_CALL": "Llamar por WhatsApp",
        "REQUEST_CONTACT_INFO": "Compartir contacto",
    },
    "en": {
        "code": "*{{1}}* is your verification code.",
        "advice": "For your security, do not share this code.",
        "expiry": "This code expires in %d minutes.",
        "OTP": "Copy code",
        "COPY_CODE": "Copy offer code",
        "CATALOG": "View catalog",
        "MPM": "View items",
        "SPM": "View",
        "VOICE_CALL": "Call on WhatsApp",
        "REQUEST_CONTACT_INFO": "Share contact",
    },
}


@dataclass(frozen=True)
class Header:
    """``format`` as Meta spells it: TEXT, IMAGE, VIDEO, GIF, DOCUMENT, LOCATION, PRODUCT; ``text`` of a TEXT alone."""

    format: str
    text: str = ""


@dataclass(frozen=True)
class Button:
    """``kind`` as Meta spells it; ``detail`` is where it leads or what it carries: an address, a phone, a code."""

    kind: str
    text: str
    detail: str = ""


@dataclass(frozen=True)
class Buttons:
    """Those that the phone shows, and those behind "see all options" (empty where all are shown)."""

    shown: tuple[Button, ...] = ()
    behind: tuple[Button, ...] = ()


@dataclass(frozen=True)
class Card:
    """One of a carousel, which the customer moves sideways."""

    header: Header | None
    body: str
    buttons: tuple[Button, ...]


@dataclass(frozen=True)
class Bubble:
    """The whole message; ``offer`` is the title of a limited-time offer, ``expires`` whether it counts down."""

    header: Header | None
    body: str
    footer: str
    buttons: Buttons
    cards: tuple[Card, ...] = ()
    offer: str = ""
    expires: bool = False


def bubble(components: Components, values: Mapping[str, str], *, language: str = "pt_BR", category: str = "") -> Bubble:
    """``components`` with ``values`` filled in; a variable without value stays ``{{1}}``."""
    components = [part for part in components if isinstance(part, Mapping)]
    offer = _part(components, "LIMITED_TIME_OFFER").get("limited_time_offer")
    offer = offer if isinstance(offer, Mapping) else {}
    return Bubble(
        header=_header(components, values),
        body=_body(components, values, language, category),
        footer=_footer(components, language),
        buttons=_folded(_buttons(components, values, language)),
        cards=tuple(_card(card, of_card(values, i), language) for i, card in enumerate(cards_of(components))),
        offer=str(offer.get("text") or ""),
        expires=bool(offer.get("has_expiration")),
    )


def text(template: MessageTemplate, values: Mapping[str, str]) -> str:
    """Header, body, footer and cards with ``values`` (by placeholder key) filled in; one without stays ``{{1}}``."""
    cards = enumerate(cards_of(template.components))
    parts = (
        fill(text_of(template.components, "HEADER"), _in_header(values)),
        fill(text_of(template.components, "BODY"), values),
        text_of(template.components, "FOOTER"),
        *(fill(text_of(card, "BODY"), of_card(values, i)) for i, card in cards),
    )
    return "\n\n".join(filter(None, parts))


def examples(components: Components) -> dict[str, str]:
    """The sample values that stand in the components themselves, by placeholder key."""
    components = [part for part in components if isinstance(part, Mapping)]
    slots = placeholders(components)
    given = {
        "header": _told(_part(components, "HEADER"), "header_text"),
        "body": _told(_part(components, "BODY"), "body_text"),
    }
    found: dict[str, str] = {}
    for part, (in_order, by_name) in given.items():
        names = [slot for slot in slots if slot.part == part]
        found |= {slot.key: value for slot, value in zip(names, in_order, strict=False)}
        found |= {slot.key: by_name[slot.name] for slot in names if slot.name in by_name}
    for slot in (slot for slot in slots if slot.part == "button"):
        if example := _first(buttons_of(components)[slot.index].get("example")):
            found[slot.key] = example.removeprefix(fixed_address(components, slot))
    for i, card in enumerate(cards_of(components)):
        found |= {card_key(i, key): value for key, value in examples(card).items()}
    return found


def _told(part: Mapping[str, Any], key: str) -> tuple[list[str], dict[str, str]]:
    """A part's examples in order, and by name. Meta nests the ones of the body, its own page shows them flat."""
    example = part.get("example")
    example = example if isinstance(example, Mapping) else {}
    values = example.get(key)
    flat = values[0] if isinstance(values, list) and values and isinstance(values[0], list) else values
    named = _list(example.get(f"{key}_named_params"))
    in_order = [str(value) for value in flat] if isinstance(flat, list) else []
    return in_order, {str(one.get("param_name")): str(one.get("example") or "") for one in named}


def _first(value: Any) -> str:
    value = value[0] if isinstance(value, list) and value else value
    return value if isinstance(value, str) else ""


def _header(components: Components, values: Mapping[str, str]) -> Header | None:
    part = _part(components, "HEADER")
    if not part:
        return None
    format_ = str(part.get("format") or "TEXT").upper()
    words = fill(str(part.get("text") or ""), _in_header(values)) if format_ == "TEXT" else ""
    return Header(format_, words) if words or format_ != "TEXT" else None


def _body(components: Components, values: Mapping[str, str], language: str, category: str) -> str:
    part = _part(components, "BODY")
    if part.get("text") or category != "AUTHENTICATION":
        return fill(str(part.get("text") or ""), values)
    fixed = _fixed(language)
    advice = f" {fixed['advice']}" if part.get("add_security_recommendation") else ""
    return fill(fixed["code"] + advice, {"1": SAMPLE_CODE} | dict(values))


def _footer(components: Components, language: str) -> str:
    part = _part(components, "FOOTER")
    minutes = part.get("code_expiration_minutes")
    if isinstance(minutes, int) and not part.get("text"):
        return _fixed(language)["expiry"] % minutes
    return str(part.get("text") or "")


def _buttons(components: Components, values: Mapping[str, str], language: str) -> tuple[Button, ...]:
    return tuple(_button(i, button, values, language) for i, button in enumerate(buttons_of(components)))


def _button(index: int, button: Mapping[str, Any], values: Mapping[str, str], language: str) -> Button:
    kind = str(button.get("type") or "").upper()
    words = str(button.get("text") or "") or _fixed(language).get(kind, "")
    if kind == "URL":
        ending = values.get(f"button.{index}", "")
        address = str(button.get("url") or "")
        named = {slot.name: ending for slot in placeholders([{"type": "BUTTONS", "buttons": [button]}]) if ending}
        return Button(kind, words, fill(address, named))
    detail = {"PHONE_NUMBER": button.get("phone_number"), "COPY_CODE": _first(button.get("example"))}.get(kind)
    return Button(kind, words, str(detail or ""))


def _folded(buttons: tuple[Button, ...]) -> Buttons:
    if len(buttons) <= MOST_BUTTONS:
        return Buttons(buttons)
    return Buttons(buttons[:SHOWN_BEFORE_REST], buttons[SHOWN_BEFORE_REST:])


def _card(components: Components, values: Mapping[str, str], language: str) -> Card:
    return Card(
        _header(components, values), fill(text_of(components, "BODY"), values), _buttons(components, values, language)
    )


def _fixed(language: str) -> dict[str, str]:
    return FIXED.get(language.split("_", maxsplit=1)[0].lower(), FIXED["en"])


def _in_header(values: Mapping[str, str]) -> dict[str, str]:
    return {key.removeprefix(HEADER_PREFIX): value for key, value in values.items() if key.startswith(HEADER_PREFIX)}


def _part(components: Components, kind: str) -> Mapping[str, Any]:
    return next((part for part in components if str(part.get("type", "")).upper() == kind), {})


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, Iterable) else []
