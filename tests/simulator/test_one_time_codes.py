"""Authentication templates as Meta sends them: its own words, the code in body and button, to a phone alone."""

from typing import Any

import pytest

from .conftest import CUSTOMER, Meta, notice, wait_until

APPS = [{"package_name": "com.example.app", "signature_hash": "K8a/AINcGX7"}]
BUTTONS: dict[str, dict[str, Any]] = {
    "COPY_CODE": {},
    "ONE_TAP": {"supported_apps": APPS},
    "ZERO_TAP": {"supported_apps": APPS, "zero_tap_terms_accepted": True},
}


def approve(meta: Meta, kind: str = "COPY_CODE") -> None:
    button = {"type": "OTP", "otp_type": kind} | BUTTONS[kind]
    parts = [{"type": "BODY", "add_security_recommendation": True}, {"type": "BUTTONS", "buttons": [button]}]
    definition = {"name": "codigo", "language": "pt_BR", "category": "AUTHENTICATION", "components": parts}
    meta.accounts(waba_id=meta.waba, templates=[definition])


def code(text: str, on_button: str = "") -> dict[str, Any]:
    parameters = [{"type": "text", "text": on_button or text}]
    button = {"type": "button", "sub_type": "url", "index": "0", "parameters": parameters}
    return notice(text, name="codigo", components=[button])


@pytest.mark.parametrize("kind", BUTTONS)
def test_a_code_is_taken_and_shown_in_metas_words(meta, kind):
    approve(meta, kind)
    assert meta.send(code("123456")).ok
    (shown,) = meta._call("GET", "state", params={"phones": CUSTOMER})["phones"][0]["messages"]
    assert shown["text"].startswith("*123456* é o seu código de verificação.")
    assert shown["buttons"] == [{"type": "other", "text": "Copiar código"}]


def test_the_code_stands_alike_in_body_and_button(meta):
    approve(meta)
    assert meta.refusal(meta.send(code("123456", "654321"))) == (400, 131009)


def test_a_code_has_fifteen_characters_at_most(meta):
    approve(meta)
    assert meta.refusal(meta.send(code("1" * 16))) == (400, 132005)


def test_a_code_without_its_button_is_refused(meta):
    approve(meta)
    assert meta.refusal(meta.send(notice("123456", name="codigo"))) == (400, 131008)


def test_a_code_goes_to_no_user_id(meta, receiver, open_window):
    approve(meta)
    user_id = wait_until(lambda: receiver.values("contacts"))[0]["user_id"]
    body = {"messaging_product": "whatsapp", "recipient": user_id} | code("123456")
    assert meta.refusal(meta.graph("POST", f"{meta.number}/messages", json=body)) == (400, 131062)
