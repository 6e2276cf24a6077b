"""An operator's day, in a real browser, against the simulated Meta."""

from datetime import datetime, timedelta

import pytest
import requests
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, WIDE, shoot

FIRST_NAME, NAME, NUMBER = "Beatriz", "Beatriz Nunes", "(11) 97123-4567"
DIGITS = "5511971234567"


@pytest.fixture(scope="module")
def jana(recado):
    return recado.demo["tenants"][0]["operator"]


def tomorrow() -> str:
    return (datetime.now() + timedelta(days=1)).strftime("%d/%m/%Y")  # noqa: DTZ005 - as the operator's calendar says


def sent_to_customer(recado) -> list[dict]:
    return requests.get(f"{recado.simulator_url}/sim/messages", {"to": DIGITS}, timeout=30).json()


def book(page, recado) -> None:
    page.goto(f"{recado.base_url}/agendamentos/novo/")
    page.get_by_label("Cliente").fill(NAME)
    page.get_by_label("Número do WhatsApp").fill(NUMBER)
    page.get_by_label("Serviço").fill("Corte e escova")
    page.get_by_label("Dia").fill(tomorrow())
    page.get_by_label("Início").fill("15:00")
    page.get_by_label("Profissional").fill("Jana")
    shoot(page, "appointment")
    page.get_by_role("button", name="Agendar").click()


def find_message(page, recado, kind: str):
    """Its row on Mensagens, found as an operator does: by the customer's name."""
    page.goto(f"{recado.base_url}/mensagens/?q={FIRST_NAME}")
    return page.get_by_role("row").filter(has_text=kind)


def open_phone(page, recado):
    page.goto(f"{recado.simulator_url}/sim/?phones={DIGITS}")
    return page


def screen(page):
    """The customer's own phone: a second one beside it shows whoever was written to last."""
    return page.locator("#phones > *").first


def test_a_booking_goes_out_is_confirmed_and_cancelled(recado, jana, open_page, sign_in):
    console, phone = sign_in(open_page(), jana), open_phone(open_page(), recado)
    book(console, recado)

    expect(screen(phone).get_by_text("Corte e escova").first).to_be_visible()
    screen(phone).get_by_text("Confirmar", exact=True).last.click()
    expect(screen(phone).get_by_text("/voucher/").first).to_be_visible()
    shoot(phone, "phone")

    customer = open_page(size=PHONE)
    customer.goto(screen(phone).get_by_role("link").filter(has_text="/voucher/").first.get_attribute("href"))
    expect(customer.get_by_text("Corte e escova").first).to_be_visible()
    shoot(customer, "voucher")

    find_message(console, recado, "Aviso de agendamento").get_by_role("link").first.click()
    expect(console.get_by_text("O cliente respondeu").first).to_be_visible()
    console.wait_for_timeout(600)  # the drawer has slid in
    shoot(console, "mensagens")
    console.locator("#detail a[href^='/agendamentos/']").click()
    console.get_by_role("button", name="Cancelar…").click()
    console.get_by_label("Avisar cliente por WhatsApp", exact=False).check()
    shoot(console, "cancel")
    console.get_by_role("button", name="Cancelar agendamento").click()
    expect(screen(phone).get_by_text("foi cancelado").first).to_be_visible()
    assert [one["body"]["type"] for one in sent_to_customer(recado)] == ["template", "text", "text"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_no_page_is_wider_than_its_screen(recado, jana, open_page, sign_in, theme, size):
    page = sign_in(open_page(theme, size), jana)
    for path in ("mensagens", "mensagens/recebidas", "agendamentos", "agendamentos/novo", "conexoes"):
        page.goto(f"{recado.base_url}/{path}/")
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        shoot(page, f"{path.replace('/', '-')}-{theme}-{size[0]}")
        assert overflow <= 0, path


def test_new_messages_appear_without_reloading(recado, jana, open_page, sign_in):
    page = sign_in(open_page(), jana)
    customer = {"name": "Otávio Reis", "phone": "+5511971230000"}
    start = (datetime.now().astimezone() + timedelta(days=2)).isoformat()
    body = {"external_id": "browser-1", "customer": customer, "service": "Barba", "starts_at": start}
    key = recado.demo["tenants"][0]["api_key"]
    answer = requests.post(f"{recado.base_url}/api/v1/appointments/", json=body, headers={"X-API-Key": key}, timeout=30)
    assert answer.status_code == 201
    page.get_by_text("nova", exact=False).first.wait_for(timeout=30_000)
