"""A one-time code as we fill it is taken by the simulator, which reads Meta's rules and the template in its own way."""

from collections.abc import Iterator

import pytest
import requests

from templates_mgmt import one_time
from templates_mgmt.models import MessageTemplate
from tests.simulator_client import SimulatorProcess
from whatsapp.providers.base import Outgoing, Recipient
from whatsapp.providers.meta import payloads

APPS = {"supported_apps": [{"package_name": "com.example.app", "signature_hash": "K8a/AINcGX7"}]}
BUTTONS = [
    {"type": "OTP", "otp_type": "COPY_CODE"},
    {"type": "OTP", "otp_type": "ONE_TAP"} | APPS,
    {"type": "OTP", "otp_type": "ZERO_TAP", "zero_tap_terms_accepted": True} | APPS,
]


@pytest.fixture(scope="module")
def meta() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(webhook_url="http://127.0.0.1:9/nobody") as process:
        yield process


@pytest.mark.parametrize("button", BUTTONS, ids=lambda button: button["otp_type"])
def test_a_code_reaches_the_phone_by_every_kind_of_button(meta, button):
    parts = [
        {"type": "BODY"},
        {"type": "FOOTER", "code_expiration_minutes": 10},
        {"type": "BUTTONS", "buttons": [button]},
    ]
    definition = {"name": "codigo", "language": "pt_BR", "category": "AUTHENTICATION", "components": parts}
    account = meta.accounts(
        name="Studio", numbers=[{"display_phone_number": "+55 11 4000-1234"}], templates=[definition]
    )
    headers, graph = {"Authorization": f"Bearer {account['token']}"}, f"{meta.url}/v25.0"
    listed = requests.get(f"{graph}/{account['waba_id']}/message_templates", headers=headers, timeout=10).json()["data"]
    told = next(row for row in listed if row["name"] == "codigo")
    template = MessageTemplate(**{key: told[key] for key in ("name", "language", "category", "components")})
    body = payloads.message(Outgoing(Recipient(phone="+5511988887777"), one_time.filled(template, "012345"), "ref"))
    number = account["numbers"][0]["phone_number_id"]
    answer = requests.post(f"{graph}/{number}/messages", json=body, headers=headers, timeout=10)
    assert answer.ok, answer.text
