"""Automation is not switched on while a notice has no template that can say it; what is missing is named."""

import pytest
from django.core.exceptions import ValidationError

from notifications.readiness import checklist, speaking
from templates_mgmt.models import MessageTemplate, TemplateMapping
from tenants.models import AutomationSettings
from tests.factories import NOTICE_VARIABLES, NOW, make_ready_tenant
from tests.notifications.jobs import first_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant():
    return make_ready_tenant()


def gaps(tenant):
    return speaking.gaps(tenant, [first_number(tenant).account])


def test_a_company_with_everything_lacks_nothing(tenant):
    assert gaps(tenant) == []


@pytest.mark.parametrize(
    ("break_it", "told"),
    [
        (lambda: TemplateMapping.objects.filter(kind="appointment_reminder").delete(), "Lembrete: Nenhum modelo"),
        (lambda: MessageTemplate.objects.update(status="PAUSED"), "Aviso de agendamento: "),
        (lambda: TemplateMapping.objects.update(variables={"1": "first_name"}), "{{2}}"),
        (lambda: TemplateMapping.objects.update(variables=NOTICE_VARIABLES | {"2": "professional"}), "{{2}}"),
    ],
)
def test_what_is_missing_is_named(tenant, break_it, told):
    break_it()
    assert any(told in sentence for sentence in gaps(tenant))


def test_the_checklist_and_the_switch_name_it_too(tenant, settings):
    TemplateMapping.objects.filter(kind="appointment_reminder").delete()
    (line,) = [line for line in checklist.of(tenant, NOW).lines if line.item.name == "templates"]
    assert line.gaps == gaps(tenant)
    settings.IN_PRODUCTION = True
    own = AutomationSettings.objects.get(tenant=tenant)
    own.mode = "enabled"
    AutomationSettings.objects.filter(pk=own.pk).update(mode="disabled")
    with pytest.raises(ValidationError) as refused:
        own.full_clean()
    assert "Lembrete" in str(refused.value)
