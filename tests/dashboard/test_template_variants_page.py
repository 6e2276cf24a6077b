"""Variants on their page: what became of each, who takes part and why, and who may change it."""

from typing import Any

import pytest
from django.test import Client

from notifications.variants import stopping
from templates_mgmt import variants
from templates_mgmt.models import MessageTemplate, TemplateMapping
from tenants.models import Tenant
from tests.dashboard.people import browser
from tests.factories import NOTICE_VARIABLES, NOW, make_template
from tests.notifications.jobs import first_number
from tests.notifications.variants import MAIN, RIVAL, add_rival, main_of, seen

pytestmark = pytest.mark.django_db
ASKED = "?kind=appointment_created&language=pt_BR"
PAGE = f"/modelos/mapeamentos/variantes/{ASKED}"
EDIT = f"/modelos/mapeamentos/variantes/editar/{ASKED}"


@pytest.fixture
def manager(jana: Tenant) -> Client:
    return browser(jana, "manager")


@pytest.fixture
def rival(jana: Tenant) -> TemplateMapping:
    return add_rival(jana)


def html(client: Client, path: str = PAGE) -> str:
    return client.get(path).content.decode()


def filled(template: MessageTemplate, **changes: str) -> dict[str, str]:
    told = {f"source-{slot}": source for slot, source in NOTICE_VARIABLES.items()}
    return {"template": str(template.pk), "seen": ""} | told | changes


def test_without_variants_it_says_what_they_are_for(manager: Client) -> None:
    page = html(manager)
    assert "Um só modelo diz todas estas mensagens." in page
    assert "Adicionar variante" in page


def test_each_has_its_numbers_its_state_and_why(
    jana: Tenant, manager: Client, rival: TemplateMapping, monkeypatch: Any
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    seen(jana, MAIN, 200, 50)
    seen(jana, RIVAL, 40, 20)
    page = html(manager)
    for told in ("25,0 %", "50 de 200", "50,0 %", "Participa", "Em teste", "40 das 50 mensagens", "83 %", "17 %"):
        assert told in page


def test_a_stopped_one_says_why_and_is_brought_back(
    manager: Client, rival: TemplateMapping, post: Any, django_assert_max_num_queries: Any
) -> None:
    variants.stop(rival, NOW, opt_outs=3, sent=40)
    stopping.tell(NOW)
    with django_assert_max_num_queries(12):
        assert "3 de 40 clientes se descadastraram" in html(manager)
    answer = post(manager, f"/modelos/mapeamentos/{rival.pk}/voltar/")
    assert answer.url == PAGE
    rival.refresh_from_db()
    assert rival.stopped_at is None


def test_the_choice_is_turned_off_and_on(jana: Tenant, manager: Client, rival: TemplateMapping, post: Any) -> None:
    switch = f"/modelos/mapeamentos/{main_of(jana).pk}/escolha/"
    post(manager, switch, on="0")
    assert not main_of(jana).has_choice
    assert "Desligada" in html(manager)
    post(manager, switch, on="1")
    assert main_of(jana).has_choice


def test_a_variant_is_added_with_values_of_its_own(jana: Tenant, manager: Client, post: Any) -> None:
    template = make_template(first_number(jana).account, RIVAL, template_id="7")
    assert "Modelo alternativo" not in html(manager, EDIT)
    answer = post(manager, EDIT, **filled(template, **{"source-3": "date_long"}))
    assert answer.url == PAGE
    (row,) = variants.of(main_of(jana))
    assert (row.template, row.variables["3"]) == (template, "date_long")


def test_one_that_cannot_work_is_refused_at_its_field(jana: Tenant, manager: Client, post: Any) -> None:
    template = make_template(first_number(jana).account, RIVAL, template_id="7")
    answer = post(manager, EDIT, **filled(template, **{"source-2": "professional"}))
    assert answer.status_code == 400
    assert "id_otherwise-2_error" in answer.content.decode()
    assert not variants.of(main_of(jana)).exists()


def test_it_is_changed_and_the_second_of_two_people_is_told(
    jana: Tenant, manager: Client, rival: TemplateMapping, post: Any
) -> None:
    address, seen_by_both = f"{EDIT}&variant={rival.pk}", variants.version(rival)
    change = {"seen": seen_by_both, "source-3": "date_long"}
    assert post(manager, address, **filled(rival.template, **change)).status_code == 302
    second = post(manager, address, **filled(rival.template, **change))
    assert (second.status_code, "Alguém mudou isto" in second.content.decode()) == (400, True)


def test_it_is_taken_away_alone(jana: Tenant, manager: Client, rival: TemplateMapping, post: Any) -> None:
    assert post(manager, f"/modelos/mapeamentos/{rival.pk}/remover/").url == PAGE
    assert TemplateMapping.objects.filter(tenant=jana, kind="appointment_created").count() == 1


def test_a_viewer_sees_no_button_that_he_may_not_press(viewer: Client, rival: TemplateMapping) -> None:
    page = html(viewer)
    assert RIVAL in page
    assert not any(told in page for told in ("Desligar a escolha", "Adicionar variante", "/remover/", "&amp;variant="))


def test_the_list_of_mappings_leads_here(viewer: Client, rival: TemplateMapping) -> None:
    page = html(viewer, "/modelos/mapeamentos/")
    assert "1 outro modelo participa destas mensagens" in page
    assert page.count("aviso_de_agendamento") >= 1


def test_another_companys_variants_are_not_there(charlie: Tenant, manager: Client, rival: TemplateMapping) -> None:
    theirs = add_rival(charlie, "segredo_do_charlie")
    assert "segredo_do_charlie" not in html(manager)
    assert manager.get(f"{EDIT}&variant={theirs.pk}").status_code == 404
