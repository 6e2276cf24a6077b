"""What we let through is taken by the simulator's own reading of Meta's rules, and shown on the customer's phone."""

from collections.abc import Iterator

import pytest
import requests

from tests.simulator_client import SimulatorProcess
from tests.whatsapp.samples import ALL
from whatsapp.content import Reaction
from whatsapp.providers.base import Outgoing, Recipient
from whatsapp.providers.meta import payloads

MARIA = "5511988887777"
BODY = {"type": "BODY", "text": "Olá."}
REPLY = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Mais"}]}
BUTTONS = [
    {"type": "QUICK_REPLY", "text": "Confirmar"},
    {"type": "URL", "text": "Ver", "url": "https://example.com/{{1}}"},
    {"type": "COPY_CODE", "example": "VERAO15"},
    {"type": "FLOW", "text": "Abrir"},
    {"type": "CATALOG", "text": "Ver"},
    {"type": "MPM", "text": "Ver"},
    {"type": "VOICE_CALL", "text": "Ligar"},
]


def header(form: str) -> dict:
    return {"type": "HEADER", "format": form}


def link(number: int) -> dict:
    return {"type": "BUTTONS", "buttons": [BUTTONS[1]][:number]}


# The approved template that each sample fills.
TEMPLATES = {
    "positional": [{"type": "HEADER", "format": "TEXT", "text": "{{1}}"}, {"type": "BODY", "text": "A {{1}}, {{2}}."}],
    "named": [{"type": "BODY", "text": "Olá, {{first_name}}."}],
    "image": [header("IMAGE"), BODY],
    "video": [header("VIDEO"), BODY],
    "document": [header("DOCUMENT"), BODY],
    "location": [header("LOCATION"), BODY],
    "buttons": [BODY, {"type": "BUTTONS", "buttons": BUTTONS}],
    "code": [
        {"type": "BODY", "text": "{{1}}"},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
    ],
    "offer": [header("IMAGE"), {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"has_expiration": True}}, BODY],
    "carousel": [
        {"type": "BODY", "text": "Olá, {{1}}."},
        {
            "type": "CAROUSEL",
            "cards": [
                {"components": [header("IMAGE"), {"type": "BODY", "text": "Para {{1}}."}, REPLY]},
                {"components": [header("IMAGE"), {"type": "BODY", "text": "Para {{1}}."}, link(1)]},
            ],
        },
    ],
    "carousel_products": [BODY, {"type": "CAROUSEL", "cards": [{"components": [header("PRODUCT")]}]}],
}


@pytest.fixture(scope="module")
def meta() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(webhook_url="http://127.0.0.1:9/nobody") as process:
        yield process


@pytest.fixture(scope="module")
def account(meta) -> dict:
    return meta.accounts(name="Studio Jana", numbers=[{"display_phone_number": "+55 11 4000-1234"}])


def post(meta, account, body: dict) -> requests.Response:
    number = account["numbers"][0]["phone_number_id"]
    headers = {"Authorization": f"Bearer {account['token']}"}
    return requests.post(f"{meta.url}/v25.0/{number}/messages", json=body, headers=headers, timeout=10)


@pytest.mark.parametrize("name", ALL)
def test_the_simulated_meta_takes_every_kind(meta, account, name):
    content = ALL[name]
    wamid = meta.inbound(MARIA, text="oi", to=account["numbers"][0]["phone_number_id"])["wamid"]
    if content.type == "template":
        form = "NAMED" if name == "template_named" else "POSITIONAL"
        components = TEMPLATES[name.removeprefix("template_")]
        approved = {"name": content.name, "language": content.language, "parameter_format": form}
        approved |= {"components": components, "category": content.category or "UTILITY"}
        meta.accounts(waba_id=account["waba_id"], templates=[approved])
    if isinstance(content, Reaction):
        content = Reaction(wamid, content.emoji)
    answer = post(meta, account, payloads.message(Outgoing(Recipient(f"+{MARIA}"), content, name)))
    assert answer.ok, answer.text
    assert meta.messages(MARIA)[-1]["biz_opaque_callback_data"] == name
