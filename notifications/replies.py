"""What customers answer to notices: a pressed button, or a word typed to the last notice that offered it.

The appointment is found by the button's payload, else by the message answered to, else as the customer's only open
one. Where that leaves a doubt nothing is guessed: a person takes over.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from notifications import appointments
from notifications.answers import Said, answer, said_now
from notifications.appointments import Answer
from notifications.events import outbox
from notifications.kinds import values
from notifications.models import Appointment, NotificationJob
from notifications.texts import text
from notifications.wording import fold
from whatsapp import conversations
from whatsapp.content import Text
from whatsapp.dispatch import Incoming, handles
from whatsapp.events import MessageReceived
from whatsapp.models import Conversation, Message

PAYLOAD = re.compile(r"(confirm|reschedule|talk|cancel):(\d{1,18})")
TITLES = {
    "confirmar": "confirm",
    "confirm": "confirm",
    "reagendar": "reschedule",
    "reschedule": "reschedule",
    "cancelar agendamento": "cancel",
    "cancel appointment": "cancel",
}
TALK_TITLES = ("falar com ", "talk to ")
TYPED = {
    "1": "confirm",
    "confirmar": "confirm",
    "confirmo": "confirm",
    "sim": "confirm",
    "2": "reschedule",
    "reagendar": "reschedule",
    "3": "talk",
}
OFFERING = ("appointment_created", "appointment_reminder", "appointment_changed")
INTENTS = {
    "confirm": "confirm_appointment",
    "reschedule": "reschedule_appointment",
    "cancel": "cancel_appointment",
    "talk": "talk_to_human",
}


@dataclass(frozen=True)
class Request:
    """What a customer asks for: an action, and the appointment's id where the button carried it."""

    action: str
    appointment_id: int | None = None


@handles(MessageReceived)
def answer_replies(batch: Sequence[Incoming[MessageReceived]], now: datetime) -> None:
    """Buttons and typed answers of live messages; everything else is none of this handler's business."""
    for said in said_now(batch):
        if request := read(said):
            _obey(said, request, now)


def read(said: Said) -> Request | None:
    """The request in a message, None for any other message."""
    event = said.event
    if event.is_reply:
        return _read_button(event)
    action = TYPED.get(fold(event.text)) if event.is_typed else None
    return Request(action) if action and _was_offered(said) else None


def _read_button(event: MessageReceived) -> Request | None:
    if found := PAYLOAD.fullmatch(event.reply_payload):
        return Request(found[1], int(found[2]))
    if event.reply_payload not in {"", event.text}:  # somebody else's button
        return None
    title = fold(event.text)
    action = "talk" if title.startswith(TALK_TITLES) else TITLES.get(title)
    return Request(action) if action else None


def _was_offered(said: Said) -> bool:
    """Whether the last words of ours before it, a person's included, were a notice or an answer that followed one."""
    conversation = said.conversation
    if conversation is None or conversation.handler == Conversation.Handler.HUMAN:
        return False
    notice = _last_notice(said)
    if notice is None or notice.message is None:
        return False
    by_people = (Message.Origin.OPERATOR, Message.Origin.APP, Message.Origin.API)
    return not conversation.messages.filter(
        origin__in=by_people, occurred_at__gt=notice.message.occurred_at, occurred_at__lte=said.event.at
    ).exists()


def _last_notice(said: Said) -> NotificationJob | None:
    sent = NotificationJob.objects.filter(
        contact=said.contact,
        message__number=said.number,
        message__occurred_at__lte=said.event.at,
        kind__in=OFFERING,
    )
    return sent.select_related("message").order_by("-message__occurred_at").first()


def _obey(said: Said, request: Request, now: datetime) -> None:
    appointment = find(said, request, now)
    outbox.write([_told(said, request, appointment)])
    if request.action == "talk":
        _talk(said, appointment, now)
    elif appointment is None:
        conversations.hand_over(said.conversation, "reply_unclear")
    elif appointment.state not in Appointment.OPEN or appointment.starts_at <= now:
        conversations.hand_over(said.conversation, "reply_to_closed_appointment")
    else:
        ACTIONS[request.action](said, appointment, now)


def find(said: Said, request: Request, now: datetime) -> Appointment | None:
    """The appointment meant, of this tenant and contact; None where there is a doubt."""
    own = Appointment.objects.for_tenant(said.tenant).filter(contact=said.contact)
    own = own.select_related("tenant", "contact")
    if request.appointment_id is not None:
        return own.filter(pk=request.appointment_id).first()
    if said.event.context_id and (answered := own.filter(pk__in=_of_context(said)).first()):
        return answered
    open_ones = own.filter(state__in=Appointment.OPEN, starts_at__gt=now)[:2]
    if len(open_ones) != 1:
        return None
    return open_ones[0] if said.event.is_reply or _is_of_last_notice(said, open_ones[0]) else None


def _of_context(said: Said) -> list[int]:
    jobs = NotificationJob.objects.filter(
        message__number=said.number, message__provider_message_id=said.event.context_id
    )
    return list(jobs.exclude(appointment=None).values_list("appointment_id", flat=True))


def _is_of_last_notice(said: Said, appointment: Appointment) -> bool:
    notice = _last_notice(said)
    return notice is not None and notice.appointment_id == appointment.pk


def _confirm(said: Said, appointment: Appointment, now: datetime) -> None:
    if appointments.confirm(appointment, by="customer", now=now, answer=_as_answer(said)):
        _say(said, "voucher_answer", appointment, now)


def _reschedule(said: Said, appointment: Appointment, now: datetime) -> None:
    conversations.hand_over(said.conversation, "reschedule_requested")
    if appointments.request_reschedule(appointment, by="customer", now=now, answer=_as_answer(said)):
        _say(said, "reschedule_answer", appointment, now)


def _cancel(said: Said, appointment: Appointment, now: datetime) -> None:
    if _as_answer(said).is_newer_than_that_of(appointment):
        appointments.cancel(appointment, notify_client=True, origin=Message.Origin.CUSTOMER, now=now)


def _talk(said: Said, appointment: Appointment | None, now: datetime) -> None:
    conversations.hand_over(said.conversation, "asked_for_person")
    if appointment is None or _as_answer(said).is_newer_than_that_of(appointment):
        _say(said, "talk_answer", appointment, now)


ACTIONS: dict[str, Callable[[Said, Appointment, datetime], None]] = {
    "confirm": _confirm,
    "reschedule": _reschedule,
    "cancel": _cancel,
}


def _say(said: Said, key: str, appointment: Appointment | None, now: datetime) -> None:
    known = values.of_appointment(appointment) if appointment else values.of_contact(said.contact)
    answer(said, Text(text(said.tenant, key, **known)), now)


def _as_answer(said: Said) -> Answer:
    return Answer(said.event.at, said.event.message_id)


def _told(said: Said, request: Request, appointment: Appointment | None) -> outbox.OutboxEvent:
    context = {"appointment": appointment.external_id} if appointment else {}
    return outbox.action_requested(said.message, INTENTS[request.action], **context)
