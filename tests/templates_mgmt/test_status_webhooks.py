"""Meta's word on a template: by its time, whatever the order and however often it comes."""

import itertools
import re
from datetime import timedelta

import pytest
import responses
from django.db import transaction

from templates_mgmt import sync
from templates_mgmt.models import MessageTemplate
from templates_mgmt.webhook_handlers import change_status
from tenants.models import Alert
from tests.factories import NOW, make_account, make_template, make_tenant, map_template
from whatsapp import bell
from whatsapp.dispatch import Incoming, subscribers
from whatsapp.events import TemplateStatusChanged
from whatsapp.models import WebhookEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def template():
    return make_template(make_account(make_tenant()), template_id="77", language="en_US")


def told(status, minutes=0, **values):
    defaults = {"template_id": "77", "name": "aviso_de_agendamento", "language": "en-US"}
    return TemplateStatusChanged(**(defaults | {"status": status, "at": NOW + timedelta(minutes=minutes)} | values))


def tell(template, *events, account=None):
    account = account or template.account
    batch = [Incoming(event, WebhookEvent(), account.tenant, account=account) for event in events]
    change_status(batch, NOW)
    template.refresh_from_db()
    return template


def test_the_handler_is_subscribed():
    assert change_status in subscribers(TemplateStatusChanged).values()


def test_a_status_and_its_reason_are_written(template):
    tell(template, told("REJECTED", reason="PROMOTIONAL", category="MARKETING"))
    assert (template.status, template.rejected_reason, template.category) == ("REJECTED", "PROMOTIONAL", "MARKETING")
    assert template.status_at == NOW


def test_an_approval_clears_the_reason(template):
    tell(template, told("REJECTED", reason="PROMOTIONAL"), told("APPROVED", 1, reason="NONE"))
    assert (template.status, template.rejected_reason) == ("APPROVED", "")


def test_any_order_and_any_repetition_end_alike(template):
    history = [told("APPROVED"), told("PAUSED", 1), told("APPROVED", 2), told("DISABLED", 3)]
    for order in itertools.permutations(history):
        MessageTemplate.objects.update(status="PENDING", status_at=None)
        for event in (*order, *order):
            tell(template, event)
        assert (template.status, template.status_at) == ("DISABLED", NOW + timedelta(minutes=3))


@pytest.mark.parametrize(("event", "status"), [("REINSTATED", "APPROVED"), ("UNARCHIVED", "APPROVED"), ("NEW", "NEW")])
def test_words_that_are_no_status_are_translated_and_unknown_ones_kept(template, event, status):
    assert tell(template, told("PAUSED"), told(event, 1)).status == status


@pytest.mark.parametrize("event", ["FLAGGED", "LOCKED"])
def test_a_warning_changes_no_status(template, event):
    assert tell(template, told(event)).status == "APPROVED"


def test_a_template_without_id_is_found_by_name_and_language(template):
    MessageTemplate.objects.update(template_id="")
    assert tell(template, told("PAUSED")).template_id == "77"


def test_another_account_changes_nothing(template):
    assert tell(template, told("PAUSED"), account=make_account(make_tenant())).status == "APPROVED"


def test_a_status_of_another_template_changes_nothing_here(template):
    assert tell(template, told("PAUSED", template_id="78", name="outro")).status == "APPROVED"


def unsolved():
    return {alert.subject: alert.detail for alert in Alert.objects.exclude(state="solved")}


@pytest.mark.parametrize("status", ["PAUSED", "DISABLED", "REJECTED"])
def test_a_mapped_template_that_cannot_be_sent_is_told_until_it_can(template, status):
    map_template(template, "appointment_created")
    tell(template, told(status, reason="PROMOTIONAL"))
    detail = {"status": status, "reason": "PROMOTIONAL", "kinds": ["appointment_created"]}
    assert unsolved() == {"aviso_de_agendamento en_US": detail}
    tell(template, told("APPROVED", 1))
    assert unsolved() == {}


def test_a_template_that_speaks_for_nothing_is_nobodys_trouble(template):
    tell(template, told("PAUSED"))
    assert unsolved() == {}


NEW = {"template_id": "88", "name": "promo", "language": "pt-BR"}


@pytest.mark.django_db(transaction=True)
def test_a_template_never_seen_is_expected_and_rung_for(template, monkeypatch):
    rung = []
    monkeypatch.setattr(bell, "ring", rung.append)
    with transaction.atomic():
        tell(template, told("APPROVED", **NEW), told("APPROVED", **NEW))
        assert rung == []
    row = MessageTemplate.objects.get(template_id="88")
    assert (row.account, row.name, row.language, row.status) == (template.account, "promo", "pt_BR", "APPROVED")
    assert not row.is_sendable
    assert set(rung) == {sync.FETCH_TASK}


def test_a_template_never_seen_that_is_gone_is_not_expected(template):
    tell(template, told("DELETED", **NEW))
    assert MessageTemplate.objects.count() == 1


def graph(mock, **answer):
    mock.get(re.compile(r"http://graph\.test/v[\d.]+/88"), **answer)


def test_what_is_expected_is_fetched_whole(template, settings):
    settings.WHATSAPP_META_GRAPH_URL = "http://graph.test"
    tell(template, told("APPROVED", **NEW))
    body = {"type": "BODY", "text": "Oi."}
    facts = {"id": "88", "name": "promo", "language": "pt_BR", "status": "APPROVED", "category": "MARKETING"}
    with responses.RequestsMock() as mock:
        graph(mock, json=facts | {"components": [body]})
        assert sync.fetch_new(NOW) == 1
    row = MessageTemplate.objects.get(template_id="88")
    assert (row.components, row.category, row.is_sendable) == ([body], "MARKETING", True)
    assert sync.fetch_new(NOW) == 0


def test_what_cannot_be_fetched_waits_for_the_next_sync(template, settings):
    settings.WHATSAPP_META_GRAPH_URL = "http://graph.test"
    tell(template, told("APPROVED", **NEW))
    with responses.RequestsMock() as mock:
        graph(mock, json={"error": {"code": 100, "message": "gone"}}, status=400)
        assert [sync.fetch_new(NOW) for _ in range(2)] == [0, 0]
        assert len(mock.calls) == 1


def test_a_draft_whose_name_meta_has_gets_metas_words(template, django_capture_on_commit_callbacks):
    MessageTemplate.objects.update(status="DRAFT", template_id="", draft={"components": []})
    with django_capture_on_commit_callbacks() as rung:
        tell(template, told("APPROVED"))
    assert (template.status, template.template_id, template.components) == ("APPROVED", "77", [])
    assert not template.is_sendable
    assert rung


def test_a_draft_is_not_gone_with_a_template_that_bore_its_name(template):
    MessageTemplate.objects.update(status="DRAFT", template_id="")
    assert tell(template, told("DELETED")).status == "DRAFT"
