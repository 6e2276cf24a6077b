"""What a person sees while the network is away, and when a session has ended under an open page."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, WIDE, shoot


@pytest.fixture(scope="module")
def jana(recado):
    return recado.demo["tenants"][0]["operator"]


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_a_quiet_bar_while_recado_is_away_that_goes_by_itself(jana, open_page, sign_in, size):
    page = sign_in(open_page(size=size), jana)
    bar = page.locator("#lost")
    expect(bar).to_be_hidden()
    page.context.set_offline(True)
    expect(bar).to_contain_text("Sem conexão")
    shoot(page, f"lost-{size[0]}")
    page.context.set_offline(False)
    expect(bar).to_be_hidden()


def test_an_ended_session_is_told_and_its_page_is_not_replaced(jana, open_page, sign_in):
    page = sign_in(open_page(), jana)
    page.context.clear_cookies()
    expect(page.locator("#lost")).to_contain_text("Sua sessão terminou")
    expect(page.locator("h1")).to_have_text("Mensagens")
