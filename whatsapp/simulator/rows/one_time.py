"""Authentication templates as Meta keeps them: its own words, and a link behind the button that carries the code."""

from dataclasses import replace
from typing import Any

from .templates import Template

ADDRESS = "https://www.whatsapp.com/otp/"
ONE_TIME = ADDRESS + "code/?otp_type={kind}&code=otp{{{{1}}}}"
WORDS = {
    "pt": ("*{{1}}* é o seu código de verificação.", " Para sua segurança, não compartilhe este código.",
           "Este código expira em %d minutos.", "Copiar código"),
    "en": ("*{{1}}* is your verification code.", " For your security, do not share this code.",
           "This code expires in %d minutes.", "Copy code"),
}  # fmt: skip


def is_carrier(template: Template) -> bool:
    return template.category == "AUTHENTICATION"


def as_kept(template: Template) -> Template:
    """The template with Meta's words where it carries a code; any other one as it is."""
    return replace(template, components=components(template)) if is_carrier(template) else template


def components(template: Template) -> list[dict[str, Any]]:
    return [_of_a_code(part, template.language) for part in template.components]


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
