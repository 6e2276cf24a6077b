"""A template as the Graph API gives it back: with addresses of its examples, and its one-time codes in Meta's words."""

from typing import Any

from ..rows import template_acts
from ..rows.templates import Template
from ..store import Store

ADDRESS = "https://scontent.whatsapp.net/v/t61.29466-34/{id}_n.bin"
ONE_TIME = "https://www.whatsapp.com/otp/code/?otp_type={kind}&code=otp{{{{1}}}}"
WORDS = {
    "pt": ("*{{1}}* é o seu código de verificação.", " Para sua segurança, não compartilhe este código.",
           "Este código expira em %d minutos.", "Copiar código"),
    "en": ("*{{1}}* is your verification code.", " For your security, do not share this code.",
           "This code expires in %d minutes.", "Copy code"),
}  # fmt: skip


def fields(store: Store, template: Template) -> dict[str, Any]:
    """Every field that can be asked of a template."""
    known = template_acts.facts_of(store, template.id)
    return {
        "id": template.id,
        "name": template.name,
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "sub_category": None,
        "previous_category": None,
        "correct_category": None,
        "parameter_format": template.parameter_format,
        "components": components(template),
        "quality_score": {"score": known.quality or "UNKNOWN", "date": int(template.updated_at)},
        "rejected_reason": known.rejected_reason or "NONE",
        "message_send_ttl_seconds": known.ttl,
        "library_template_name": None,
        "last_updated_time": int(template.updated_at),
        "health_status": {
            "can_send_message": "AVAILABLE" if template.status == "APPROVED" else "BLOCKED",
            "entities": [],
        },
    }


def components(template: Template) -> list[dict[str, Any]]:
    if template.category == "AUTHENTICATION":
        return [_of_a_code(part, template.language) for part in template.components]
    return [_shown(part, template.id) for part in template.components]


def _shown(part: dict[str, Any], identifier: str) -> dict[str, Any]:
    """Meta's words in capitals; an address in place of an uploaded example's handle."""
    shown = part | {key: part[key].upper() for key in ("type", "format") if isinstance(part.get(key), str)}
    if (part.get("example") or {}).get("header_handle"):
        shown["example"] = {"header_handle": [ADDRESS.format(id=identifier)]}
    if "buttons" in part:
        shown["buttons"] = [button | {"type": str(button["type"]).upper()} for button in part["buttons"]]
    if "cards" in part:
        cards = [[_shown(one, identifier) for one in card["components"]] for card in part["cards"]]
        shown["cards"] = [{"components": one} for one in cards]
    return shown


def _of_a_code(part: dict[str, Any], language: str) -> dict[str, Any]:
    words, advice, expiry, copy = WORDS.get(language.split("_", maxsplit=1)[0], WORDS["en"])
    kind = str(part["type"]).upper()
    if kind == "BODY":
        text = words + (advice if part.get("add_security_recommendation") else "")
        return part | {"type": kind, "text": text, "example": {"body_text": [["123456"]]}}
    if kind == "FOOTER":
        return part | {"type": kind, "text": expiry % part["code_expiration_minutes"]}
    rows = [_button(button, copy) for button in part["buttons"] if str(button.get("type", "")).upper() == "OTP"]
    return part | {"type": kind, "buttons": rows or part["buttons"]}


def _button(button: dict[str, Any], copy: str) -> dict[str, Any]:
    kept = {key: button[key] for key in ("autofill_text", "supported_apps", "zero_tap_terms_accepted") if key in button}
    url = ONE_TIME.format(kind=str(button["otp_type"]).upper())
    return kept | {"type": "URL", "text": button.get("text") or copy, "url": url, "example": [url.format("123456")]}
