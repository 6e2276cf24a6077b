"""Blue ticks and "typing…": what a customer sees of our side before an answer comes."""

from datetime import datetime, timedelta

from whatsapp import delivery
from whatsapp.models import Conversation, Message

MARKABLE = timedelta(days=30)  # older messages Meta does not mark


class NothingToRead(Exception):
    """No message of the customer that could be marked."""


def show(conversation: Conversation, now: datetime, *, typing: bool = False) -> str:
    """Marks the customer's newest message, and all before it, as read; answers its id.

    ``typing`` shows for up to 25 s that somebody writes. Raises NothingToRead, and as ``delivery.mark_read`` does.
    """
    inbound = conversation.messages.filter(number=conversation.number_id, direction=Message.Direction.INBOUND)
    newest = inbound.filter(occurred_at__gte=now - MARKABLE).exclude(provider_message_id=None)
    message_id = newest.order_by("-occurred_at", "-pk").values_list("provider_message_id", flat=True).first()
    if not message_id:
        raise NothingToRead(f"conversation {conversation.pk}")
    delivery.mark_read(conversation.number, message_id, typing=typing)
    return message_id
