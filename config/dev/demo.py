"""The demonstration: two tenants that share nothing, their people, numbers, templates and a little history.

Seeded by ``make run`` at every start, before anything serves: what is missing is made, the rest stays as it is.
``demo.json`` in the data folder tells people, programs and tests how to use it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from config.dev import history
from config.dev.history import Story
from config.dev.secretfile import load_secrets, write_private
from templates_mgmt import one_time, sync
from templates_mgmt.models import MessageTemplate, TemplateMapping
from tenants import connections, vault
from tenants.models import AutomationSettings, Credential, Member, PhoneNumber, Tenant, TenantApiKey, WhatsAppAccount

NOTICE_VARIABLES = {"1": "customer_name", "2": "service", "3": "date", "4": "time", "5": "place"}
MAPPINGS = {
    "appointment_created": "aviso_de_agendamento",
    "appointment_reminder": "confirmacao_de_agendamento_24h",
}


@dataclass(frozen=True)
class Business:
    """One demonstration tenant and its person."""

    slug: str
    name: str
    contact_name: str
    address_line: str
    username: str
    waba_id: str
    phone_number_id: str
    display_phone_number: str
    business_portfolio_id: str
    stories: Sequence[Story]


JANA = Business(
    slug="studio-jana",
    name="Studio Jana",
    contact_name="Jana",
    address_line="Rua das Flores, 120, Pinheiros, São Paulo",
    username="jana",
    waba_id="640000000000101",
    phone_number_id="650000000000101",
    display_phone_number="+55 11 93456-7801",
    business_portfolio_id="660000000000101",
    stories=history.STUDIO,
)
CHARLIE = Business(
    slug="barbearia-charlie",
    name="Barbearia do Charlie",
    contact_name="Charlie",
    address_line="Avenida Atlântica, 45, Copacabana, Rio de Janeiro",
    username="charlie",
    waba_id="640000000000202",
    phone_number_id="650000000000202",
    display_phone_number="+55 21 93456-7802",
    business_portfolio_id="660000000000202",
    stories=history.BARBER,
)
STAFF, BOTH = "plataforma", "ana"


def seed(data: Path, simulator_url: str) -> None:
    """Makes the demonstration and writes ``demo.json``. The simulator must answer."""
    kept = load_secrets(data)
    known_keys = read_api_keys(data / "demo.json")
    staff = ensure_person(STAFF, kept.staff_password, is_staff=True, is_superuser=True)
    both = ensure_person(BOTH, kept.both_password)
    wants_history = history.is_wanted()
    tenants = []
    for business, password, token in (
        (JANA, kept.jana_password, kept.jana_access_token),
        (CHARLIE, kept.charlie_password, kept.charlie_access_token),
    ):
        person = ensure_person(business.username, password)
        tenant = ensure_tenant(business)
        ensure_member(tenant, person, Member.Role.OWNER)
        ensure_member(tenant, both, Member.Role.OPERATOR)
        register_at_simulator(business, token, simulator_url)
        account = ensure_connection(tenant, business, token)
        ensure_templates(account)
        if wants_history:
            history.seed(tenant, business.stories, timezone.now())
        tenants.append(describe(tenant, business, password, ensure_api_key(tenant, known_keys.get(business.slug))))
    people = {
        "staff": {"username": staff.get_username(), "password": kept.staff_password},
        "operator_of_both": {"username": both.get_username(), "password": kept.both_password},
    }
    write_private(data / "demo.json", json.dumps({**addresses(simulator_url), **people, "tenants": tenants}, indent=2))


def addresses(simulator_url: str) -> dict[str, str]:
    """Where everything is, and the secrets of this start as the processes have them."""
    return {
        "base_url": settings.PUBLIC_URL,
        "simulator_url": simulator_url,
        "app_secret": settings.WHATSAPP_META_APP_SECRETS[0],
        "verify_token": settings.WHATSAPP_META_WEBHOOK_VERIFY_TOKEN,
        "cron_secret": settings.CRON_SECRET,
        "processor_secret": settings.WHATSAPP_AUTOMATION_PROCESSOR_SECRET,
        "metrics_token": settings.METRICS_TOKEN,
    }


def describe(tenant: Tenant, business: Business, password: str, api_key: str) -> dict[str, Any]:
    return {
        "id": str(tenant.pk),
        "slug": business.slug,
        "waba_id": business.waba_id,
        "phone_number_id": business.phone_number_id,
        "display_phone_number": business.display_phone_number,
        "api_key": api_key,
        "operator": {"username": business.username, "password": password},
    }


def ensure_person(username: str, password: str, **flags: bool) -> Any:
    """The person, who can sign in with ``password``."""
    person, _ = get_user_model().objects.get_or_create(username=username, defaults=flags)
    if not person.check_password(password):
        person.set_password(password)
        person.save(update_fields=["password"])
    return person


def ensure_member(tenant: Tenant, person: Any, role: str) -> None:
    Member.objects.get_or_create(tenant=tenant, user=person, defaults={"role": role})


def ensure_tenant(business: Business) -> Tenant:
    values = {
        "name": business.name,
        "contact_name": business.contact_name,
        "address_line": business.address_line,
    }
    tenant, _ = Tenant.objects.get_or_create(slug=business.slug, defaults=values)
    AutomationSettings.objects.get_or_create(
        tenant=tenant, defaults={"mode": AutomationSettings.Mode.ENABLED, "queue_enabled": True}
    )
    return tenant


def register_at_simulator(business: Business, token: str, simulator_url: str) -> None:
    """Tells the simulator of the business; the same again changes nothing there."""
    number = {
        "phone_number_id": business.phone_number_id,
        "display_phone_number": business.display_phone_number,
        "verified_name": business.name,
    }
    account = {
        "waba_id": business.waba_id,
        "name": business.name,
        "business_id": business.business_portfolio_id,
        "contact_name": business.contact_name,
        "token": token,
        "numbers": [number],
    }
    requests.post(f"{simulator_url}/sim/accounts", json=account, timeout=10).raise_for_status()


def ensure_connection(tenant: Tenant, business: Business, token: str) -> WhatsAppAccount:
    """WABA, token and connected number."""
    account, _ = WhatsAppAccount.objects.owned().get_or_create(
        tenant=tenant,
        waba_id=business.waba_id,
        defaults={"name": business.name, "business_portfolio_id": business.business_portfolio_id, "currency": "BRL"},
    )
    if not holds(account, token):
        vault.set_secret(account, Credential.Kind.ACCESS_TOKEN, token, token_kind="system_user")
    number, made = PhoneNumber.objects.owned().get_or_create(
        tenant=tenant,
        phone_number_id=business.phone_number_id,
        defaults={
            "account": account,
            "display_phone_number": business.display_phone_number,
            "verified_name": business.name,
            "quality_rating": PhoneNumber.Quality.GREEN,
            "messaging_limit": "TIER_UNLIMITED",
        },
    )
    if made:
        connections.move(number, PhoneNumber.State.CONNECTED, reason="demonstração", now=timezone.now())
    return account


def holds(account: WhatsAppAccount, token: str) -> bool:
    """Whether the account's live token is ``token``; one that no key reads any more is not."""
    try:
        return vault.read_secret(account, Credential.Kind.ACCESS_TOKEN) == token
    except vault.SecretUnreadable:
        return False


def ensure_templates(account: WhatsAppAccount) -> None:
    """The approved templates, from the simulator by the product's own road, each mapped to its kind of notice.

    The one of one-time codes is there from the first start on, so that ``/api/v1/codes/`` works at once.
    """
    if not one_time.is_any(account.tenant):
        read_templates(account)
    if TemplateMapping.objects.filter(tenant=account.tenant).exists():
        return
    with transaction.atomic():
        for kind, name in MAPPINGS.items():
            template = MessageTemplate.objects.get(account=account, name=name)
            TemplateMapping.objects.create(
                tenant=account.tenant,
                kind=kind,
                language=template.language,
                template=template,
                variables=NOTICE_VARIABLES,
            )


def read_templates(account: WhatsAppAccount) -> None:
    result = sync.sync_account(account, timezone.now())
    if result.error:
        raise RuntimeError(f"the simulator's templates cannot be read: {result.error}")


def read_api_keys(path: Path) -> dict[str, str]:
    """The keys of the start before, by slug: the database keeps only their hashes."""
    try:
        return {tenant["slug"]: tenant["api_key"] for tenant in json.loads(path.read_text())["tenants"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def ensure_api_key(tenant: Tenant, known: str | None) -> str:
    if known and TenantApiKey.objects.is_valid(known) and TenantApiKey.objects.get_from_key(known).tenant == tenant:
        return known
    return str(TenantApiKey.objects.create_key(tenant=tenant, name="demonstração")[1])
