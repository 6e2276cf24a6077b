"""A new company connects its number, in a real browser, through the stand-in of Meta's window."""

import itertools
import os
import re
import subprocess
import sys

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, WIDE, shoot
from tests.chaos.copies import ROOT

COUNT = itertools.count(1)
# What Meta is made to refuse for a step, and with which code.
REFUSED = {
    "token": ("debug_token", 131000),
    "proof": ("accounts", 131000),
    "subscribe": ("subscribe", 131000),
    "register": ("register", 133016),
    "facts": ("numbers", 131000),
}
OWNER = """
from tests.factories import make_person, make_tenant
tenant = make_tenant({slug!r}, name={name!r})
make_person(tenant, "owner", username={slug!r})
"""


@pytest.fixture
def owner(recado) -> dict[str, str]:
    """The owner of a company that has no number yet."""
    slug = f"salao-{next(COUNT)}-{os.getpid()}"
    code = OWNER.format(slug=slug, name=f"Salão {slug[6:]}")
    env = os.environ | recado.settings
    subprocess.run([sys.executable, "manage.py", "shell", "-c", code], cwd=ROOT, env=env, check=True, timeout=60)
    return {"username": slug, "password": "a long password"}


@pytest.fixture
def console(recado, owner, open_page, sign_in) -> Page:
    return sign_in(open_page(), owner)


def phone() -> str:
    return f"+55 11 96{os.getpid() % 1000:03d}-{next(COUNT):04d}"


def choose(page: Page, recado, way: str) -> None:
    page.goto(f"{recado.base_url}/conexoes/conectar/")
    page.get_by_role("button", name=way).click()


def agree(page: Page, *, order: str = "event", age: str = "0", scopes: bool = True) -> None:
    """Presses the page's button, and in Meta's window what a business would."""
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Abrir a janela da Meta").click()
    window = opened.value
    window.get_by_label("Nome da empresa").fill(f"Salão {os.getpid()}-{next(COUNT)}")
    window.get_by_label("Número").fill(phone())
    window.get_by_text("O que a Meta responde").click()
    window.get_by_label("O que chega primeiro").select_option(order)
    window.get_by_label("Idade do código").select_option(age)
    if not scopes:
        window.get_by_label("whatsapp_business_messaging").uncheck()
    window.get_by_role("button", name="Concluir").click()


def step(page: Page, name: str):
    return page.locator(f"[data-step={name}]")


def expect_states(page: Page, **states: str) -> None:
    for name, state in states.items():
        expect(step(page, name)).to_have_attribute("data-state", state)


def expect_connected(page: Page) -> None:
    expect(page.get_by_text("já podem sair por ele", exact=False)).to_be_visible()


def fault(recado, on: str, code: int) -> None:
    body = {"on": on, "fault": "error", "code": code, "times": 1}
    requests.post(f"{recado.simulator_url}/sim/faults", json=body, timeout=10).raise_for_status()


def test_in_coexistence_with_a_test_message(recado, console):
    choose(console, recado, "Manter o aplicativo no celular")
    shoot(console, "connect-window")
    agree(console)
    expect_connected(console)
    expect_states(console, register="skipped", sync="done", save="done")
    console.get_by_label("Telefone para o teste").fill("(11) 98888-1234")
    console.get_by_role("button", name="Enviar mensagem de teste").click()
    expect_states(console, test="done")
    shoot(console, "connect-done")
    console.goto(f"{recado.base_url}/conexoes/")
    expect(console.get_by_text("Conectada").first).to_be_visible()


@pytest.mark.parametrize("order", ["code", "only-code"])
def test_as_a_new_number_whatever_comes_first(recado, console, order):
    choose(console, recado, "Conectar um número novo")
    agree(console, order=order)
    expect(console.get_by_text("já podem sair por ele", exact=False)).to_be_visible(timeout=40_000)
    expect_states(console, register="done")


def test_each_refused_step_is_tried_again_alone(recado, console):
    refuse = lambda name: fault(recado, *REFUSED[name]) if name in REFUSED else None  # noqa: E731 - used twice
    refuse("token")
    choose(console, recado, "Conectar um número novo")
    agree(console)
    for name, following in itertools.pairwise([*REFUSED, "save"]):
        expect_states(console, **{name: "failed", following: "waiting"})
        expect(step(console, name).get_by_text(str(REFUSED[name][1]), exact=False)).to_be_visible()
        shoot(console, f"connect-stopped-{name}")
        refuse(following)
        step(console, name).get_by_role("button", name="Tentar este passo").click()
    expect_connected(console)


@pytest.mark.parametrize(
    ("spoiled", "stopped"), [({"age": "31"}, "code"), ({"scopes": False}, "token")], ids=["late code", "permission"]
)
def test_what_only_metas_window_can_mend_opens_it_again(recado, console, spoiled, stopped):
    choose(console, recado, "Conectar um número novo")
    agree(console, **spoiled)
    expect_states(console, **{stopped: "failed"})
    step(console, stopped).get_by_role("button", name="Tentar este passo").click()
    agree(console)
    expect_connected(console)


def test_a_cancelled_window_connects_nothing(recado, console):
    choose(console, recado, "Manter o aplicativo no celular")
    with console.expect_popup() as opened:
        console.get_by_role("button", name="Abrir a janela da Meta").click()
    opened.value.get_by_role("button", name="Cancelar").click()
    expect(step(console, "session").get_by_text("adicionar o número", exact=False)).to_be_visible()
    console.goto(f"{recado.base_url}/conexoes/")
    expect(console.get_by_text("Nenhum número", exact=False).first).to_be_visible()


def test_by_an_invitation_link_without_an_account(recado, console, open_page):
    console.goto(f"{recado.base_url}/conexoes/conectar/")
    console.get_by_label("Para quem").fill("Dona Bia")
    console.get_by_role("button", name="Criar um link").click()
    address = console.get_by_label("Link para Dona Bia").input_value()
    shoot(console, "connect-link")
    guest = open_page(size=PHONE)
    guest.goto(address)
    shoot(guest, "connect-invited")
    guest.get_by_role("button", name="Manter o aplicativo no celular").click()
    agree(guest)
    expect_connected(guest)
    console.goto(f"{recado.base_url}/conexoes/conectar/")
    expect(console.get_by_text("Número conectado")).to_be_visible()
    console.get_by_role("button", name="Revogar").click()
    guest.goto(address)
    expect(guest.get_by_role("heading", name=re.compile("não funciona mais"))).to_be_visible()


def test_by_hand_with_a_token_that_is_corrected(recado, console):
    made = {"name": f"Salão {os.getpid()}-{next(COUNT)}", "numbers": [{"display_phone_number": phone()}]}
    account = requests.post(f"{recado.simulator_url}/sim/accounts", json=made, timeout=10).json()
    console.goto(f"{recado.base_url}/conexoes/conectar/")
    console.get_by_role("link", name="Colar IDs e token").click()
    console.get_by_label("(WABA)", exact=False).fill(account["waba_id"])
    console.get_by_label("ID do número de telefone").fill(account["numbers"][0]["phone_number_id"])
    console.get_by_label("Token de acesso").fill("SIMnobody")
    console.get_by_role("button", name="Conferir e conectar").click()
    expect_states(console, token="failed", save="waiting")
    console.get_by_label("Token de acesso").fill(account["token"])
    step(console, "token").get_by_role("button", name="Tentar este passo").click()
    expect_connected(console)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_no_page_of_connecting_is_wider_than_its_screen(recado, owner, open_page, sign_in, theme, size):
    page = sign_in(open_page(theme, size), owner)
    choose(page, recado, "Conectar um número novo")
    shoot(page, f"connect-steps-{theme}-{size[0]}")
    for path in ("", "por-ids/"):
        page.goto(f"{recado.base_url}/conexoes/conectar/{path}")
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        shoot(page, f"connect-{path.strip('/')}-{theme}-{size[0]}")
        assert overflow <= 0, path
