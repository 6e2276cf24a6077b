"""A manager writes a template, sees it as the phone will, sends it to the simulated Meta and tries it."""

import itertools
import os
import subprocess
import sys
import time
from datetime import datetime, timedelta

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, WIDE, shoot
from tests.chaos.copies import ROOT

COUNT = itertools.count(1)
MANAGER = """
from tenants.models import Tenant
from tests.factories import make_person
make_person(Tenant.objects.get(slug={slug!r}), "manager", username={name!r})
"""
STOP = """
from tenants import flags
from tenants.models import Tenant
flags.stop(Tenant.objects.get(slug={slug!r}), "changing a template", None)
"""
RESUME = """
from django.utils import timezone
from tenants import flags
from tenants.models import Tenant
flags.resume(Tenant.objects.get(slug={slug!r}), None, timezone.now())
"""
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)
BODY = "Olá {{first_name}}, seu horário de {{service}} é {{date}} às {{time}}. Qualquer coisa, escreva para nós."
SAMPLES = {"first_name": "Maria", "service": "Corte", "date": "21/11/2026", "time": "14:00"}
REPLIES = ("Confirmar", "Reagendar", "Falar com a Jana")


def make_manager(recado, slug: str) -> dict[str, str]:
    name = f"gerente-{next(COUNT)}-{os.getpid()}"
    run(recado, MANAGER.format(slug=slug, name=name))
    return {"username": name, "password": "a long password"}


def run(recado, code: str) -> None:
    """Lets the running copy's own code act on its rows."""
    command = [sys.executable, "manage.py", "shell", "-c", code]
    subprocess.run(command, cwd=ROOT, env=os.environ | recado.settings, check=True, timeout=120)


@pytest.fixture(scope="module")
def manager(recado) -> dict[str, str]:
    return make_manager(recado, "studio-jana")


@pytest.fixture
def console(recado, manager, open_page, sign_in) -> Page:
    return sign_in(open_page(), manager)


def write(page: Page, recado, name: str, *, picture: bool = True) -> None:
    """Fills the form in as a person does: what is shown after each press is waited for."""
    page.goto(f"{recado.base_url}/modelos/novo/")
    page.get_by_label("Nome", exact=True).fill(name)
    if picture:
        page.get_by_label("Tipo de cabeçalho").select_option("IMAGE")
        file = {"name": "salao.png", "mimeType": "image/png", "buffer": PICTURE}
        page.get_by_label("Exemplo do arquivo").set_input_files(files=[file])
        expect(page.get_by_text("salao.png")).to_be_visible()
    page.get_by_label("O que diz").fill(BODY)
    for variable, sample in SAMPLES.items():
        page.locator(f"[id='example-{variable}']").fill(sample)
    for number, text in enumerate(REPLIES):
        page.get_by_role("button", name="Resposta rápida").click()
        page.locator(f"#button-{number}-text").fill(text)


def submit(page: Page) -> None:
    page.get_by_role("button", name="Enviar para análise").click()
    expect(page.get_by_text("está analisando")).to_be_visible()


def wait_for_state(page: Page, word: str) -> None:
    """The state comes with Meta's webhook; whoever looks again sees it."""
    for _attempt in range(30):
        if page.locator(".rc-chip", has_text=word).first.is_visible():
            return
        page.wait_for_timeout(500)
        page.reload()
    pytest.fail(f"the template never became {word}")


def test_a_template_is_written_seen_and_approved(recado, console):
    name = f"lembrete_com_foto_{os.getpid()}"
    write(console, recado, name)
    phone = console.locator("#preview")
    expect(phone.get_by_text("Olá Maria, seu horário de Corte", exact=False)).to_be_visible()
    expect(phone.get_by_text("Falar com a Jana")).to_be_visible()
    expect(phone.get_by_role("img")).to_be_visible()
    shoot(console, "template-editor")
    submit(console)
    wait_for_state(console, "Aprovado")
    shoot(console, "template-approved")


def write_card(page: Page, place: int, words: str) -> None:
    file = {"name": f"foto-{place}.png", "mimeType": "image/png", "buffer": PICTURE}
    page.locator(f"#card-{place}-header_file").set_input_files(files=[file])
    expect(page.locator(f"#card-{place}").get_by_text(f"foto-{place}.png")).to_be_visible()
    page.locator(f"#card-{place}-body").fill(words)
    page.locator(f"#card-{place}-button-0-text").fill("Quero este")


def test_a_carousel_is_written_card_by_card_with_the_keyboard_alone(recado, console):
    console.goto(f"{recado.base_url}/modelos/novo/")
    console.get_by_label("Nome", exact=True).fill(f"novidades_{os.getpid()}")
    console.locator("#category-MARKETING").press("Space")
    console.locator("#carousel").press("Space")
    expect(console.locator("#card-1")).to_be_visible()
    console.get_by_label("O que diz").fill("Olá, veja o que preparamos para esta semana.")
    for place, words in enumerate(("Corte com hidratação", "Escova e unhas")):
        write_card(console, place, words)
    console.get_by_role("button", name="Adicionar cartão").press("Enter")
    expect(console.locator("#card-2")).to_be_focused()
    expect(console.locator("#card-2-button-0-text")).to_have_value("Quero este")
    console.get_by_role("button", name="Mover o cartão 3 para antes").press("Enter")
    expect(console.locator("#card-1")).to_be_focused()
    expect(console.locator("#card-2-body")).to_have_value("Escova e unhas")
    console.get_by_role("button", name="Retirar o cartão 2").press("Enter")
    expect(console.locator("#preview .tp-card")).to_have_count(2)
    expect(console.locator("#preview .tp-card img")).to_have_count(2)
    shoot(console, "template-carousel")
    submit(console)
    wait_for_state(console, "Aprovado")


def test_a_mistake_is_told_while_it_is_made_and_goes_when_it_is_mended(recado, console):
    console.goto(f"{recado.base_url}/modelos/novo/")
    body = console.get_by_label("O que diz")
    body.press_sequentially("{{first_name}}{{date}}")
    told = console.locator("#told-body-text")
    expect(told).to_contain_text("lado a lado")
    body.fill("Bom dia, {{first_name}}. Esperamos por você aqui.")
    expect(told.locator(".rc-error")).to_have_count(0)
    expect(console.locator("#preview")).to_contain_text("Bom dia")


def test_marks_and_variables_go_in_where_one_writes(recado, console):
    console.goto(f"{recado.base_url}/modelos/novo/")
    body = console.get_by_label("O que diz")
    body.fill("Bom dia ")
    console.get_by_role("button", name="Negrito").click()
    console.keyboard.type("hoje")
    console.locator(".tp-menu summary").click()
    console.get_by_role("button", name="primeiro nome").first.click()
    assert body.input_value() == "Bom dia *hoje{{first_name}}*"


def test_four_buttons_hide_behind_one(recado, console):
    console.goto(f"{recado.base_url}/modelos/novo/")
    for number in range(4):
        console.get_by_role("button", name="Resposta rápida").click()
        console.locator(f"#button-{number}-text").fill(f"Opção {number + 1}")
    phone = console.locator("#preview")
    expect(phone.get_by_text("Opção 4")).to_be_attached()
    phone.get_by_text("Ver todas as opções").click()
    expect(phone.get_by_text("Opção 4")).to_be_visible()


ADD_AGAIN = """
new MutationObserver((_, observer) => {
  observer.disconnect();
  document.querySelector("[name=do][value='add:QUICK_REPLY']").click();
}).observe(document.querySelector("#editor").parentNode, {childList: true});
"""


def test_a_press_right_after_the_form_came_anew_does_not_leave_the_page(recado, console):
    console.goto(f"{recado.base_url}/modelos/novo/")
    console.evaluate("window.stayed = true")
    console.evaluate(ADD_AGAIN)
    console.get_by_role("button", name="Resposta rápida").click()
    expect(console.locator("#button-1-text")).to_be_visible()
    assert console.evaluate("window.stayed")


def test_what_is_typed_while_the_form_is_fetched_anew_is_kept(recado, console):
    console.goto(f"{recado.base_url}/modelos/novo/")
    console.route("**/modelos/novo/", lambda route: (time.sleep(1), route.continue_()))
    console.get_by_label("Tipo de cabeçalho").select_option("TEXT")
    console.get_by_label("O que diz").fill("Esperamos por você aqui.")
    expect(console.get_by_label("Texto do cabeçalho")).to_be_visible()
    expect(console.get_by_label("O que diz")).to_have_value("Esperamos por você aqui.")
    expect(console.locator("#preview")).to_contain_text("Esperamos por você aqui.")


def test_the_form_works_without_scripts(recado, manager, browser, sign_in):
    context = browser.new_context(java_script_enabled=False, locale="pt-BR")
    page = sign_in(context.new_page(), manager)
    page.goto(f"{recado.base_url}/modelos/novo/")
    page.get_by_label("Nome", exact=True).fill("Nome Errado")
    page.get_by_label("O que diz").fill("Bom dia. Esperamos por você.")
    page.get_by_role("button", name="Resposta rápida").click()
    page.locator("#button-0-text").fill("Confirmar")
    page.get_by_role("button", name="Enviar para análise").click()
    expect(page.locator("#told-name")).to_contain_text("letras minúsculas")
    page.get_by_label("Nome", exact=True).fill(f"sem_script_{os.getpid()}")
    submit(page)
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_no_page_of_templates_is_wider_than_its_screen(recado, manager, open_page, sign_in, theme, size):
    page = sign_in(open_page(theme, size), manager)
    page.goto(f"{recado.base_url}/modelos/")
    links = [page.get_by_role("link", name="aviso_de_agendamento").first.get_attribute("href"), "/modelos/novo/"]
    for path in ("/modelos/", "/modelos/biblioteca/", *links, f"{links[0]}editar/", f"{links[0]}testar/"):
        page.goto(f"{recado.base_url}{path}")
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        shoot(page, f"{path.strip('/').replace('/', '-')}-{theme}-{size[0]}")
        assert overflow <= 0, path


@pytest.fixture
def charlie(recado) -> dict:
    """Another company than the other tests': what speaks for its bookings is changed for good."""
    return next(one for one in recado.demo["tenants"] if one["slug"] == "barbearia-charlie")


def tell(recado, company: dict, name: str, event: str) -> None:
    """Meta's word on a template, signed and delivered by the simulator."""
    accepted = {"event": event, "message_template_name": name, "message_template_language": "pt-BR", "reason": "NONE"}
    body = {"field": "message_template_status_update", "value": accepted, "entry_id": company["waba_id"]}
    requests.post(f"{recado.simulator_url}/sim/webhooks", json=body, timeout=10).raise_for_status()


def choose(page: Page, recado, name: str, fallback: str) -> None:
    """Lets ``name`` speak for bookings, and ``fallback`` in its place. What is called as a field is filled already."""
    page.goto(f"{recado.base_url}/modelos/mapeamentos/editar/?kind=appointment_created&language=pt_BR")
    page.get_by_label("Modelo", exact=True).select_option(label=f"{name} · Português (Brasil)")
    page.locator("[name='text-header']").fill("https://studio.example/salao.png")
    page.get_by_label("Modelo no lugar").select_option(label=f"{fallback} · Português (Brasil)")
    shoot(page, "template-mapping")
    page.get_by_role("button", name="Salvar").click()
    page.wait_for_url("**/modelos/mapeamentos/")


def book(recado, company: dict, phone: str) -> None:
    start = (datetime.now().astimezone() + timedelta(days=3)).isoformat()
    customer = {"name": "Teresa Prado", "phone": phone}
    body = {"external_id": f"template-{phone}", "customer": customer, "service": "Barba", "starts_at": start}
    headers = {"X-API-Key": company["api_key"]}
    requests.post(f"{recado.base_url}/api/v1/appointments/", json=body, headers=headers, timeout=30).raise_for_status()


def spoken(recado, phone: str) -> dict:
    """The template that the customer got."""
    for _attempt in range(60):
        found = requests.get(f"{recado.simulator_url}/sim/messages", {"to": phone.lstrip("+")}, timeout=30).json()
        if templates := [one["body"]["template"] for one in found if one["body"]["type"] == "template"]:
            return templates[0]
        time.sleep(0.5)
    pytest.fail(f"no template reached {phone}")


def waits(recado, company: dict, phone: str) -> bool:
    """Whether a notice to this phone is in the queue, and none went."""
    headers = {"X-API-Key": company["api_key"]}
    body = requests.get(f"{recado.base_url}/api/v1/appointments/template-{phone}/", headers=headers, timeout=30).json()
    notice = next(job for job in body["jobs"] if job["kind"] == "appointment_created")
    return notice["state"] == "pending"


def test_a_booking_speaks_through_it_and_what_waits_through_another_while_it_is_paused(
    recado, charlie, open_page, sign_in
):
    page = sign_in(open_page(), make_manager(recado, charlie["slug"]))
    first, second = f"com_foto_{os.getpid()}", f"sem_foto_{os.getpid()}"
    for name in (first, second):
        write(page, recado, name, picture=name == first)
        submit(page)
        wait_for_state(page, "Aprovado")
    choose(page, recado, first, second)

    book(recado, charlie, "+5511971230101")
    said = spoken(recado, "+5511971230101")
    assert said["name"] == first
    assert [part["type"] for part in said["components"]][:2] == ["header", "body"]
    assert "Barba" in str(said)

    for event, word, phone, speaker in (
        ("PAUSED", "Pausado", "+5511971230102", second),
        ("APPROVED", "Aprovado", "+5511971230103", first),
    ):
        run(recado, STOP.format(slug=charlie["slug"]))
        book(recado, charlie, phone)
        assert waits(recado, charlie, phone)
        tell(recado, charlie, first, event)
        page.goto(f"{recado.base_url}/modelos/?q={first}")
        wait_for_state(page, word)
        shoot(page, f"template-{event.lower()}")
        assert waits(recado, charlie, phone)
        run(recado, RESUME.format(slug=charlie["slug"]))
        assert spoken(recado, phone)["name"] == speaker
