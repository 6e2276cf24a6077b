"""The audit page: what was done in words, found by person, action, row and day, and taken along as CSV."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dashboard import audit_details
from templates_mgmt.models import TemplateMapping
from tenants import audit, connections, merging, profiles
from tenants.models import AuditEntry, AutomationSettings, ContactMergeProposal, PhoneNumber, TenantApiKey
from tests.dashboard.people import browser
from tests.factories import make_contact, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(jana):
    return browser(jana, "manager")


@pytest.fixture
def bia(jana):
    return make_person(jana, username="bia")


@pytest.fixture
def trail(jana, charlie, bia):
    """Two acts of Jana's people, and one of Charlie's."""
    audit.record("contact.opted_out", tenant=jana, actor=bia, obj=make_contact(jana), source="operator")
    audit.record("kill_switch.on", tenant=jana, actor=make_person(username="caio"), reason="modelo errado")
    audit.record("contact.opted_out", tenant=charlie, obj=make_contact(charlie, name="Cliente do Charlie"))


def rows(page):
    return [line.entry.action for line in page.context["page"].rows]


@pytest.mark.usefixtures("trail")
def test_acts_are_told_in_words_with_their_author(manager):
    html = manager.get("/auditoria/").content.decode()
    assert "Parada de emergência: acionamento" in html
    assert "modelo errado" in html
    assert "bia" in html
    assert "Cliente do Charlie" not in html


def test_a_change_shows_what_it_was(manager, jana):
    own = AutomationSettings.objects.get(tenant=jana)
    own.mode = "dry_run"
    own.save()
    assert "Ligado → Simulação" in manager.get("/auditoria/", {"action": "automationsettings.changed"}).content.decode()


def test_a_key_that_is_made_is_told_in_portuguese(manager, jana):
    TenantApiKey.objects.create_key(tenant=jana, name="ERP")
    html = manager.get("/auditoria/", {"action": "tenantapikey.added"}).content.decode()
    assert [word for word in ("Nome", "A chave começa com", "Revogada") if word not in html] == []
    assert "Prefix" not in html


def test_a_joining_and_a_change_of_a_contact_are_told_without_codes(manager, jana):
    ana, bia = make_contact(jana, "+5511988880001", "Ana"), make_contact(jana, "+5511988880002", "Bia")
    merging.propose([(ana, bia, "same_username", {})])
    merging.merge(ContactMergeProposal.objects.get(), None, timezone.now())
    profiles.change(ana, {"note": "Prefere a Jana"})
    html = manager.get("/auditoria/").content.decode()
    for told in ("identidades: 1", "+55 (11) 98888-0002", "– → Prefere a Jana"):
        assert told in html
    for code in ("tenants.identity", "wa_id", "profile name"):
        assert code not in html.partition("<table")[2]


def test_a_mapping_is_told_in_the_words_of_its_page(manager, jana):
    mapping = TemplateMapping.objects.for_tenant(jana).get(kind="appointment_created")
    mapping.kind, mapping.variables = "appointment_reminder", {"1": "service", "header.1": "=Olá", "button.0": "place"}
    mapping.is_variant = True
    mapping.save()
    html = manager.get("/auditoria/", {"action": "templatemapping.changed"}).content.decode()
    assert "Aviso de agendamento → Lembrete" in html
    assert "→ {{1}}: serviço, botão 1: local, {{1}} do cabeçalho: “Olá”" in html
    assert "appointment_" not in html.partition("<table")[2]


def test_a_row_that_was_added_is_told_by_what_it_holds(jana):
    entry = AuditEntry.objects.filter(tenant=jana, action="templatemapping.added").last()
    told = dict(audit_details.facts(entry))
    assert told["Idioma"] == "pt_BR"
    assert not {"Senão", "Modelo"} & told.keys()


def test_a_template_that_is_given_later_is_told(manager, jana):
    mapping = TemplateMapping.objects.for_tenant(jana).first()
    mapping.fallback = mapping.template
    mapping.save()
    html = manager.get("/auditoria/", {"action": "templatemapping.changed"}).content.decode()
    assert "Modelo no lugar dele: – →" in html


def test_a_move_of_a_connection_is_told_in_the_pages_words(manager, jana):
    number = PhoneNumber.objects.for_tenant(jana).first()
    connections.move(number, "paused", reason="férias", now=timezone.now())
    html = manager.get("/auditoria/", {"action": "connection.moved"}).content.decode()
    assert all(line in html for line in ("Antes: Conectada", "Agora: Pausada", "Motivo: férias"))


def test_moments_stand_in_the_companys_own_time(manager, jana):
    entry = AuditEntry.objects.filter(tenant=jana, action="phonenumber.added").last()
    facts = dict(audit_details.facts(entry))
    assert re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d", facts["Pertence desde"])


@pytest.mark.usefixtures("trail")
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"person": "bia"}, ["contact.opted_out"]),
        ({"action": "kill_switch.on"}, ["kill_switch.on"]),
        ({"kind": "tenants.contact"}, ["contact.opted_out"]),
        ({"q": "maria"}, ["contact.opted_out"]),
        ({"q": "caio"}, ["kill_switch.on"]),
        ({"q": "nobody at all"}, []),
    ],
)
def test_filters_narrow_the_trail(manager, asked, found):
    assert rows(manager.get("/auditoria/", asked)) == found


@pytest.mark.usefixtures("trail")
def test_one_rows_own_trail_is_a_link_away(manager, jana):
    entry = AuditEntry.objects.get(tenant=jana, action="contact.opted_out")
    page = manager.get("/auditoria/", {"row": f"tenants.contact:{entry.object_id}"})
    assert rows(page) == ["contact.opted_out"]


@pytest.mark.usefixtures("trail")
def test_days_bound_it_in_the_companys_own_time(manager, jana):
    yesterday = timezone.localdate(timezone=jana.zone) - timedelta(days=1)
    assert rows(manager.get("/auditoria/", {"until": f"{yesterday:%d/%m/%Y}"})) == []
    assert "kill_switch.on" in rows(manager.get("/auditoria/", {"since": f"{yesterday:%d/%m/%Y}"}))


def test_a_long_trail_comes_in_pages(manager, jana):
    for count in range(60):
        audit.record("report.read", tenant=jana, page=count)
    first = manager.get("/auditoria/", {"action": "report.read"})
    second = manager.get("/auditoria/", {"action": "report.read", "before": str(first.context["page"].older)})
    assert (len(rows(first)), len(rows(second))) == (50, 10)


@pytest.mark.usefixtures("trail")
def test_the_csv_has_what_the_filters_show_and_taking_it_is_an_act(manager, jana):
    answer = manager.post("/auditoria/exportar/", {"tenant": str(jana.pk), "person": "bia"})
    text = answer.getvalue().decode("utf-8-sig")
    told = list(csv.reader(io.StringIO(text)))
    assert [row[1] for row in told[1:]] == ["bia"]
    entry = AuditEntry.objects.get(action="audit.exported")
    assert (entry.tenant, entry.detail) == (jana, {"filters": {"person": "bia"}})


def test_a_cell_that_a_spreadsheet_would_run_is_defused(manager, jana):
    audit.record("contact.opted_out", tenant=jana, obj=make_contact(jana, name="=HYPERLINK(1)"))
    answer = manager.post("/auditoria/exportar/", {"tenant": str(jana.pk)})
    assert "'=HYPERLINK(1)" in answer.getvalue().decode()


@pytest.mark.parametrize("role", ["operator", "viewer"])
def test_who_runs_nothing_reads_no_trail(jana, role):
    client: Client = browser(jana, role)
    assert client.get("/auditoria/").status_code == 403
    assert client.post("/auditoria/exportar/", {"tenant": str(jana.pk)}).status_code == 403
