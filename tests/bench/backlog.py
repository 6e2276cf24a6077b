"""Many rows at once for benches: customers who were written to before, their appointments, the notices of these."""

import itertools
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from notifications.models import Appointment, JobEvent, NotificationJob
from tenants.models import Contact, Identity, PhoneNumber, Tenant
from whatsapp.models import Conversation

_people = itertools.count(1)
CHUNK = 5_000


def fill(
    tenant: Tenant,
    count: int,
    *,
    due: datetime | None = None,
    over: timedelta = timedelta(0),
    people: int | None = None,
    **values: Any,
) -> None:
    """``count`` booking notices of ``tenant``, spread over ``people`` customers (one each unless told) and, from
    ``due`` on, over a span of time; ``values`` are further fields of each job."""
    due = due or timezone.now()
    appointments = _appointments(tenant, people or count)
    for start in range(0, count, CHUNK):
        jobs = [
            _job(tenant, appointments[n % len(appointments)], due + over * n / count, values)
            for n in range(start, min(start + CHUNK, count))
        ]
        NotificationJob.objects.bulk_create(jobs)
        JobEvent.objects.bulk_create(JobEvent(job=job, event="queued", at=job.due_at) for job in jobs)


def _appointments(tenant: Tenant, count: int) -> list[Appointment]:
    phones = [f"5511{900_000_000 + next(_people)}" for _ in range(count)]
    contacts = Contact.objects.bulk_create(
        Contact(tenant=tenant, name="Maria Silva", address=phone) for phone in phones
    )
    Identity.objects.bulk_create(
        Identity(tenant=tenant, contact=contact, kind="wa_id", value=contact.address, match_key=contact.address)
        for contact in contacts
    )
    number = PhoneNumber.objects.filter(tenant=tenant)[0]
    Conversation.objects.bulk_create(
        Conversation(tenant=tenant, number=number, contact=contact) for contact in contacts
    )
    starts_at = timezone.now() + timedelta(days=2)
    return Appointment.objects.bulk_create(
        Appointment(
            tenant=tenant,
            external_id=str(uuid.uuid4()),
            contact=contact,
            customer_name="Maria Silva",
            customer_phone=f"+{contact.address}",
            service="Corte",
            starts_at=starts_at,
        )
        for contact in contacts
    )


def _job(tenant: Tenant, appointment: Appointment, due: datetime, values: dict[str, Any]) -> NotificationJob:
    booked: dict[str, Any] = {
        "kind": "appointment_created",
        "dedupe_key": f"bench:{uuid.uuid4()}",
        "appointment": appointment,
        "revision": appointment.revision,
        "contact": appointment.contact,
        "to": appointment.customer_phone,
        "scheduled_for": due,
        "due_at": due,
    }
    return NotificationJob(tenant=tenant, **(booked | values))
