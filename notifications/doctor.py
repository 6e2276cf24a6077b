"""Why was this sent, or not: everything known of a message, a phone, a job or an appointment, in sentences."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from notifications import connection_doctor, kinds, reasons, states, timeline
from notifications.models import Appointment, NotificationJob
from tenants import consent, flags, phones
from tenants.models import Contact, Identity, PhoneNumber
from whatsapp import window
from whatsapp.models import Conversation, Message, WebhookEvent
from whatsapp.providers.meta import error_codes

RECENT = 10  # jobs of a phone or an appointment that are told of


@dataclass(frozen=True)
class Fact:
    """One sentence, with the time it speaks of where it has one; ``code`` is the reason's, for machines."""

    text: str
    at: datetime | None = None
    code: str = ""


@dataclass(frozen=True)
class Finding:
    """What is known of one thing."""

    title: str
    tenant: str
    facts: list[Fact] = field(default_factory=list)


def examine(subject: str, now: datetime) -> list[Finding]:
    """Findings for a wamid, a phone (a customer's, or one of our numbers), a phone_number_id, a job's id, or an
    appointment's external or voucher id; empty: unknown."""
    for look in LOOKS:
        if findings := look(subject, now):
            return findings
    return []


def _by_job(subject: str, now: datetime) -> list[Finding]:
    try:
        key = uuid.UUID(subject)
    except ValueError:
        return []
    return [_of_job(job, now) for job in _jobs().filter(pk=key)]


def _by_message(subject: str, now: datetime) -> list[Finding]:
    found = []
    for message in Message.objects.filter(provider_message_id=subject).select_related("tenant", "number", "contact"):
        jobs = _jobs().filter(attempt_rows__message=message).distinct()
        found += [_of_job(job, now) for job in jobs] or [_of_message(message)]
    return found or _of_unknown_message(subject)


def _by_appointment(subject: str, now: datetime) -> list[Finding]:
    rows = Appointment.objects.filter(external_id=subject) | Appointment.objects.filter(public_id=subject)
    found = []
    for row in rows.select_related("tenant", "contact"):
        jobs = _jobs().filter(appointment=row)[:RECENT]
        found += [_of_appointment(row, has_jobs=bool(jobs)), *(_of_job(job, now) for job in jobs)]
    return found


def _of_appointment(row: Appointment, *, has_jobs: bool) -> Finding:
    facts = [Fact(_("The booking is “%(state)s”.") % {"state": row.get_state_display()}, row.starts_at)]
    if not row.notify:
        facts.append(Fact(_("The booking asked not to notify the customer.")))
    elif not has_jobs:
        facts.append(Fact(_("No message was promised for it: it was already in the past when it was booked.")))
    return Finding(_("Booking %(id)s") % {"id": row.external_id}, row.tenant.slug, facts)


def _by_phone(subject: str, now: datetime) -> list[Finding]:
    try:
        key = phones.match_key(phones.normalize(subject))
    except ValueError:
        return []
    people = Contact.objects.filter(identities__kind=Identity.Kind.WA_ID, identities__match_key=key).distinct()
    found = []
    for contact in people.select_related("tenant"):
        jobs = _jobs().filter(contact=contact)[:RECENT]
        found += [_of_contact(contact, now), *(_of_job(job, now) for job in jobs)]
    return found


def _by_connection(subject: str, now: datetime) -> list[Finding]:
    """One of our own numbers, by its id or as people write it."""
    found = []
    for number in connection_doctor.find(subject):
        facts = [Fact(text, at) for text, at in connection_doctor.facts(number, now)]
        title = _("Connection %(number)s (%(id)s)") % {"number": number, "id": number.phone_number_id}
        found.append(Finding(title, number.tenant.slug, facts))
    return found


LOOKS: tuple[Callable[[str, datetime], list[Finding]], ...] = (
    *(_by_job, _by_message, _by_appointment),
    *(_by_connection, _by_phone),
)


def _jobs() -> QuerySet[NotificationJob]:
    rows = NotificationJob.objects.select_related("tenant__automation", "contact", "number", "message", "appointment")
    return rows.order_by("-created_at")


def _of_job(job: NotificationJob, now: datetime) -> Finding:
    """State and reason first, then what holds the tenant up now, then the timeline."""
    state = states.combined_state(job)
    look = states.STATES.get(state)
    facts = [Fact(f"{kinds.word(job.kind)} → {phones.display(job.to)}: {look.word if look else state}.")]
    if job.reason_code:
        reason = reasons.explain(job.reason_code, job.reason_detail)
        facts.append(Fact(f"{reason.sentence} {reason.next_step}", code=reason.code))
    if job.state == NotificationJob.State.PENDING:
        facts += [Fact(_("The queue looks at it again."), job.due_at), *_what_holds(job, now)]
    facts += [Fact(line.sentence, line.at) for line in timeline.lines(job)]
    return Finding(_("Message in the queue %(id)s") % {"id": job.pk}, job.tenant.slug, facts)


def _what_holds(job: NotificationJob, now: datetime) -> list[Fact]:
    """What would keep this job from going now, as the settings are."""
    automation, switch = flags.resolve(job.tenant), flags.kill_switch(job.tenant, now)
    refusal = consent.refusal(job.contact, marketing=False)
    own = PhoneNumber.objects.for_tenant(job.tenant).owned()
    causes = {
        _("Sending is stopped: %(reason)s.") % {"reason": switch.reason if switch else ""}: switch is not None,
        _("The automation's mode is %(mode)s.") % {"mode": automation.mode}: automation.mode != "enabled",
        _("The queue is switched off for this company."): not automation.queue_enabled,
        _("This company is not in WHATSAPP_AUTOMATION_ALLOWED_TENANT_IDS."): not automation.allowed,
        _("The customer wants no messages."): refusal is not None,
        _("No number of this company is connected."): not own.filter(state__in=PhoneNumber.SENDS).exists(),
    }
    return [Fact(sentence) for sentence, holds in causes.items() if holds]


def _of_message(message: Message) -> Finding:
    what = f"{message.get_direction_display()} · {message.get_origin_display()} · {message.type}"
    facts = [Fact(what, message.occurred_at)]
    for row in message.statuses.all():
        facts.append(Fact(str(timeline.STATUSES.get(row.status, row.status)), row.occurred_at))
    if message.error_code is not None:
        facts.append(Fact(error_codes.sentence(message.error_code)))
    return Finding(_("Message %(id)s") % {"id": message.provider_message_id}, message.tenant.slug, facts)


def _of_unknown_message(wamid: str) -> list[Finding]:
    """Webhook events that speak of a message that nobody made."""
    events = WebhookEvent.objects.filter(message_ref=wamid).select_related("tenant").order_by("pk")
    return [_of_event(event) for event in events[:RECENT]]


def _of_event(event: WebhookEvent) -> Finding:
    state = _("The event is “%(state)s”.") % {"state": event.get_state_display()}
    last_line = event.error.strip().splitlines()[-1:]
    sentence = " ".join(filter(None, [state, event.note, *last_line]))
    owner = event.tenant.slug if event.tenant else ""
    return Finding(_("Event %(id)s") % {"id": event.pk}, owner, [Fact(sentence, event.received_at)])


def _of_contact(contact: Contact, now: datetime) -> Finding:
    refusal = consent.refusal(contact, marketing=False)
    facts = [
        Fact(_("The customer wants no messages."), refusal.effective_at)
        if refusal
        else Fact(_("The customer may be written to."))
    ]
    for thread in Conversation.objects.filter(contact=contact).select_related("number", "window_message"):
        is_open = window.of(thread, now).open
        opened = _("The 24-hour window with %(number)s is open.")
        closed = _("The 24-hour window with %(number)s is closed.")
        facts.append(Fact((opened if is_open else closed) % {"number": thread.number}, thread.window_opened_at))
    return Finding(_("Contact %(name)s") % {"name": contact.display_name}, contact.tenant.slug, facts)
