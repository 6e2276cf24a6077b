"""Meta's word on a template: by its time, whatever the order and however often it comes."""

import itertools
from datetime import timedelta

import pytest

from templates_mgmt.models import MessageTemplate
from templates_mgmt.webhook_handlers import change_status
from tests.factories import NOW, make_account, make_template, make_tenant
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


def test_an_unknown_template_is_left_to_the_sync(template):
    tell(template, told("PAUSED", template_id="78", name="outro"))
    assert MessageTemplate.objects.get().status == "APPROVED"
