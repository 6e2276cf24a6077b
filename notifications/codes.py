"""One-time codes: made for a company's system, sent to a phone, and judged when somebody gives one.

A code is kept as a keyed hash. Beside it stands the code under the vault's key, which the message is made from
(notifications.kinds.one_time_code), until that message is settled or too late: ``tend`` wipes it within a minute.
"""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from notifications import appointments, queue, timeline
from notifications.events import outbox
from notifications.models import Appointment, NotificationJob, OneTimeCode
from tenants import merging, vault
from tenants.merge_records import Union
from tenants.models import Contact
from whatsapp.models import Message

PAUSE = timedelta(seconds=30)  # between two codes for one person
AN_HOUR = 5  # codes for one person
KEPT = timedelta(days=30)
DIGITS = 6
State = OneTimeCode.State


class TooSoon(Exception):
    """This person was sent too many codes; the text is a translated sentence, ``wait`` says for how long."""

    def __init__(self, sentence: str, wait: timedelta) -> None:
        super().__init__(sentence)
        self.wait = wait


@dataclass(frozen=True)
class Wanted:
    """What a company's system asks for; ``template_name`` may be empty (templates_mgmt.one_time chooses)."""

    purpose: str
    language: str
    template_name: str = ""
    appointment: Appointment | None = None


@dataclass(frozen=True)
class Judged:
    """``answer``: ``confirmed``, ``wrong``, ``expired`` or ``used_up``."""

    answer: str
    code: OneTimeCode


def ask(contact: Contact, to: str, wanted: Wanted, now: datetime) -> NotificationJob:
    """Promises a new code to the phone ``to`` (E.164) and ends the one before it; its row is ``job.one_time_code``.

    Demands the transaction of its use case. Raises TooSoon.
    """
    Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)  # one after another for each person
    _check_pace(contact, now)
    own = OneTimeCode.objects.filter(contact=contact, purpose=wanted.purpose, state=State.OPEN)
    own.update(state=State.REPLACED, ended_at=now, ciphertext=None)
    pk, code = uuid.uuid4(), f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    job, _created = queue.enqueue(
        tenant=contact.tenant,
        kind="one_time_code",
        dedupe_key=f"one_time_code:{pk}",
        contact=contact,
        to=to,
        origin=Message.Origin.API,
        lane=NotificationJob.Lane.REPLY,
        scheduled_for=now,
        now=now,
    )
    OneTimeCode.objects.create(
        id=pk,
        tenant=contact.tenant,
        contact=contact,
        job=job,
        purpose=wanted.purpose,
        language=wanted.language,
        template_name=wanted.template_name,
        appointment=wanted.appointment,
        digest=_digest(pk, code),
        ciphertext=vault.encrypt(code),
        expires_at=now + OneTimeCode.LIFE,
        created_at=now,
    )
    return job


def check(code: OneTimeCode, given: str, now: datetime) -> Judged:
    """Judges the digits that somebody gave, one after another however many come at once.

    The right ones count once, and confirm the appointment that the code was asked for while it is still open.
    """
    with transaction.atomic(durable=True):
        rows = OneTimeCode.objects.select_for_update(of=("self",)).select_related(
            "tenant", "job", "appointment", "contact"
        )
        row = rows.get(pk=code.pk)
        return Judged(_judge(row, given, now), row)


def tend(now: datetime) -> int:
    """Wipes codes whose message is settled or too late, and removes rows after 30 days; how many."""
    settled = Q(expires_at__lte=now) | Q(job__state__in=NotificationJob.TERMINAL)
    wiped = OneTimeCode.objects.exclude(ciphertext=None).filter(settled).update(ciphertext=None)
    return wiped + OneTimeCode.objects.filter(created_at__lt=now - KEPT).delete()[0]


@merging.moves
def end_twins(union: Union) -> None:
    """Of two people who turn out to be one, the older contact's open codes stay."""
    rows = OneTimeCode.objects.filter(state=State.OPEN)
    own = rows.filter(contact=union.kept).values("purpose")
    twins: QuerySet[OneTimeCode] = rows.filter(contact=union.gone, purpose__in=own)
    twins.update(state=State.REPLACED, ciphertext=None)


def _check_pace(contact: Contact, now: datetime) -> None:
    recent = OneTimeCode.objects.filter(contact=contact, created_at__gt=now - timedelta(hours=1))
    times = list(recent.order_by("-created_at").values_list("created_at", flat=True)[:AN_HOUR])
    if times and now - times[0] < PAUSE:
        raise TooSoon(
            _("This person was sent a code a moment ago. Wait before asking for another."), PAUSE - (now - times[0])
        )
    if len(times) == AN_HOUR:
        sentence = _("This person was sent %(limit)d codes within an hour. Wait before asking for another.")
        raise TooSoon(sentence % {"limit": AN_HOUR}, times[-1] + timedelta(hours=1) - now)


def _judge(row: OneTimeCode, given: str, now: datetime) -> str:
    if not row.counts(now):
        return "used_up" if row.state in {State.CONFIRMED, State.USED_UP} else "expired"
    row.tries += 1
    if constant_time_compare(row.digest, _digest(row.pk, given)):
        _end(row, State.CONFIRMED, now)
        timeline.write(row.job, "code_confirmed", now=now, tries=row.tries)
        outbox.write([outbox.code_confirmed(row, now)])
        _confirm_appointment(row, now)
        return "confirmed"
    if row.tries >= OneTimeCode.TRIES:
        _end(row, State.USED_UP, now)
        timeline.write(row.job, "code_used_up", now=now, tries=row.tries)
    else:
        row.save(update_fields=["tries"])
    return "wrong"


def _end(row: OneTimeCode, state: str, now: datetime) -> None:
    row.state, row.ended_at, row.ciphertext = state, now, None
    row.save(update_fields=["state", "ended_at", "ciphertext", "tries"])


def _confirm_appointment(row: OneTimeCode, now: datetime) -> None:
    """As the customer's own button does; one that is closed or over stays as it is."""
    booking = row.appointment
    if booking is None or booking.state not in Appointment.OPEN or booking.starts_at <= now:
        return
    appointments.confirm(booking, by="customer", now=now, answer=appointments.Answer(now, f"code:{row.pk}"))
    booking.refresh_from_db(fields=["state"])


def _digest(pk: uuid.UUID, code: str) -> str:
    """Of use to nobody without SECRET_KEY: a million codes are tried in a second."""
    return salted_hmac("notifications.codes", f"{pk}:{code}", algorithm="sha256").hexdigest()
