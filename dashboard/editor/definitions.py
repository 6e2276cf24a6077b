"""Between the editor's form and what Meta takes: a draft as a definition, and a definition as a draft.

A definition is the body with which Meta creates a template: name, language, category, parameter_format, components and,
where given, message_send_ttl_seconds. A draft that is wrong makes a wrong definition; the rules tell what is wrong.
"""

from collections.abc import Collection, Mapping
from typing import Any

from dashboard.editor import button_definitions
from dashboard.editor.typed import MOST_CARDS, CardDraft, Draft
from templates_mgmt import preview, wording
from templates_mgmt.rules.carousel import HEADERS
from templates_mgmt.structure import Placeholder, cards_of, header_format, placeholders, text_of

Component = dict[str, Any]
OFFER = "LIMITED_TIME_OFFER"
CAROUSEL = "CAROUSEL"
EDITED = frozenset({"HEADER", "BODY", "FOOTER", "BUTTONS"})


def definition(draft: Draft) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": draft.name.strip(),
        "language": draft.language,
        "category": draft.category,
        "parameter_format": "NAMED" if draft.named else "POSITIONAL",
        "components": components(draft),
    }
    return made | ({"message_send_ttl_seconds": _number(draft.ttl)} if draft.ttl.strip() else {})


def components(draft: Draft) -> list[Component]:
    return [*filter(None, _own(draft)), *kept(draft)]


def _own(draft: Draft) -> list[Component]:
    if draft.is_code:
        return [*_code_parts(draft), button_definitions.component(draft.buttons)]
    if draft.carousel:
        return [_body(draft), _carousel(draft)]
    return [_header(draft), _offer(draft), _body(draft), _footer(draft), button_definitions.component(draft.buttons)]


def kept(draft: Draft) -> list[Component]:
    """The components that the form does not show as fields."""
    return [part for part in button_definitions.loaded(draft.kept, list) if isinstance(part, dict)]


def slots(draft: Draft) -> list[Placeholder]:
    """The variables that a person gives samples for. The end of an address has its sample beside the address."""
    return [slot for slot in placeholders(components(draft)) if slot.part != "button"]


def card_slots(card: CardDraft) -> list[Placeholder]:
    """The same of a card."""
    return placeholders([{"type": "BODY", "text": card.body}])


def draft_of(made: Mapping[str, Any], *, account: str = "", seen: str = "") -> Draft:
    """``made`` as the form shows it."""
    parts = [part for part in made.get("components") or [] if isinstance(part, Mapping)]
    body, footer = _part(parts, "BODY"), _part(parts, "FOOTER")
    samples = preview.examples(parts)
    header, ttl = _part(parts, "HEADER"), made.get("message_send_ttl_seconds")
    minutes = footer.get("code_expiration_minutes")
    offer, cards = next(filter(None, map(_read_offer, parts)), None), _read_carousel(parts)
    format_ = str(header.get("format") or "TEXT").upper() if header else ""
    shown = EDITED if cards is None else EDITED | {CAROUSEL}
    return Draft(
        account=account,
        seen=seen,
        name=str(made.get("name") or ""),
        language=str(made.get("language") or "pt_BR"),
        category=str(made.get("category") or "UTILITY").upper(),
        named=str(made.get("parameter_format")).upper() == "NAMED",
        header=format_,
        header_text=text_of(parts, "HEADER"),
        header_handle=_handle(header),
        offer=offer is not None,
        offer_text=offer[0] if offer else "",
        offer_ends=bool(offer and offer[1]),
        body=text_of(parts, "BODY"),
        footer=text_of(parts, "FOOTER"),
        security=bool(body.get("add_security_recommendation")),
        minutes="" if minutes is None else str(minutes),
        ttl="" if ttl is None else str(ttl),
        buttons=button_definitions.drafts(parts),
        examples={slot.key: samples[slot.key] for slot in placeholders(parts) if _is_given(slot, samples)},
        carousel=cards is not None,
        cards_header=cards.cards_header if cards else "IMAGE",
        cards=cards.cards if cards else (),
        kept=button_definitions.dumped([part for part in parts if not (_is(part, shown) or _read_offer(part))]),
    )


def _header(draft: Draft) -> Component:
    if not draft.header:
        return {}
    made: Component = {"type": "HEADER", "format": draft.header}
    if draft.header == "TEXT":
        return made | {"text": draft.header_text} | _examples(draft.named, draft.examples, "header", draft.header_text)
    return made | _example_file(draft.header_handle)


def _example_file(handle: str) -> Component:
    return {"example": {"header_handle": [handle]}} if handle else {}


def _offer(draft: Draft) -> Component:
    told = {"text": draft.offer_text, "has_expiration": draft.offer_ends}
    return {"type": OFFER, "limited_time_offer": told} if draft.offer else {}


def _read_offer(part: Mapping[str, Any]) -> tuple[str, bool] | None:
    """What an offer says, and whether it shows when it ends; None for what is none, or has more than the form shows."""
    told = part.get("limited_time_offer")
    if not _is(part, {OFFER}) or not isinstance(told, Mapping) or not told.keys() <= {"text", "has_expiration"}:
        return None
    text, ends = told.get("text", ""), told.get("has_expiration", False)
    return (text, ends) if isinstance(text, str) and isinstance(ends, bool) else None


def _body(draft: Draft) -> Component:
    return {"type": "BODY", "text": draft.body} | _examples(draft.named, draft.examples, "body", draft.body)


def _carousel(draft: Draft) -> Component:
    return {"type": CAROUSEL, "cards": [{"components": _card(draft, card)} for card in draft.cards]}


def _card(draft: Draft, card: CardDraft) -> list[Component]:
    header: Component = {"type": "HEADER", "format": draft.cards_header} | _example_file(card.header_handle)
    body: Component = {"type": "BODY", "text": card.body} | _examples(draft.named, card.examples, "body", card.body)
    return [header, *([body] if card.body.strip() else []), *filter(None, [button_definitions.component(card.buttons)])]


def _read_carousel(parts: list[Mapping[str, Any]]) -> Draft | None:
    """The cards as the form shows them; None where there are none, or where it could not give them back as they are."""
    part, cards = _part(parts, CAROUSEL), cards_of(parts)
    format_ = header_format(cards[0]) if cards else HEADERS[0]
    if not part or len(cards) > MOST_CARDS or format_ not in HEADERS:
        return None
    read = Draft(carousel=True, cards_header=format_, cards=tuple(map(_card_draft, cards)))
    return read if wording.same_words([_carousel(read)], [part]) else None


def _card_draft(parts: list[Mapping[str, Any]]) -> CardDraft:
    samples = preview.examples(parts)
    return CardDraft(
        body=text_of(parts, "BODY"),
        header_handle=_handle(_part(parts, "HEADER")),
        buttons=button_definitions.drafts(parts),
        examples={slot.key: samples[slot.key] for slot in placeholders(parts) if _is_given(slot, samples)},
    )


def _is_given(slot: Placeholder, samples: Mapping[str, str]) -> bool:
    return slot.part != "button" and slot.key in samples


def _footer(draft: Draft) -> Component:
    return {"type": "FOOTER", "text": draft.footer} if draft.footer else {}


def _code_parts(draft: Draft) -> list[Component]:
    body = {"type": "BODY", "add_security_recommendation": draft.security}
    minutes = _number(draft.minutes)
    return [body, *([{"type": "FOOTER", "code_expiration_minutes": minutes}] if draft.minutes.strip() else [])]


def _examples(named: bool, examples: Mapping[str, str], part: str, text: str) -> Component:
    """The sample values of a text's variables, in Meta's shape; nothing where it has none."""
    made = {"type": part.upper(), "text": text}
    given = [(slot.name, examples.get(slot.key, "").strip()) for slot in placeholders([made])]
    if not given or not any(value for _name, value in given):
        return {}
    if named:
        params = [{"param_name": name, "example": value} for name, value in given]
        return {"example": {f"{part}_text_named_params": params}}
    values = [value for _name, value in given]
    return {"example": {"header_text": values} if part == "header" else {"body_text": [values]}}


def _handle(header: Mapping[str, Any]) -> str:
    """What Meta reads back as a handle is an address, which it does not take again."""
    example = header.get("example")
    handles = example.get("header_handle") if isinstance(example, Mapping) else None
    handle = handles[0] if isinstance(handles, list) and handles else ""
    return "" if not isinstance(handle, str) or handle.startswith("http") else handle


def _part(parts: list[Mapping[str, Any]], kind: str) -> Mapping[str, Any]:
    return next((part for part in parts if _is(part, {kind})), {})


def _is(part: Mapping[str, Any], kinds: Collection[str]) -> bool:
    return str(part.get("type", "")).upper() in kinds


def _number(text: str) -> int | str:
    """A whole number where it is one, else what was typed, which the rules refuse."""
    text = text.strip()
    return int(text) if text.removeprefix("-").isdecimal() and text.isascii() and len(text) < 12 else text
