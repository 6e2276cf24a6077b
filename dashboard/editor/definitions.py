"""Between the editor's form and what Meta takes: a draft as a definition, and a definition as a draft.

A definition is the body with which Meta creates a template: name, language, category, parameter_format, components and,
where given, message_send_ttl_seconds. A draft that is wrong makes a wrong definition; the rules tell what is wrong.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any

from dashboard.editor.typed import ButtonDraft, Draft
from templates_mgmt import preview
from templates_mgmt.structure import Placeholder, buttons_of, placeholders, text_of

Component = dict[str, Any]
OFFER = "LIMITED_TIME_OFFER"
EDITED = frozenset({"HEADER", "BODY", "FOOTER", "BUTTONS"})
KNOWN = frozenset(
    {"type", "text", "url", "example", "phone_number", "flow_id", "navigate_screen", "otp_type", "autofill_text",
     "supported_apps", "zero_tap_terms_accepted"}
)  # fmt: skip


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
    own = _code_parts(draft) if draft.is_code else [_header(draft), _offer(draft), _body(draft), _footer(draft)]
    buttons = [_button(button) for button in draft.buttons]
    made = [*filter(None, own), *([{"type": "BUTTONS", "buttons": buttons}] if buttons else [])]
    return [*made, *kept(draft)]


def kept(draft: Draft) -> list[Component]:
    """The components that the form does not show as fields."""
    return [part for part in _loaded(draft.kept, list) if isinstance(part, dict)]


def slots(draft: Draft) -> list[Placeholder]:
    """The variables that a person gives samples for. The end of an address has its sample beside the address."""
    return [slot for slot in placeholders(components(draft)) if slot.part != "button"]


def draft_of(made: Mapping[str, Any], *, account: str = "", seen: str = "") -> Draft:
    """``made`` as the form shows it."""
    parts = [part for part in made.get("components") or [] if isinstance(part, Mapping)]
    body, footer = _part(parts, "BODY"), _part(parts, "FOOTER")
    samples = preview.examples(parts)
    header, ttl = _part(parts, "HEADER"), made.get("message_send_ttl_seconds")
    minutes = footer.get("code_expiration_minutes")
    offer = next(filter(None, map(_read_offer, parts)), None)
    format_ = str(header.get("format") or "TEXT").upper() if header else ""
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
        buttons=tuple(_button_draft(i, button, samples) for i, button in enumerate(buttons_of(parts))),
        examples={key: value for key, value in samples.items() if not key.startswith("button.")},
        kept=_dumped([part for part in parts if not (_is(part, EDITED) or _read_offer(part))]),
    )


def _header(draft: Draft) -> Component:
    if not draft.header:
        return {}
    made: Component = {"type": "HEADER", "format": draft.header}
    if draft.header == "TEXT":
        return made | {"text": draft.header_text} | _examples(draft, "header", draft.header_text)
    return made | ({"example": {"header_handle": [draft.header_handle]}} if draft.header_handle else {})


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
    return {"type": "BODY", "text": draft.body} | _examples(draft, "body", draft.body)


def _footer(draft: Draft) -> Component:
    return {"type": "FOOTER", "text": draft.footer} if draft.footer else {}


def _code_parts(draft: Draft) -> list[Component]:
    body = {"type": "BODY", "add_security_recommendation": draft.security}
    minutes = _number(draft.minutes)
    return [body, *([{"type": "FOOTER", "code_expiration_minutes": minutes}] if draft.minutes.strip() else [])]


def _examples(draft: Draft, part: str, text: str) -> Component:
    """The sample values of a text's variables, in Meta's shape; nothing where it has none."""
    made = {"type": part.upper(), "text": text}
    given = [(slot.name, draft.examples.get(slot.key, "").strip()) for slot in placeholders([made])]
    if not given or not any(value for _name, value in given):
        return {}
    if draft.named:
        named = [{"param_name": name, "example": value} for name, value in given]
        return {"example": {f"{part}_text_named_params": named}}
    values = [value for _name, value in given]
    return {"example": {"header_text": values} if part == "header" else {"body_text": [values]}}


def _button(button: ButtonDraft) -> Component:
    made: Component = {"type": button.kind}
    rest = _loaded(button.rest, dict)
    texts = {"text": button.text} if button.kind != "COPY_CODE" else {}
    match button.kind:
        case "URL":
            example = button.example.strip()
            made |= {"url": button.url.strip()} | ({"example": [_whole(button.url, example)]} if example else {})
        case "PHONE_NUMBER":
            made |= {"phone_number": button.phone.strip()}
        case "COPY_CODE":
            made |= {"example": button.example.strip()}
        case "FLOW":
            made |= _given(flow_id=button.flow_id.strip(), navigate_screen=button.flow_screen.strip())
        case "OTP":
            texts = _given(text=button.text.strip())
            made |= _one_time_password(button, rest.pop("supported_apps", []))
    return made | texts | rest


def _one_time_password(button: ButtonDraft, others: list[Any]) -> Component:
    """The form shows the first app; ``others`` pass unchanged."""
    made: Component = {"otp_type": button.otp_type}
    if button.otp_type == "COPY_CODE":
        return made
    app = {"package_name": button.package_name.strip(), "signature_hash": button.signature_hash.strip()}
    made |= {"supported_apps": [app, *others]} | _given(autofill_text=button.autofill_text.strip())
    return made | ({"zero_tap_terms_accepted": button.zero_tap_terms} if button.otp_type == "ZERO_TAP" else {})


def _given(**values: str) -> Component:
    return {name: value for name, value in values.items() if value}


def _whole(url: str, ending: str) -> str:
    """Meta wants the whole address as the sample, people write its end."""
    start = url.strip().partition("{{")[0]
    return ending if ending.startswith(("http://", "https://")) else start + ending


def _button_draft(index: int, button: Mapping[str, Any], samples: Mapping[str, str]) -> ButtonDraft:
    kind = str(button.get("type") or "").upper()
    apps = button.get("supported_apps")
    apps = apps if isinstance(apps, list) else []
    app = apps[0] if apps and isinstance(apps[0], Mapping) else {}
    rest = {name: value for name, value in button.items() if name not in KNOWN}
    example = button.get("example")
    code = example[0] if isinstance(example, list) and example else example
    return ButtonDraft(
        kind=kind,
        text=str(button.get("text") or ""),
        url=str(button.get("url") or ""),
        example=str(code or "") if kind == "COPY_CODE" else samples.get(f"button.{index}", ""),
        phone=str(button.get("phone_number") or ""),
        flow_id=str(button.get("flow_id") or ""),
        flow_screen=str(button.get("navigate_screen") or ""),
        otp_type=str(button.get("otp_type") or "COPY_CODE").upper(),
        autofill_text=str(button.get("autofill_text") or ""),
        package_name=str(app.get("package_name") or ""),
        signature_hash=str(app.get("signature_hash") or ""),
        zero_tap_terms=bool(button.get("zero_tap_terms_accepted")),
        rest=_dumped(rest | ({"supported_apps": apps[1:]} if apps[1:] else {})),
    )


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


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if value else ""


def _loaded(text: str, kind: type[Any]) -> Any:
    """What came back with the form, empty where somebody made it unreadable."""
    try:
        value = json.loads(text) if text else kind()
    except (ValueError, RecursionError):
        return kind()
    return value if isinstance(value, kind) else kind()


def _number(text: str) -> int | str:
    """A whole number where it is one, else what was typed, which the rules refuse."""
    text = text.strip()
    return int(text) if text.removeprefix("-").isdecimal() and text.isascii() and len(text) < 12 else text
