"""What Meta does to a template that speaks for something: an alert while it lasts, and none after."""

from datetime import timedelta

import pytest

from templates_mgmt import webhook_handlers as handlers
from templates_mgmt.models import MessageTemplate
from tenants.models import Alert
from tests.factories import NOW, make_account, make_template, make_tenant, map_template
from whatsapp.dispatch import Incoming
from whatsapp.events import TemplateCategoryChanged, TemplateComponentsChanged, TemplateStatusChanged
from whatsapp.models import WebhookEvent

pytestmark = pytest.mark.django_db
SUBJECT = "aviso_de_agendamento pt_BR"


@pytest.fixture
def template():
    row = make_template(make_account(make_tenant()), template_id="77")
    map_template(row, "appointment_created")
    return row


def tell(handler, template, event, minutes=0, **values):
    about = {"template_id": "77", "name": template.name, "language": "pt_BR"}
    told = event(**about, at=NOW + timedelta(minutes=minutes), **values)
    handler([Incoming(told, WebhookEvent(), template.tenant, account=template.account)], NOW)
    template.refresh_from_db()


def tell_status(template, status, minutes=0):
    tell(handlers.change_status, template, TemplateStatusChanged, minutes, status=status)


def tell_category(template, category, minutes=0, **values):
    tell(handlers.change_category, template, TemplateCategoryChanged, minutes, category=category, **values)


def tell_words(template, text, minutes=0):
    components = ({"type": "BODY", "text": text},)
    tell(handlers.change_components, template, TemplateComponentsChanged, minutes, components=components)


def unsolved():
    return {alert.kind: alert.detail for alert in Alert.objects.exclude(state="solved")}


@pytest.mark.parametrize("status", ["PAUSED", "DISABLED", "REJECTED", "DELETED", "PENDING_DELETION", "NEWS"])
def test_what_cannot_be_sent_is_told_until_it_can(template, status):
    tell_status(template, status)
    assert unsolved()["template_unusable"]["status"] == status
    tell_status(template, "REINSTATED", 1)
    assert unsolved() == {}


def test_the_alert_names_what_speaks_meanwhile(template):
    second = make_template(template.account, "aviso_curto", template_id="2")
    template.mappings.update(fallback=second)
    tell_status(template, "PAUSED")
    assert unsolved()["template_unusable"]["instead"] == ["aviso_curto"]


def test_words_that_a_mapping_does_not_fit_are_told_until_they_do(template):
    tell_words(template, "Olá {{1}}, agora com {{6}}.", 1)
    assert unsolved()["template_mapping_broken"] == {"kinds": ["appointment_created"], "variables": ["6"]}
    tell_words(template, "Olá {{1}}.", 2)
    assert unsolved() == {}


def test_an_announced_category_is_kept_with_its_day(template):
    day = NOW + timedelta(hours=24)
    tell_category(template, "UTILITY", correct_category="MARKETING", effective_at=day)
    assert (template.category, template.coming_category, template.coming_category_at) == ("UTILITY", "MARKETING", day)
    assert unsolved() == {"template_category": {"category": "UTILITY", "becomes": "MARKETING"}}


def test_a_category_that_became_marketing_is_told_until_it_is_none(template):
    tell_category(template, "UTILITY", correct_category="MARKETING")
    tell_category(template, "MARKETING", 1)
    assert (template.category, template.previous_category, template.coming_category) == ("MARKETING", "UTILITY", "")
    assert unsolved() == {"template_recategorised": {"before": "UTILITY", "category": "MARKETING"}}
    tell_category(template, "UTILITY", 2)
    assert unsolved() == {}


def test_an_announcement_that_comes_late_takes_nothing_back(template):
    tell_category(template, "MARKETING", 5)
    tell_category(template, "UTILITY", 1, correct_category="MARKETING")
    assert (template.category, template.coming_category) == ("MARKETING", "")


def test_what_is_told_of_a_template_never_seen_makes_it_expected(template):
    MessageTemplate.objects.all().update(name="outro", template_id="1")
    tell_category(template, "MARKETING")
    row = MessageTemplate.objects.get(template_id="77")
    assert (row.components, row.synced_at, row.is_sendable) == ([], None, False)
