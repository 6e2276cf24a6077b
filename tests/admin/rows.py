"""One row of every model of a tenant, so that a walk over all of them has something to find."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils import timezone

from notifications.models import (
    CountedDay,
    DailyAnswers,
    DailyCount,
    DayToCount,
    IdempotencyKey,
    JobAttempt,
    ManualNotice,
    NotificationJob,
    OneTimeCode,
    OutboxEvent,
    Rate,
    VariantDay,
)
from templates_mgmt.models import HeaderFile, MessageTemplate, TemplateInsight, TemplateSync
from tenants import alerts, audit, flags, merging, people, saved_filters, vault
from tenants.models import (
    Confirmation,
    Consent,
    ContactMerge,
    ErasedRefusal,
    Label,
    MessageText,
    MovedRows,
    Tenant,
    TenantApiKey,
)
from tests.factories import make_appointment, make_contact, make_person
from tests.notifications.jobs import first_number, open_window, promise
from whatsapp.media import storage
from whatsapp.models import (
    CannedAnswer,
    ConnectionCheck,
    Conversation,
    HandlerFailure,
    Lead,
    Media,
    Message,
    MessageStatus,
    Reaction,
    Revision,
    Signup,
    SignupInvitation,
    Ticket,
    UploadedFile,
    WebhookEvent,
)

APPS = ("tenants", "whatsapp", "templates_mgmt", "notifications")


@dataclass
class Rows:
    """A tenant, its owner, and by model label one row that is the tenant's."""

    tenant: Tenant
    owner: Any
    by_label: dict[str, Model]

    @classmethod
    def of(cls, tenant: Tenant, phone: str) -> "Rows":
        owner = make_person(tenant, "owner")
        _make(tenant, owner, phone)
        found = {}
        for model in models():
            row = next((row for row in model._base_manager.all() if belongs(row, tenant)), None)
            assert row is not None, f"no row of {model._meta.label} for {tenant}"
            found[model._meta.label_lower] = row
        return cls(tenant, owner, found)


OF_THE_PLATFORM = {
    "notifications.reachedperson",  # counted by portfolio, which companies may share
    "tenants.datadeletion",  # of a person of Meta's, whom it does not name
}


def models() -> list[type[Model]]:
    """Every model of ours whose rows belong to a company."""
    ours = [model for app in APPS for model in apps.get_app_config(app).get_models()]
    return [model for model in ours if model._meta.label_lower not in OF_THE_PLATFORM]


def belongs(row: Model, tenant: Tenant) -> bool:
    """Whether ``row`` hangs on ``tenant``, by itself or by what it hangs on."""
    if isinstance(row, Tenant):
        return row == tenant
    for name in ("tenant", "job", "event", "number"):
        if hasattr(row, name):
            owner = getattr(row, name)
            return owner is not None and belongs(owner, tenant)
    raise AssertionError(f"{row._meta.label}: say how it belongs to a tenant")


def _make_of_templates(tenant: Tenant, account: Any, now: Any) -> None:
    TemplateSync.objects.create(tenant=tenant, account=account, due_at=now)
    template = account.templates.first()
    TemplateInsight.objects.create(tenant=tenant, template=template, day=now.date(), sent=1)
    HeaderFile.objects.create(tenant=tenant, sha256="0" * 64, mime_type="image/png", file_name="salao.png", size=1)


def _make_of_calls(tenant: Tenant, job: NotificationJob, now: Any) -> None:
    IdempotencyKey.objects.create(tenant=tenant, key="k", body_hash="h", job=job)
    OneTimeCode.objects.create(
        tenant=tenant,
        contact=job.contact,
        job=job,
        purpose="login",
        language="pt_BR",
        digest="0" * 64,
        ciphertext=vault.encrypt("739165"),
        expires_at=now,
    )


def _make_words(tenant: Tenant, contact: Any, now: Any) -> None:
    Consent.objects.create(tenant=tenant, contact=contact, decision="opt_in", source="operator")
    merge = ContactMerge.objects.create(tenant=tenant, kept=contact, gone_pk=0, gone_name=tenant.name, undone_at=now)
    moved = {"model": "tenants.consent", "field": "contact", "was": "0", "became": "1", "ids": []}
    MovedRows.objects.create(tenant=tenant, merge=merge, **moved)
    ErasedRefusal.objects.create(tenant=tenant, digest=str(tenant.pk), category="all", effective_at=now)


def _make_counts(tenant: Tenant, number: Any, now: Any) -> None:
    DayToCount.objects.create(tenant=tenant, day=now.date())
    CountedDay.objects.create(tenant=tenant, day=now.date(), zone=tenant.time_zone, counted_at=now)
    DailyAnswers.objects.create(tenant=tenant, number=number, day=now.date(), by="person", seconds=[60])
    DailyCount.objects.create(tenant=tenant, number=number, day=now.date(), outcome="received", count=1)
    template = MessageTemplate.objects.filter(tenant=tenant).first()
    counts = dict.fromkeys(("sent", "settled", "answered", "refused"), 1)
    VariantDay.objects.create(tenant=tenant, kind="appointment_created", template=template, day=now.date(), **counts)


def _make_signup(tenant: Tenant, owner: Any, now: Any) -> None:
    link = SignupInvitation.objects.create(tenant=tenant, token_hash=str(tenant.pk), created_by=owner, expires_at=now)
    signup = Signup.objects.create(
        tenant=tenant,
        way="new_number",
        source="console",
        person=owner,
        invitation=link,
        state_until=now,
        expires_at=now,
    )
    signup.steps.create(tenant=tenant, name="code", position=0)


def _make(tenant: Tenant, owner: Any, phone: str) -> None:
    now, number = timezone.now(), first_number(tenant)
    appointment = make_appointment(tenant, phone=phone, name=f"Cliente de {tenant.name}")
    job = promise(tenant, appointment=appointment, phone=phone)
    open_window(job, now)
    message = Message.objects.filter(tenant=tenant).first()
    NotificationJob.objects.filter(pk=job.pk).update(message=message)
    JobAttempt.objects.create(job=job, number=number, attempt=1, lease_token=job.pk, client_ref=f"{job.pk}:1")
    _make_of_calls(tenant, job, now)
    ManualNotice.objects.create(tenant=tenant, contact=job.contact, text_key="manual_booking", body="Olá")
    OutboxEvent.objects.create(tenant=tenant, stream="s", type="t", key="fact")
    Rate.objects.create(number=number, next_at=now)
    _make_counts(tenant, number, now)
    MessageText.objects.create(tenant=tenant, key="voucher_answer", body="Até já")
    TenantApiKey.objects.create_key(tenant=tenant, name="sistema")
    saved_filters.keep(tenant, owner, "messages", name="Falharam", query="state=failed", is_start=False)
    _make_words(tenant, job.contact, now)
    others = (make_contact(tenant, f"{phone[:-1]}{digit}", f"Cliente {tenant.name}") for digit in "57")
    merging.propose([(*others, "same_username", {})])
    Lead.objects.create(tenant=tenant, number=number, contact=job.contact, first_at=now)
    Ticket.objects.create(tenant=tenant, conversation=message.conversation, opened_at=now, last_at=now)
    _attend(tenant, owner, message)
    flags.stop(tenant, "ensaio", owner)
    flags.resume(tenant, owner, now)
    alerts.raise_alert("connection_degraded", tenant=tenant, now=now)
    audit.record("tenant.seen", tenant=tenant, actor=owner)
    Confirmation.objects.create(tenant=tenant, item="payment", day=now.date(), by=owner)
    number.steps.create(tenant=tenant, from_state="draft", to_state="connected")
    _make_signup(tenant, owner, now)
    people.invite(tenant, f"convidada@{tenant.slug}.example.com", "viewer", owner, now)
    event = WebhookEvent.objects.create(
        tenant=tenant, provider="meta", key=str(tenant.pk), payload="{}", state="ignored"
    )
    HandlerFailure.objects.create(event=event, handler="x")
    file = Media.objects.create(
        tenant=tenant, number=number, message=message, provider_media_id="m", type="image", expires_at=now,
        state="downloaded", detected_type="image/jpeg", has_thumbnail=True, file_name=f"{tenant.name}.jpg",
    )  # fmt: skip
    Reaction.objects.create(
        tenant=tenant,
        number=number,
        contact=job.contact,
        target_id="w",
        emoji="👍",
        provider_message_id="r",
        occurred_at=now,
    )
    Revision.objects.create(
        tenant=tenant, number=number, message=message, target_id="w", kind="edit", provider_message_id="e",
        occurred_at=now, received_at=now,
    )  # fmt: skip
    number.notices.create(tenant=tenant, account=number.account, key=str(tenant.pk), field="security", occurred_at=now)
    number.book.create(tenant=tenant, contact=job.contact, name=f"Cliente de {tenant.name}", occurred_at=now)
    number.readings.create(tenant=tenant, first_at=now, last_at=now, status="CONNECTED")
    number.sync_calls.create(tenant=tenant, kind="history", onboarded_at=now, due_at=now)
    number.history_parts.create(tenant=tenant, key=str(tenant.pk), received_at=now)
    ConnectionCheck.objects.create(tenant=tenant, number=number, at=now)
    number.account.templates.first().versions.create(tenant=tenant, number=1, source="meta", at=now)
    UploadedFile.objects.create(
        tenant=tenant, number=number, media_id="m", type="image", size=1, file_name=f"{tenant.name}.png", expires_at=now
    )
    for name in (file.object_name, file.thumbnail_name):
        storage.put_bytes(name, b"a picture")
    _make_of_templates(tenant, number.account, now)
    MessageStatus.objects.create(
        tenant=tenant, number=number, message=message, provider_message_id="w", status="sent", occurred_at=now
    )


def _attend(tenant: Tenant, owner: Any, message: Message) -> None:
    """What people who answer customers leave behind."""
    at, thread = message.occurred_at, message.conversation
    Conversation.objects.filter(pk=thread.pk).update(last_message_at=at, last_inbound_at=at)
    thread.notes.create(tenant=tenant, author=owner, text=f"Nota sobre Cliente de {tenant.name}", at=at)
    CannedAnswer.objects.create(tenant=tenant, shortcut="horarios", text="Das 9h às 18h.")
    label = Label.objects.create(tenant=tenant, name=f"VIP {tenant.slug}")
    label.labelled.create(tenant=tenant, contact=thread.contact)
