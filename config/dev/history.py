"""A little past for the demonstration, so that its pages are not empty and nothing is sent when it starts.

It goes through the product's own use cases and queue, with the clock of those days; only the provider's answers are
made up.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction

from notifications import appointments, queue
from notifications.appointments import Booking
from notifications.models import Appointment, NotificationJob
from tenants.models import Tenant
from whatsapp import statuses
from whatsapp.dispatch import Incoming
from whatsapp.errors import ErrorKind, Refused
from whatsapp.events import StatusChanged
from whatsapp.models import WebhookEvent
from whatsapp.providers.base import Accepted
from whatsapp.providers.meta import error_codes

UNDELIVERABLE = 131026
READ, DELIVERED = ("sent", "delivered", "read"), ("sent", "delivered")
AFTER = {"sent": timedelta(seconds=2), "delivered": timedelta(seconds=4), "read": timedelta(minutes=7)}
State = Appointment.State


@dataclass(frozen=True)
class Story:
    """One booking and what became of it. Days count from today; ``end`` is a state, or "" while it is open.

    ``reached`` are the statuses of its notices, empty where Meta refused them.
    """

    customer: str
    phone: str
    service: str
    booked_day: int
    day: int
    hour: int
    reached: Sequence[str] = READ
    confirmed: bool = False
    end: str = ""
    notify: bool = True


STUDIO = (
    Story("Marina Souza", "+5511955550101", "Corte e escova", -3, -1, 10, confirmed=True, end=State.DONE),
    Story("Paula Nogueira", "+5511955550102", "Manicure", -3, -1, 15, reached=DELIVERED, end=State.NO_SHOW),
    Story("Rita Campos", "+5511955550103", "Coloração", -2, 4, 9, end=State.CANCELLED),
    Story("Helena Prado", "+5511955550104", "Hidratação", -1, 3, 16, confirmed=True),
    Story("Lúcia Ferraz", "+5511955550105", "Escova", -1, 5, 11, reached=()),
    Story("Sofia Braga", "+5511955550106", "Penteado", -1, 0, 18, notify=False),
)
BARBER = (
    Story("Otávio Lima", "+5521955550201", "Barba", -3, -1, 11, confirmed=True, end=State.DONE),
    Story("Caio Mendes", "+5521955550202", "Corte", -1, 3, 17),
    Story("Davi Rocha", "+5521955550203", "Corte e barba", -1, 0, 19, notify=False),
)


def seed(tenant: Tenant, stories: Sequence[Story], now: datetime) -> None:
    """Tells the stories; the tenant's number and templates must be there, and no other job in the database."""
    for index, story in enumerate(stories, start=1):
        Narrator(tenant, story, now).tell(f"demo-{index}", minute=7 * index)


class Narrator:
    """Plays one story, moment after moment."""

    def __init__(self, tenant: Tenant, story: Story, now: datetime) -> None:
        self.tenant, self.story, self.now = tenant, story, now

    def tell(self, external_id: str, minute: int) -> None:
        """``minute`` keeps the stories apart, whose messages would else wait for each other's."""
        story = self.story
        booked_at, starts_at = self._moment(story.booked_day, 9, minute), self._moment(story.day, story.hour)
        appointment = appointments.book(
            self.tenant,
            Booking(
                external_id=external_id,
                customer_name=story.customer,
                customer_phone=story.phone,
                service=story.service,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=1),
                notify=story.notify,
            ),
            origin="api",
            now=booked_at,
        ).appointment
        self._deliver(booked_at)
        if story.confirmed:
            appointments.confirm(appointment, by="customer", now=booked_at + timedelta(minutes=9))
        if (reminded_at := starts_at - timedelta(days=1)) < self.now:
            self._deliver(reminded_at)
        self._end(appointment, starts_at)

    def _end(self, appointment: Appointment, starts_at: datetime) -> None:
        if self.story.end == State.CANCELLED:
            at = self._moment(-1, 12)
            appointments.cancel(appointment, notify_client=True, origin="operator", now=at)
        elif self.story.end:
            appointments.mark(appointment, self.story.end, by="operator", now=starts_at + timedelta(hours=2))

    def _moment(self, day: int, hour: int, minute: int = 0) -> datetime:
        """A time of the tenant's day, ``day`` days from today."""
        date = (self.now.astimezone(self.tenant.zone) + timedelta(days=day)).date()
        return datetime.combine(date, time(hour, minute), tzinfo=self.tenant.zone)

    def _deliver(self, at: datetime) -> None:
        """Sends what is due at that moment, with the answers of the story."""
        batch = queue.claim(at, limit=100)
        for ticket in queue.start(batch.ready, batch.token, at):
            outcome: Any = Accepted(f"wamid.DEMO{secrets.token_hex(16)}") if self.story.reached else undeliverable()
            queue.record(ticket, outcome, at + timedelta(seconds=1))
            for status in self.story.reached:
                self._tell_status(ticket, outcome.provider_message_id, status, at + AFTER[status])

    def _tell_status(self, ticket: queue.Ticket, wamid: str, status: str, at: datetime) -> None:
        event = StatusChanged(message_id=wamid, status=status, at=at)
        row = WebhookEvent(received_at=at)  # not kept: nobody posted it
        with transaction.atomic():
            statuses.apply([Incoming(event, row, self.tenant, number=ticket.number)], self.now)


def undeliverable() -> Refused:
    """Meta's answer for a number without WhatsApp."""
    kind, scope = error_codes.classify(UNDELIVERABLE)
    return Refused("Message undeliverable", kind=kind or ErrorKind.RECIPIENT, scope=scope, code=UNDELIVERABLE)


def is_wanted() -> bool:
    """Only a database in which nobody promised anything yet gets a made-up past."""
    return not NotificationJob.objects.exists()
