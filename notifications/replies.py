"""What customers answer to notices: a pressed button, or a word typed to the last notice that offered it.

The appointment is found by the button's payload, else by the message answered to, else as the customer's only open
one. Where that leaves a doubt nothing is guessed: a person takes over.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from notifications import appointments
from notifications.answers import answer, is_live
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
OFFERING = ("appointment_created", "appointment_reminder")
INTENTS = {
    "confirm": "confirm_appointment",
    "reschedule": "reschedule_appointment",
    "cancel": "cancel_appointment",
    "talk": "talk_to_human",
}

Inbound = Incoming[MessageReceived]


@dataclass(frozen=True)
class Request:
    """What a customer asks for: an action, and the appointment's id where the button carried it."""

    action: str
    appointment_id: int | None = None


@handles(MessageReceived)
def answer_replies(batch: Sequence[Inbound], now: datetime) -> None:
    """Buttons and typed answers of live messages; everything else is none of this handler's business."""
    for incoming in batch:
        if is_live(incoming) and (request := read(incoming)):
            _obey(incoming, request, now)


def read(incoming: Inbound) -> Request | None:
    """The request in a message, None for any other message."""
    event = incoming.event
    if event.is_reply:
        return _read_button(event)
    action = TYPED.get(fold(event.text)) if event.is_typed else None
    return Request(action) if action and _was_offered(incoming) else None


def _read_button(event: MessageReceived) -> Request | None:
    if found := PAYLOAD.fullmatch(event.reply_payload):
        return Request(found[1], int(found[2]))
    if event.reply_payload not in {"", event.text}:  # somebody else's button
        return None
    title = fold(event.text)
    action = "talk" if title.startswith(TALK_TITLES) else TITLES.get(title)
    return Request(action) if action else None


def _was_offered(incoming: Inbound) -> bool:
    """Whether the last words of ours before it, a person's included, were a notice or an answer that followed one."""
    conversation = incoming.message.conversation
    if conversation is None or conversation.handler == Conversation.Handler.HUMAN:
        return False
    notice = _last_notice(incoming)
    if notice is None:
        return False
    by_people = (Message.Origin.OPERATOR, Message.Origin.APP, Message.Origin.API)
    return not conversation.messages.filter(
        origin__in=by_people, occurred_at__gt=notice.message.occurred_at, occurred_at__lte=incoming.event.at
    ).exists()


def _last_notice(incoming: Inbound) -> NotificationJob | None:
    sent = NotificationJob.objects.filter(
        contact=incoming.message.contact,
        message__number=incoming.number,
        message__occurred_at__lte=incoming.event.at,
        kind__in=OFFERING,
    )
    return sent.select_related("message").order_by("-message__occurred_at").first()


def _obey(incoming: Inbound, request: Request, now: datetime) -> None:
    appointment = find(incoming, request, now)
    outbox.write([_told(incoming, request, appointment)])
    if request.action == "talk":
        _talk(incoming, appointment, now)
    elif appointment is None:
        conversations.hand_over(incoming.message.conversation, "reply_unclear")
    elif appointment.state not in Appointment.OPEN or appointment.starts_at <= now:
        conversations.hand_over(incoming.message.conversation, "reply_to_closed_appointment")
    else:
        ACTIONS[request.action](incoming, appointment, now)


def find(incoming: Inbound, request: Request, now: datetime) -> Appointment | None:
    """The appointment meant, of this tenant and contact; None where there is a doubt."""
    own = Appointment.objects.for_tenant(incoming.tenant).filter(contact=incoming.message.contact)
    own = own.select_related("tenant", "contact")
    if request.appointment_id is not None:
        return own.filter(pk=request.appointment_id).first()
    if incoming.event.context_id and (answered := own.filter(pk__in=_of_context(incoming)).first()):
        return answered
    open_ones = own.filter(state__in=Appointment.OPEN, starts_at__gt=now)[:2]
    if len(open_ones) != 1:
        return None
    return open_ones[0] if incoming.event.is_reply or _is_of_last_notice(incoming, open_ones[0]) else None


def _of_context(incoming: Inbound) -> list[int]:
    jobs = NotificationJob.objects.filter(
        message__number=incoming.number, message__provider_message_id=incoming.event.context_id
    )
    return list(jobs.exclude(appointment=None).values_list("appointment_id", flat=True))


def _is_of_last_notice(incoming: Inbound, appointment: Appointment) -> bool:
    notice = _last_notice(incoming)
    return notice is not None and notice.appointment_id == appointment.pk


def _confirm(incoming: Inbound, appointment: Appointment, now: datetime) -> None:
    if appointments.confirm(appointment, by="customer", now=now, answer=_as_answer(incoming)):
        _say(incoming, "voucher_answer", appointment, now)


def _reschedule(incoming: Inbound, appointment: Appointment, now: datetime) -> None:
    conversations.hand_over(incoming.message.conversation, "reschedule_requested")
    if appointments.request_reschedule(appointment, by="customer", now=now, answer=_as_answer(incoming)):
        _say(incoming, "reschedule_answer", appointment, now)


def _cancel(incoming: Inbound, appointment: Appointment, now: datetime) -> None:
    if _as_answer(incoming).is_newer_than_that_of(appointment):
        appointments.cancel(appointment, notify_client=True, origin=Message.Origin.CUSTOMER, now=now)


def _talk(incoming: Inbound, appointment: Appointment | None, now: datetime) -> None:
    conversations.hand_over(incoming.message.conversation, "asked_for_person")
    if appointment is None or _as_answer(incoming).is_newer_than_that_of(appointment):
        _say(incoming, "talk_answer", appointment, now)


ACTIONS: dict[str, Callable[[Inbound, Appointment, datetime], None]] = {
    "confirm": _confirm,
    "reschedule": _reschedule,
    "cancel": _cancel,
}


def _say(incoming: Inbound, key: str, appointment: Appointment | None, now: datetime) -> None:
    known = values.of_appointment(appointment) if appointment else values.of_contact(incoming.message.contact)
    answer(incoming, Text(text(incoming.tenant, key, **known)), now)


def _as_answer(incoming: Inbound) -> Answer:
    return Answer(incoming.event.at, incoming.event.message_id)


def _told(incoming: Inbound, request: Request, appointment: Appointment | None) -> outbox.OutboxEvent:
    context = {"appointment": appointment.external_id} if appointment else {}
    return outbox.action_requested(incoming.message, INTENTS[request.action], **context)
