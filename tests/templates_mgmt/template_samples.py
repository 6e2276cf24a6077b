"""Templates that Meta would take, one of each kind, as creation payloads."""

import copy
from typing import Any

HANDLE = "4::aW1hZ2UvcG5n:ARa525ZJ1g0J"
APP = {"package_name": "com.example.studio", "signature_hash": "K8a/AINcGX7"}


def payload(*components: Any, **values: Any) -> dict[str, Any]:
    frame = {"name": "aviso", "language": "pt_BR", "category": "UTILITY", "parameter_format": "POSITIONAL"}
    return copy.deepcopy(frame | {"components": list(components)} | values)


def header(text: str, *examples: str) -> dict[str, Any]:
    part = {"type": "HEADER", "format": "TEXT", "text": text}
    return part | ({"example": {"header_text": list(examples)}} if examples else {})


def file_header(form: str, handle: str = HANDLE) -> dict[str, Any]:
    return {"type": "HEADER", "format": form, "example": {"header_handle": [handle]}}


def body(text: str = "Seu horário está marcado. Até lá.", *examples: str) -> dict[str, Any]:
    return {"type": "BODY", "text": text} | ({"example": {"body_text": [list(examples)]}} if examples else {})


def named_body(text: str, **examples: str) -> dict[str, Any]:
    rows = [{"param_name": name, "example": value} for name, value in examples.items()]
    return {"type": "BODY", "text": text, "example": {"body_text_named_params": rows}}


def footer(text: str) -> dict[str, Any]:
    return {"type": "FOOTER", "text": text}


def buttons(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"type": "BUTTONS", "buttons": list(rows)}


def reply(text: str = "Confirmar") -> dict[str, Any]:
    return {"type": "QUICK_REPLY", "text": text}


def link(url: str = "https://studio.example/agenda", *example: str, text: str = "Ver agenda") -> dict[str, Any]:
    return {"type": "URL", "text": text, "url": url} | ({"example": list(example)} if example else {})


def phone(number: str = "+55 11 98888-7777") -> dict[str, Any]:
    return {"type": "PHONE_NUMBER", "text": "Ligar", "phone_number": number}


def code(example: Any = "VERAO25") -> dict[str, Any]:
    return {"type": "COPY_CODE", "example": example}


def one_time(kind: str = "COPY_CODE", **values: Any) -> dict[str, Any]:
    return {"type": "OTP", "otp_type": kind} | values


def one_time_template(button: dict[str, Any], **values: Any) -> dict[str, Any]:
    parts = ({"type": "BODY", "add_security_recommendation": True}, {"type": "FOOTER", "code_expiration_minutes": 10})
    return payload(*parts, buttons(button), category="AUTHENTICATION", **values)


def card(form: str = "IMAGE", text: str = "Corte e escova", *rows: dict[str, Any]) -> dict[str, Any]:
    parts = [file_header(form), *([body(text)] if text else []), buttons(*(rows or (reply("Quero este"), link())))]
    return {"components": parts}


def carousel(*cards: dict[str, Any]) -> dict[str, Any]:
    return {"type": "CAROUSEL", "cards": list(cards)}


def offer(text: str = "Só até sexta", *, has_expiration: Any = True) -> dict[str, Any]:
    return {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": text, "has_expiration": has_expiration}}


NAMED = named_body(
    "Olá, {{first_name}}. Seu horário de {{service}} está marcado para amanhã. Até lá.",
    first_name="Ana",
    service="Corte",
)
CARD_TEXT = named_body("Hoje temos {{service}} por {{price}} para você.", service="Escova", price="R$ 90,00")
TWO = ("Olá, {{1}}. Seu horário de {{2}} está marcado para amanhã. Até lá.", "Ana", "Corte")

GOOD: dict[str, dict[str, Any]] = {
    "words": payload(header("Seu horário"), body(*TWO), footer("Studio Jana"), buttons(reply(), reply("Reagendar"))),
    "header with a variable": payload(header("Oi, {{1}}!", "Ana"), body()),
    "named": payload(NAMED, parameter_format="NAMED"),
    "image": payload(file_header("IMAGE"), body(), buttons(link("https://studio.example/{{1}}", "abc"), phone())),
    "video": payload(file_header("VIDEO"), body(), category="MARKETING"),
    "document": payload(file_header("DOCUMENT"), body(), message_send_ttl_seconds=43_200),
    "gif": payload(file_header("GIF"), body(), category="MARKETING", message_send_ttl_seconds=2_592_000),
    "place": payload({"type": "HEADER", "format": "LOCATION"}, body(), message_send_ttl_seconds=-1),
    "coupon": payload(body(), buttons(reply(), code()), category="MARKETING"),
    "flow": payload(body(), buttons({"type": "FLOW", "text": "Responder", "flow_id": "123"})),
    "catalogue": payload(body(), buttons({"type": "CATALOG", "text": "Ver tudo"}), category="MARKETING"),
    "small letters": payload(
        {"type": "body", "text": "Até amanhã."}, category="utility", parameter_format="positional"
    ),
    "copied code": one_time_template(one_time(text="Copiar"), message_send_ttl_seconds=600),
    "one tap": one_time_template(one_time("ONE_TAP", autofill_text="Preencher", supported_apps=[APP])),
    "zero tap": one_time_template(one_time("ZERO_TAP", supported_apps=[APP], zero_tap_terms_accepted=True)),
    "cards": payload(body(*TWO), carousel(card(), card()), category="MARKETING"),
    "cards with variables": payload(
        NAMED,
        carousel(
            *(
                {"components": [file_header("VIDEO"), CARD_TEXT, buttons(link("https://studio.example/{{1}}", end))]}
                for end in ("a1", "b2", "c3")
            )
        ),
        category="MARKETING",
        parameter_format="NAMED",
    ),
    "offer": payload(
        file_header("IMAGE"),
        offer(),
        body(*TWO),
        buttons(code(), link("https://studio.example/oferta?c={{1}}", "abc")),
        category="MARKETING",
    ),
}
