"""Buttons of a template or of a card: as the editor's form holds them, and as Meta takes them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.editor.typed import ButtonDraft
from templates_mgmt import preview
from templates_mgmt.structure import buttons_of

Component = dict[str, Any]
KNOWN = frozenset(
    {"type", "text", "url", "example", "phone_number", "flow_id", "navigate_screen", "otp_type", "autofill_text",
     "supported_apps", "zero_tap_terms_accepted"}
)  # fmt: skip


def component(buttons: Iterable[ButtonDraft]) -> Component:
    """All of them as a part of the template; empty where there is none."""
    rows = [_button(button) for button in buttons]
    return {"type": "BUTTONS", "buttons": rows} if rows else {}


def _button(button: ButtonDraft) -> Component:
    made: Component = {"type": button.kind}
    rest = loaded(button.rest, dict)
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


def drafts(parts: list[Mapping[str, Any]]) -> tuple[ButtonDraft, ...]:
    """Those of the template, or of the card, that has these components."""
    samples = preview.examples(parts)
    return tuple(_draft(i, button, samples) for i, button in enumerate(buttons_of(parts)))


def _draft(index: int, button: Mapping[str, Any], samples: Mapping[str, str]) -> ButtonDraft:
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
        rest=dumped(rest | ({"supported_apps": apps[1:]} if apps[1:] else {})),
    )


def dumped(value: Any) -> str:
    """What no field shows, as it goes with the form."""
    return json.dumps(value, ensure_ascii=False) if value else ""


def loaded(text: str, kind: type[Any]) -> Any:
    """What came back with the form, empty where somebody made it unreadable."""
    try:
        value = json.loads(text) if text else kind()
    except (ValueError, RecursionError):
        return kind()
    return value if isinstance(value, kind) else kind()
