"""The customer service window: free text is allowed for 24 hours from the customer's last message.

Its evidence lives on the conversation: which message opened it, and that message's effective time (Meta's clock, not
ours). Only a greater time moves it, so order and repetition do not matter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from tenants.models import Contact, PhoneNumber
from whatsapp.models import Conversation, Message

LENGTH = timedelta(hours=24)
MARGIN = timedelta(seconds=60)  # a send takes its time, and Meta's clock decides

# (time, wamid) decides, so that the same messages leave the same evidence in any order.
OPEN_SQL = """
UPDATE {conversation} c
   SET window_opened_at = v.at, window_message_id = v.message_id
  FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::bigint[]) AS v(id, at, wamid, message_id)
 WHERE c.id = v.id
   AND (c.window_opened_at IS NULL
        OR (c.window_opened_at,
            coalesce((SELECT m.provider_message_id FROM {message} m WHERE m.id = c.window_message_id), '') COLLATE "C")
           < (v.at, v.wamid COLLATE "C"))
RETURNING c.id
"""


@dataclass(frozen=True)
class Window:
    """Whether free text may be sent now, and the evidence.

    ``message_id`` is the wamid that opened it; ``closes_at`` is when we stop, a minute before Meta does; ``reason`` is
    empty while open, else ``no_inbound`` or ``expired``.
    """

    open: bool
    last_inbound_at: datetime | None = None
    message_id: str = ""
    closes_at: datetime | None = None
    reason: str = ""


def of(conversation: Conversation, now: datetime) -> Window:
    """The window of a conversation that is at hand."""
    opened_by = conversation.window_message
    return _window(conversation.window_opened_at, opened_by.provider_message_id if opened_by else None, now)


def find(number: PhoneNumber, contact: Contact, now: datetime) -> Window:
    """The window between a number and a contact, in one query; raises what the database raises."""
    evidence = (
        Conversation.objects.filter(number=number, contact=contact)
        .values_list("window_opened_at", "window_message__provider_message_id")
        .first()
    )
    return _window(*(evidence or (None, None)), now)


def open_with(messages: Iterable[Message]) -> dict[int, Message]:
    """Moves the windows of the messages' conversations forward; each message is one that opens a window.

    Answers, by conversation id, those that are a window's evidence now.
    """
    greatest: dict[int, Message] = {}
    for message in messages:
        if message.conversation_id is not None:
            known = greatest.get(message.conversation_id)
            greatest[message.conversation_id] = message if known is None else max(known, message, key=_order)
    rows = [(key, row.occurred_at, row.provider_message_id, row.pk) for key, row in sorted(greatest.items())]
    if not rows:
        return {}
    sql = OPEN_SQL.format(conversation=Conversation._meta.db_table, message=Message._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(column) for column in zip(*rows, strict=True)])
        return {key: greatest[key] for (key,) in cursor.fetchall()}


def forget(conversation: Conversation) -> None:
    """The provider says that the window is closed, and it knows better: our evidence counts no more.

    The customer's next message opens it again.
    """
    Conversation.objects.filter(pk=conversation.pk).update(window_opened_at=None, window_message=None)


def _order(message: Message) -> tuple[datetime, str]:
    return message.occurred_at, message.provider_message_id or ""


def _window(opened_at: datetime | None, message_id: str | None, now: datetime) -> Window:
    if opened_at is None:
        return Window(open=False, reason="no_inbound")
    closes_at = opened_at + LENGTH - MARGIN
    is_open = now < closes_at
    return Window(is_open, opened_at, message_id or "", closes_at, "" if is_open else "expired")
