"""A carousel as it is tried is taken by the simulator and shown on the customer's phone, card by card."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from templates_mgmt import trial
from templates_mgmt.models import MessageTemplate
from tests.simulator_client import SimulatorProcess
from tests.templates_mgmt.template_samples import GOOD
from whatsapp.content.values import File
from whatsapp.providers.base import Outgoing, Recipient
from whatsapp.providers.meta import payloads

MARIA = "5511988887777"


@pytest.fixture(scope="module")
def meta() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(webhook_url="http://127.0.0.1:9/nobody") as process:
        yield process


def tried(meta: SimulatorProcess, name: str, values: dict[str, str]) -> dict[str, Any]:
    """What the phone shows of the template, sent once with ``values``."""
    definition = GOOD[name]
    account = meta.accounts(
        name="Studio", numbers=[{"display_phone_number": "+55 11 4000-1234"}], templates=[definition]
    )
    parts = ("name", "language", "category", "parameter_format", "components")
    template = MessageTemplate(**{key: definition[key] for key in parts})
    files = {slot: File(kind, link=f"https://a.example/{slot}") for slot, kind in trial.files(template).items()}
    body = payloads.message(Outgoing(Recipient(f"+{MARIA}"), trial.content(template, values, files), name))
    number, headers = account["numbers"][0]["phone_number_id"], {"Authorization": f"Bearer {account['token']}"}
    answer = requests.post(f"{meta.url}/v25.0/{number}/messages", json=body, headers=headers, timeout=10)
    assert answer.ok, answer.text
    page = {"number": number, "phones": MARIA}
    return requests.get(f"{meta.url}/sim/state", params=page, timeout=10).json()["phones"][0]["messages"][-1]


def test_each_card_has_its_file_its_words_and_its_link(meta):
    shown = tried(meta, "cards with variables", {"card.1.service": "Unhas", "card.2.button.0": "z9"})
    assert [card["text"] for card in shown["cards"]] == [
        "Hoje temos Escova por R$ 90,00 para você.",
        "Hoje temos Unhas por R$ 90,00 para você.",
        "Hoje temos Escova por R$ 90,00 para você.",
    ]
    assert shown["cards"][1]["header"]["url"] == "https://a.example/card.1.header"
    assert [card["buttons"][0]["url"][-2:] for card in shown["cards"]] == ["a1", "b2", "z9"]


def test_a_button_of_a_card_is_pressed(meta):
    tried(meta, "cards", {})
    assert meta.press(MARIA, "Quero este")["message"]["button"]["payload"] == trial.PAYLOAD


def test_of_buttons_with_one_title_the_one_with_the_payload_is_pressed(meta):
    account = meta.accounts(
        name="Outro", numbers=[{"display_phone_number": "+55 11 4000-4321"}], templates=[GOOD["cards"]]
    )
    cards = [_card(i) for i in range(2)]
    body = {"type": "body", "parameters": [{"type": "text", "text": word} for word in ("Ana", "Corte")]}
    template = {"name": "aviso", "language": {"code": "pt_BR"}}
    template["components"] = [body, {"type": "carousel", "cards": cards}]
    message = {"messaging_product": "whatsapp", "to": "5511977776666", "type": "template", "template": template}
    number, headers = account["numbers"][0]["phone_number_id"], {"Authorization": f"Bearer {account['token']}"}
    requests.post(f"{meta.url}/v25.0/{number}/messages", json=message, headers=headers, timeout=10).raise_for_status()
    assert meta.press("5511977776666", "Quero este", payload="card:1")["message"]["button"]["payload"] == "card:1"


def _card(index: int) -> dict[str, Any]:
    image = {"type": "image", "image": {"link": "https://a.example/a.png"}}
    reply = {"type": "button", "sub_type": "quick_reply", "index": "0"}
    reply["parameters"] = [{"type": "payload", "payload": f"card:{index}"}]
    return {"card_index": index, "components": [{"type": "header", "parameters": [image]}, reply]}
