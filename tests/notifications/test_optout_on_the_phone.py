"""From the customer's phone to the next send: whoever says stop, by a word or in WhatsApp itself, gets nothing more."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from notifications import dispatcher
from notifications.models import NotificationJob
from templates_mgmt.models import MessageTemplate
from tenants import consent
from tenants.models import AuditEntry, Consent, PhoneNumber, Tenant
from tests.factories import MARIA, make_appointment, make_contact, make_ready_tenant, make_template
from tests.notifications.jobs import promise, write_by_hand
from tests.simulator_client import SimulatorProcess
from whatsapp import inbox
from whatsapp.content import Template

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = MARIA.removeprefix("+")
PROMO = Template("promo", "pt_BR", category="MARKETING")


@pytest.fixture
def tenant() -> Tenant:
    tenant = make_ready_tenant()
    body = {"type": "BODY", "text": "Promoção da semana."}
    make_template(PhoneNumber.objects.get().account, "promo", category="MARKETING", components=[body])
    return tenant


@pytest.fixture
def meta(live_server, tenant) -> Iterator[SimulatorProcess]:
    with SimulatorProcess(f"{live_server.url}/api/whatsapp/meta/webhook") as simulator:
        number = PhoneNumber.objects.get()
        simulator.accounts(
            waba_id=number.account.waba_id,
            token=f"SIM-token-{number.account.waba_id}",
            numbers=[{"phone_number_id": number.phone_number_id, "display_phone_number": "+551133334444"}],
            templates=list(MessageTemplate.objects.values("name", "language", "category", "components")),
        )
        with override_settings(WHATSAPP_META_GRAPH_URL=simulator.url):
            yield simulator


def notice_now(tenant: Tenant) -> NotificationJob:
    now = timezone.now()
    return promise(
        tenant, appointment=make_appointment(tenant, starts_at=now + timedelta(days=2)), scheduled_for=now, now=now
    )


def promote(tenant: Tenant, **values: Any) -> NotificationJob:
    return write_by_hand(tenant, PROMO, now=timezone.now(), **values)


def seconds_until(condition: Callable[[], Any]) -> float:
    """Works as the workers do until the condition is true; AssertionError after ten seconds."""
    began = time.monotonic()
    while time.monotonic() - began < 10:
        inbox.process(timezone.now())
        if condition():
            return time.monotonic() - began
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def is_out(tenant: Tenant, *, marketing: bool) -> bool:
    return consent.refusal(make_contact(tenant), marketing=marketing) is not None


def after_round(job: NotificationJob) -> tuple[str, str]:
    dispatcher.run(timezone.now())
    job.refresh_from_db()
    return job.state, job.reason_code


def test_a_typed_word_stops_the_next_send_within_two_seconds(meta, tenant):
    began = time.monotonic()
    meta.inbound(PHONE, text="SAIR")
    seconds_until(lambda: is_out(tenant, marketing=False))
    assert after_round(notice_now(tenant)) == ("skipped", "opted_out")
    assert time.monotonic() - began < 2
    (confirmation,) = meta.wait_for_message(PHONE)
    assert confirmation["type"] == "text"


def test_coming_back_lets_the_next_send_through(meta, tenant):
    meta.inbound(PHONE, text="SAIR")
    seconds_until(lambda: is_out(tenant, marketing=False))
    meta.inbound(PHONE, text="VOLTAR", timestamp=int(time.time()) + 1)
    seconds_until(lambda: not is_out(tenant, marketing=False))
    assert after_round(notice_now(tenant)) == ("sent", "")


def prefer(meta: SimulatorProcess, tenant: Tenant, value: str, at: int) -> None:
    number = PhoneNumber.objects.get()
    preference = {"wa_id": PHONE, "detail": "x", "category": "marketing_messages", "value": value, "timestamp": at}
    meta.webhook(
        "user_preferences",
        {
            "messaging_product": "whatsapp",
            "metadata": {"phone_number_id": number.phone_number_id, "display_phone_number": "551133334444"},
            "contacts": [{"wa_id": PHONE, "profile": {"name": "Maria"}}],
            "user_preferences": [preference],
        },
        entry_id=number.account.waba_id,
    )


def test_a_preference_in_whatsapp_ends_marketing_that_waits_and_lets_notices_go(meta, tenant):
    waiting = promote(tenant)
    now = int(time.time())
    prefer(meta, tenant, "stop", now)
    seconds_until(lambda: is_out(tenant, marketing=True))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason_code) == ("cancelled", "opted_out")
    assert after_round(promote(tenant)) == ("skipped", "opted_out")
    assert after_round(notice_now(tenant)) == ("sent", "")
    word, number = Consent.objects.get(), PhoneNumber.objects.get()
    assert (word.source, word.category, word.proof) == ("preference", "marketing", f"user_preferences: stop ({number})")
    assert AuditEntry.objects.filter(action="contact.opted_out").count() == 1


def test_a_preference_taken_back_lets_marketing_through(meta, tenant):
    now = int(time.time())
    prefer(meta, tenant, "stop", now)
    prefer(meta, tenant, "resume", now + 1)
    seconds_until(lambda: Consent.objects.count() == 2)
    assert after_round(promote(tenant)) == ("sent", "")


def test_metas_refusal_for_marketing_is_kept_and_ends_what_waits(meta, tenant):
    waiting = promote(tenant)
    NotificationJob.objects.filter(pk=waiting.pk).update(due_at=timezone.now() + timedelta(hours=1))
    meta.fault("messages", "error", code=131050, times=1)
    assert after_round(promote(tenant)) == ("skipped", "opted_out")
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason_code) == ("cancelled", "opted_out")
    word = Consent.objects.get()
    assert (word.source, word.category) == ("provider_error", "marketing")
    assert word.proof.startswith("131050 ")
