"""Rows for tests, made through the doors the product uses; every value may be given."""

import itertools
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model

from notifications.models import Appointment
from templates_mgmt.models import MessageTemplate, TemplateMapping
from tenants import vault
from tenants.contacts import get_or_create_for_phone
from tenants.models import (
    AutomationSettings,
    Contact,
    Credential,
    Member,
    PhoneNumber,
    Tenant,
    TenantApiKey,
    WhatsAppAccount,
)

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # 12:00 in São Paulo, a Friday
OWNED_FROM = NOW - timedelta(days=30)  # events from before belong to nobody
MARIA = "+5511988887777"
_count = itertools.count(1)

NOTICE_BODY = "Olá {{1}}, seu horário de {{2}} é dia {{3}} às {{4}}, em {{5}}. Até lá."
NOTICE_VARIABLES = {"1": "customer_name", "2": "service", "3": "date", "4": "time", "5": "place"}
NOTICE_BUTTONS = ["Confirmar", "Reagendar", "Falar com a Jana"]


def make_tenant(slug: str = "", **values: Any) -> Tenant:
    slug = slug or f"tenant-{next(_count)}"
    tenant = Tenant.objects.create(
        slug=slug, name=values.pop("name", slug.title()), contact_name="Jana", address_line="Rua Um, 1", **values
    )
    AutomationSettings.objects.create(tenant=tenant, mode="enabled", queue_enabled=True)
    return tenant


def make_person(tenant: Tenant | None = None, role: str = "operator", **values: Any) -> Any:
    name = values.pop("username", f"person-{next(_count)}")
    person = get_user_model().objects.create_user(name, f"{name}@example.com", "a long password", **values)
    if tenant:
        Member.objects.create(tenant=tenant, user=person, role=role)
    return person


def make_account(tenant: Tenant, **values: Any) -> WhatsAppAccount:
    waba_id = values.pop("waba_id", f"10000{next(_count)}")
    values = {"owned_from": OWNED_FROM} | values
    account = WhatsAppAccount.objects.create(tenant=tenant, waba_id=waba_id, name=tenant.name, **values)
    vault.set_secret(account, Credential.Kind.ACCESS_TOKEN, f"SIM-token-{waba_id}")
    return account


def make_number(tenant: Tenant, account: WhatsAppAccount | None = None, **values: Any) -> PhoneNumber:
    defaults = {
        "phone_number_id": f"20000{next(_count)}",
        "display_phone_number": "+55 11 3333-4444",
        "state": PhoneNumber.State.CONNECTED,
        "owned_from": OWNED_FROM,
    }
    return PhoneNumber.objects.create(tenant=tenant, account=account or make_account(tenant), **(defaults | values))


def make_contact(tenant: Tenant, phone: str = MARIA, name: str = "Maria Silva") -> Contact:
    return get_or_create_for_phone(tenant, phone, name)


def make_api_key(tenant: Tenant) -> str:
    return TenantApiKey.objects.create_key(tenant=tenant, name="test")[1]


def make_template(account: WhatsAppAccount, name: str = "aviso_de_agendamento", **values: Any) -> MessageTemplate:
    buttons = [{"type": "QUICK_REPLY", "text": text} for text in NOTICE_BUTTONS]
    components = [{"type": "BODY", "text": NOTICE_BODY}, {"type": "BUTTONS", "buttons": buttons}]
    defaults = {"language": "pt_BR", "status": "APPROVED", "category": "UTILITY", "components": components}
    return MessageTemplate.objects.create(tenant=account.tenant, account=account, name=name, **(defaults | values))


def map_template(template: MessageTemplate, kind: str = "appointment_created", **values: Any) -> TemplateMapping:
    defaults = {"language": template.language, "variables": NOTICE_VARIABLES}
    return TemplateMapping.objects.create(tenant=template.tenant, kind=kind, template=template, **(defaults | values))


def make_ready_tenant(slug: str = "", **values: Any) -> Tenant:
    """A tenant that can send: connected number, approved and mapped templates for booking, reminder."""
    tenant = make_tenant(slug, **values)
    number = make_number(tenant)
    map_template(make_template(number.account), "appointment_created")
    map_template(make_template(number.account, "confirmacao_de_agendamento_24h"), "appointment_reminder")
    return tenant


def make_appointment(tenant: Tenant, *, phone: str = MARIA, name: str = "Maria Silva", **values: Any) -> Appointment:
    """A bare row without jobs; book through notifications.appointments to get its notices too."""
    defaults = {
        "external_id": str(uuid.uuid4()),
        "contact": make_contact(tenant, phone, name),
        "customer_name": name,
        "customer_phone": phone,
        "service": "Corte",
        "starts_at": NOW + timedelta(days=2),
    }
    return Appointment.objects.create(tenant=tenant, **(defaults | values))
