"""A customer writes and is answered, in two browsers, with nobody loading a page again."""

import base64
import io

import pytest
import requests
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, shoot

DIGITS = "5511973334455"
SOON = 15_000  # milliseconds: a webhook, its processing, and a look that comes every three seconds


@pytest.fixture(scope="module")
def jana(recado):
    return recado.demo["tenants"][0]


@pytest.fixture
def write(recado, jana):
    """The customer writes."""

    def say(**message):
        body = {"to": jana["phone_number_id"], "name": "Beatriz Nunes", **message}
        requests.post(
            f"{recado.simulator_url}/sim/customers/{DIGITS}/messages", json=body, timeout=30
        ).raise_for_status()

    return say


def picture() -> str:
    made = io.BytesIO()
    Image.new("RGB", (320, 200), (150, 90, 60)).save(made, "PNG")
    return base64.b64encode(made.getvalue()).decode()


def test_what_a_customer_writes_comes_and_is_answered(recado, jana, write, open_page, sign_in):
    write(type="text", text="Olá, tem horário amanhã?")
    console = sign_in(open_page(), jana["operator"])
    console.goto(f"{recado.base_url}/conversas/")
    console.get_by_text("Beatriz Nunes").first.click()
    thread = console.locator("#thread-items")
    expect(thread).to_contain_text("Olá, tem horário amanhã?")

    console.fill("#write-text", "Tem sim, às *10h*.")
    console.press("#write-text", "Enter")
    expect(thread.locator("b", has_text="10h")).to_be_visible(timeout=SOON)
    expect(console.locator("#write-text")).to_have_value("")
    phone = open_page(size=PHONE)
    phone.goto(f"{recado.simulator_url}/sim/?phones={DIGITS}")
    expect(phone.get_by_text("Tem sim, às").first).to_be_visible()

    write(type="image", image={"data": picture(), "mime_type": "image/png", "caption": "Assim"})
    expect(thread.locator("img")).to_be_visible(timeout=2 * SOON)
    expect(thread.locator(".th-ours .tone-teal").first).to_be_visible(timeout=2 * SOON)
    shoot(console, "conversation")


def test_a_draft_outlives_a_reload(recado, jana, write, open_page, sign_in):
    write(type="text", text="Obrigada")
    console = sign_in(open_page(size=PHONE), jana["operator"])
    console.goto(f"{recado.base_url}/conversas/")
    console.get_by_text("Beatriz Nunes").first.click()
    console.fill("#write-text", "De nada, Bea")
    console.reload()
    expect(console.locator("#write-text")).to_have_value("De nada, Bea")
    shoot(console, "conversation-phone")
