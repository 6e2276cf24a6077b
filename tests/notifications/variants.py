"""Variants for tests: a second text beside the main one, and what customers did with them."""

from typing import Any

from notifications.models import NotificationJob, VariantDay
from templates_mgmt import mapping, variants
from templates_mgmt.models import MessageTemplate, TemplateMapping
from tenants.models import Tenant
from tests.factories import NOTICE_VARIABLES, NOW, make_template
from tests.notifications.jobs import first_number, promise, run

KIND = "appointment_created"
MAIN, RIVAL = "aviso_de_agendamento", "aviso_b"


def main_of(tenant: Tenant) -> TemplateMapping:
    found = mapping.find(tenant, KIND, "pt_BR")
    assert found
    return found


def add_rival(tenant: Tenant, name: str = RIVAL, **values: Any) -> TemplateMapping:
    """A variant of the booking's notice."""
    given = {"template_id": f"id-{name}"} | values
    template = make_template(first_number(tenant).account, name, **given)
    draft = TemplateMapping(
        tenant=tenant, kind=KIND, language="pt_BR", template=template, variables=dict(NOTICE_VARIABLES)
    )
    return variants.put(draft, None, NOW)


def seen(tenant: Tenant, name: str, settled: int, answered: int) -> None:
    """What was counted of a text today."""
    template = MessageTemplate.objects.for_tenant(tenant).get(name=name)
    VariantDay.objects.update_or_create(
        tenant=tenant,
        kind=KIND,
        template=template,
        day=NOW.date(),
        defaults={"sent": settled, "settled": settled, "answered": answered, "refused": 0},
    )


def said(tenant: Tenant, count: int, **values: Any) -> list[str]:
    """The texts by which so many bookings are told now, each to a customer of its own."""
    jobs = [promise(tenant, phone=f"+5511977{n:06}", **values) for n in range(count)]
    run()
    rows = NotificationJob.objects.in_bulk([job.pk for job in jobs])
    return [rows[job.pk].template_name for job in jobs]
