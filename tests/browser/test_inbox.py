"""Two people of a company at once: who has a conversation, what is new, what is unread, and all of it by keyboard."""

import pytest
import requests
from playwright.sync_api import expect

from tests.browser.conftest import shoot

SOON = 15_000  # milliseconds: a webhook, its processing, and a look that comes every three to five seconds


@pytest.fixture(scope="module")
def jana(recado):
    return recado.demo["tenants"][0]


@pytest.fixture
def write(recado, jana):
    """A customer writes."""

    def say(digits: str, name: str, text: str) -> None:
        body = {"type": "text", "text": text, "to": jana["phone_number_id"], "name": name}
        address = f"{recado.simulator_url}/sim/customers/{digits}/messages"
        requests.post(address, json=body, timeout=30).raise_for_status()

    return say


@pytest.fixture
def two(recado, jana, open_page, sign_in):
    """Jana, and Ana, who works for both companies, at Jana's."""
    owner, colleague = sign_in(open_page(), jana["operator"]), sign_in(open_page(), recado.demo["operator_of_both"])
    colleague.locator(".rc-switch summary").click()
    colleague.get_by_role("button", name="Studio Jana").click()
    expect(colleague.locator(".rc-switch summary")).to_contain_text("Studio Jana")
    for page in (owner, colleague):
        page.goto(f"{recado.base_url}/conversas/")
    return owner, colleague


def line(page, name: str):
    return page.locator(".in-line").filter(has_text=name)


def test_one_has_the_conversation_and_the_other_sees_who(recado, write, two):
    owner, colleague = two
    write("5511973330001", "Clara Dias", "Bom dia")
    for page in (owner, colleague):
        page.locator("#inbox-fresh a").click(timeout=SOON)
        line(page, "Clara Dias").locator("a").click()
        expect(page.locator("#talk-title")).to_have_text("Clara Dias")
    owner.get_by_role("button", name="Assumir conversa").click()
    expect(owner.locator("#talk-head")).to_contain_text("A conversa é sua agora")
    expect(colleague.locator("#talk-head")).to_contain_text("jana", timeout=SOON)
    expect(line(colleague, "Clara Dias")).to_contain_text("jana", timeout=SOON)
    expect(colleague.locator("#thread-others")).to_contain_text("jana", timeout=SOON)
    shoot(colleague, "inbox")


def test_what_one_has_read_is_unread_for_nobody(recado, write, two):
    owner, colleague = two
    write("5511973330002", "Davi Rocha", "Oi")
    for page in two:
        page.locator("#inbox-fresh a").click(timeout=SOON)
        expect(line(page, "Davi Rocha").locator(".in-badge")).to_contain_text("1")
    line(owner, "Davi Rocha").locator("a").click()
    expect(line(colleague, "Davi Rocha").locator(".in-badge")).to_have_count(0, timeout=SOON)


def test_the_keyboard_alone_leads_anywhere(recado, write, two):
    page = two[0]
    write("5511973330003", "Elisa Prado", "Olá")
    page.locator("#inbox-fresh a").wait_for(timeout=SOON)
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#talk-title")).to_have_text("Elisa Prado")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Atalhos do teclado")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("agenda")
    expect(page.locator("#jump-results")).to_contain_text("Agendamentos")
    page.keyboard.press("Enter")
    page.wait_for_url("**/agendamentos/")
