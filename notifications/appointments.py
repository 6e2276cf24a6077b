"""What happens to bookings: booked, changed, confirmed, asked to move, cancelled. The only writer of Appointment.

Every way in (REST, console, admin, CSV, the customer's buttons) comes through these functions. ``book`` and ``change``
are outermost use cases; the others may run inside a caller's transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications import notices
from notifications.booking import FIELDS, Booking, Invalid, clean
from notifications.models import Appointment, NotificationJob
from tenants import audit
from tenants.contacts import get_or_create_for_phone
from tenants.models import Tenant

__all__ = [
    "NOTES",
    "Answer",
    "Booked",
    "Booking",
    "Invalid",
    "MoveRefused",
    "book",
    "cancel",
    "cancel_many",
    "change",
    "confirm",
    "mark",
    "request_reschedule",
]

State = Appointment.State
WHOM_TO_TELL = ("customer_phone", "notify")  # a change of these, or of what is worth telling, makes a new revision
ARROWS: dict[str, frozenset[str]] = {
    State.BOOKED: frozenset({State.CONFIRMED, State.RESCHEDULE_REQUESTED, State.CANCELLED, State.DONE, State.NO_SHOW}),
    State.CONFIRMED: frozenset({State.BOOKED, State.RESCHEDULE_REQUESTED, State.CANCELLED, State.DONE, State.NO_SHOW}),
    State.RESCHEDULE_REQUESTED: frozenset({State.BOOKED, State.CONFIRMED, State.CANCELLED, State.DONE, State.NO_SHOW}),
    State.CANCELLED: frozenset({State.BOOKED}),
    State.DONE: frozenset(),
    State.NO_SHOW: frozenset(),
}
NOTES = {
    "in_past": gettext_lazy("This appointment is in the past: it was recorded, and the customer gets no notice."),
    "closed": gettext_lazy("This appointment is closed: it was changed, and the customer gets no notice."),
}


class MoveRefused(Exception):
    """A move that the appointment's state does not allow; the text is a translated sentence."""


@dataclass(frozen=True)
class Booked:
    """What became of a booking. ``note`` is "" or a key of NOTES."""

    appointment: Appointment
    created: bool
    changed: bool
    note: str = ""


@dataclass(frozen=True)
class Answer:
    """A customer's answer: the message's effective time and id. Of several the greatest wins, whatever came first."""

    at: datetime
    message_id: str

    def is_newer_than_that_of(self, appointment: Appointment) -> bool:
        if appointment.answered_at is None:
            return True
        return (self.at, self.message_id) > (appointment.answered_at, appointment.answer_message_id)


def book(tenant: Tenant, booking: Booking, *, origin: str, actor: Any = None, now: datetime) -> Booked:
    """Records a booking by its external id, and promises its notices; the same booking twice changes nothing.

    ``origin`` is a Message.Origin: who booked. A cancelled booking that comes again is booked again. Raises Invalid.
    """
    booking = clean(booking)
    with transaction.atomic(durable=True):
        contact = get_or_create_for_phone(tenant, booking.customer_phone, booking.customer_name)
        appointment, created = (
            Appointment.objects.select_for_update(of=("self",))
            .select_related("tenant", "contact")
            .get_or_create(
                tenant=tenant, external_id=booking.external_id, defaults=booking.values() | {"contact": contact}
            )
        )
        if created:
            audit.record("appointment.booked", tenant=tenant, actor=actor, obj=appointment, origin=origin)
            return Booked(appointment, True, True, _announce(appointment, now, actor))
        if appointment.state == State.CANCELLED:
            return _book_again(appointment, booking, origin, actor, now)
        return _apply(appointment, booking, origin, actor, now)


def change(
    appointment: Appointment, changes: dict[str, Any], *, origin: str, actor: Any = None, now: datetime
) -> Booked:
    """Changes some of Booking's fields but the external id. Raises Invalid."""
    with transaction.atomic(durable=True):
        appointment = _lock(appointment)
        values = Booking.of(appointment).values() | changes | {"external_id": appointment.external_id}
        return _apply(appointment, clean(Booking(**values)), origin, actor, now)


def confirm(
    appointment: Appointment, *, by: str, actor: Any = None, now: datetime, answer: Answer | None = None
) -> bool:
    """The customer comes. False for an answer that a newer one has already replaced."""
    return _move(appointment, State.CONFIRMED, by=by, actor=actor, now=now, answer=answer)


def request_reschedule(
    appointment: Appointment, *, by: str, actor: Any = None, now: datetime, answer: Answer | None = None
) -> bool:
    """The customer asks for another time; the reminders wait. False as in ``confirm``."""
    return _move(appointment, State.RESCHEDULE_REQUESTED, by=by, actor=actor, now=now, answer=answer)


def mark(appointment: Appointment, state: str, *, by: str, actor: Any = None, now: datetime) -> bool:
    """Sets done, no-show, confirmed, or back to booked. Raises MoveRefused."""
    if State.CANCELLED in {state, appointment.state}:
        raise MoveRefused(_("Cancel an appointment, or book it again, by its own button."))
    return _move(appointment, state, by=by, actor=actor, now=now)


def cancel(
    appointment: Appointment, *, notify_client: bool, origin: str, actor: Any = None, now: datetime
) -> NotificationJob | None:
    """The one way to cancel. Waiting notices end; with ``notify_client`` the customer is told where that is possible.

    Answers the job of the notice: queued as free text while the customer service window is open, else ``skipped``
    with its reason. None without ``notify_client``. Cancelling again changes nothing. Raises MoveRefused.
    """
    with transaction.atomic():
        appointment = _lock(appointment)
        if appointment.state == State.CANCELLED:
            return appointment.jobs.filter(kind=notices.CANCELLATION, revision=appointment.revision).first()
        _step(appointment, State.CANCELLED, now)
        untold = notify_client and notices.is_first_notice_waiting(appointment)
        reason = "customer_not_told_yet" if untold else "appointment_cancelled"
        notices.withdraw(appointment, reason, now=now, actor=actor)
        audit.record(
            "appointment.cancelled",
            tenant=appointment.tenant,
            actor=actor,
            obj=appointment,
            origin=origin,
            notify_client=notify_client,
        )
        if not notify_client:
            return None
        return notices.tell_cancellation(appointment, told=not untold, origin=origin, actor=actor, now=now)


def cancel_many(
    appointments: Iterable[Appointment], *, notify_client: bool, origin: str, actor: Any = None, now: datetime
) -> int:
    """Cancels those of ``appointments`` that are open, each by ``cancel``; how many."""
    cancelled = 0
    for appointment in appointments:
        if appointment.state in Appointment.OPEN:
            cancel(appointment, notify_client=notify_client, origin=origin, actor=actor, now=now)
            cancelled += 1
    return cancelled


def _lock(appointment: Appointment) -> Appointment:
    rows = Appointment.objects.select_for_update(of=("self",)).select_related("tenant", "contact")
    return rows.get(pk=appointment.pk)


def _announce(appointment: Appointment, now: datetime, actor: Any) -> str:
    if appointment.starts_at <= now:
        return "in_past"
    if appointment.notify:
        notices.announce(appointment, now=now, actor=actor)
    return ""


def _book_again(appointment: Appointment, booking: Booking, origin: str, actor: Any, now: datetime) -> Booked:
    _write(appointment, booking)
    appointment.revision += 1
    _step(appointment, State.BOOKED, now)
    audit.record("appointment.booked", tenant=appointment.tenant, actor=actor, obj=appointment, origin=origin)
    return Booked(appointment, False, True, _announce(appointment, now, actor))


def _apply(appointment: Appointment, booking: Booking, origin: str, actor: Any, now: datetime) -> Booked:
    """Writes what differs; waiting notices follow."""
    changes = _changes(appointment, booking)
    if not changes:
        return Booked(appointment, False, False, _note(appointment, now))
    _write(appointment, booking)
    appointment.revision += any(name in changes for name in (*notices.WORTH_TELLING, *WHOM_TO_TELL))
    if "starts_at" in changes and appointment.state in Appointment.OPEN:
        _step(appointment, State.BOOKED, now)
    appointment.save()
    audit.record(
        "appointment.changed",
        tenant=appointment.tenant,
        actor=actor,
        obj=appointment,
        origin=origin,
        fields=sorted(changes),
    )
    if appointment.state in Appointment.OPEN:
        _follow(appointment, changes, actor, now)
    return Booked(appointment, False, True, _note(appointment, now))


def _follow(appointment: Appointment, changes: dict[str, Any], actor: Any, now: datetime) -> None:
    if appointment.starts_at <= now:
        notices.withdraw(appointment, "appointment_in_past", now=now, actor=actor)
    elif any(name in changes for name in WHOM_TO_TELL):
        notices.withdraw(appointment, "appointment_changed", now=now, actor=actor)
        _announce(appointment, now, actor)
    elif appointment.notify:
        notices.follow(appointment, changes, now=now, actor=actor)


def _note(appointment: Appointment, now: datetime) -> str:
    if appointment.state in Appointment.TERMINAL:
        return "closed"
    return "in_past" if appointment.starts_at <= now else ""


def _changes(appointment: Appointment, booking: Booking) -> dict[str, list[Any]]:
    before, after = Booking.of(appointment).values(), booking.values()
    return {name: [_plain(before[name]), _plain(after[name])] for name in FIELDS if before[name] != after[name]}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _write(appointment: Appointment, booking: Booking) -> None:
    if booking.customer_phone != appointment.customer_phone:
        appointment.contact = get_or_create_for_phone(appointment.tenant, booking.customer_phone, booking.customer_name)
    for name, value in booking.values().items():
        setattr(appointment, name, value)


def _move(
    appointment: Appointment, state: str, *, by: str, actor: Any, now: datetime, answer: Answer | None = None
) -> bool:
    with transaction.atomic():
        appointment = _lock(appointment)
        if answer and not answer.is_newer_than_that_of(appointment):
            return False
        if answer:
            appointment.answered_at, appointment.answer_message_id = answer.at, answer.message_id
        before = appointment.state
        _step(appointment, state, now)
        if state in Appointment.TERMINAL:
            notices.withdraw(appointment, "appointment_closed", now=now, actor=actor)
        if before != state:
            audit.record(
                f"appointment.{state}", tenant=appointment.tenant, actor=actor, obj=appointment, by=by, before=before
            )
        return True


def _step(appointment: Appointment, state: str, now: datetime) -> None:
    """Moves the state along ARROWS and saves the row; the same state again is no move. Raises MoveRefused."""
    if state != appointment.state:
        if state not in ARROWS[State(appointment.state)]:
            raise MoveRefused(
                _("An appointment that is “%(from)s” cannot become “%(to)s”.")
                % {"from": State(appointment.state).label, "to": State(state).label}
            )
        appointment.state, appointment.state_changed_at = state, now
    appointment.save()
