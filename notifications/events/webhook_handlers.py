"""What tenant systems are told of a webhook's events."""

from collections.abc import Sequence
from datetime import datetime

from notifications.answers import said_now
from notifications.events import outbox
from notifications.models import OutboxEvent
from whatsapp.dispatch import Incoming, handles
from whatsapp.events import MessageReceived, StatusChanged
from whatsapp.models import Message, Status
from whatsapp.providers.meta import error_codes

CONFIRMATIONS = frozenset({Status.DELIVERED, Status.READ, Status.PLAYED})


@handles(MessageReceived)
def tell_of_inbound(batch: Sequence[Incoming[MessageReceived]], now: datetime) -> None:
    """Every message that a customer writes now, whatever its type; what a history import brings is no event."""
    outbox.write(outbox.inbound_received(said.message) for said in said_now(batch))


@handles(StatusChanged)
def tell_of_delivery(batch: Sequence[Incoming[StatusChanged]], now: datetime) -> None:
    """Confirmations and failures of messages that we know; others' messages are not ours to pass on."""
    known = ((incoming.event, incoming.message) for incoming in batch if incoming.message)
    outbox.write(event for told, message in known if (event := _of_status(told, message)))


def _of_status(told: StatusChanged, message: Message) -> OutboxEvent | None:
    if told.status in CONFIRMATIONS:
        return outbox.delivery_confirmed(message, told.status, told.at)
    if told.status == Status.FAILED:
        problem = told.errors[0] if told.errors else None
        code = problem.code if problem else None
        sentence = error_codes.sentence(problem.code, problem.details) if problem else ""
        return outbox.delivery_failed(message, code, sentence, told.at)
    return None
