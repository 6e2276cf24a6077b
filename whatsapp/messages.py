"""Messages that webhooks bring: of customers, of the business's phone app, and of the history it shares.

The first row of a wamid and number stays, whoever brings it again, but for one rule: history gives way to what came
live, and a placeholder of the history to its file. Our own records of a send give way to nothing (whatsapp.statuses).
"""

from collections.abc import Sequence, Set

from django.db.models import prefetch_related_objects

from tenants import rows as table
from whatsapp import conversations, renumbering, revisions, statuses, window
from whatsapp.dispatch import Incoming
from whatsapp.events import MessageEchoed, MessageReceived
from whatsapp.models import Conversation, Message, WebhookEvent

Told = Incoming[MessageReceived] | Incoming[MessageEchoed]
Key = tuple[int, str]  # number id, wamid
Threads = dict[conversations.Pair, Conversation]

Origin = Message.Origin
PLACEHOLDER = "media_placeholder"
# What a stronger telling of the same message replaces.
REPLACED = (
    *("direction", "origin", "address", "type", "text", "content", "context_message_id"),
    *("error_code", "error_title", "occurred_at", "clock_doubtful", "event", "contact", "conversation"),
)


def record(batch: Sequence[Told]) -> None:
    """Conversations and messages, and the windows that they open. Each incoming gets its ``message``."""
    in_order = sorted(batch, key=lambda incoming: (incoming.event.at, incoming.event.message_id))
    threads = _threads(in_order)
    stored = _insert([_row(incoming, threads) for incoming in in_order])
    for incoming in in_order:
        incoming.message = stored[_key(incoming)]
    rows = list(stored.values())
    statuses.adopt(row for row in rows if row.origin in Message.WEAK and row.direction == Message.Direction.OUTBOUND)
    revisions.adopt(rows)
    _move_conversations([(incoming, stored[_key(incoming)]) for incoming in in_order], threads)
    prefetch_related_objects(rows, "contact", "conversation__window_message")


def _threads(batch: Sequence[Told]) -> Threads:
    """What reached a number that another one replaced since stands where the conversation went on."""
    reached = {
        (incoming.own_number.pk, incoming.contact.pk): (incoming.own_number, incoming.contact)
        for incoming in batch
        if incoming.contact and not incoming.event.group_id
    }
    homes = {pair: (renumbering.successor(number, contact), contact) for pair, (number, contact) in reached.items()}
    found = conversations.open_many(homes.values())
    return {pair: found[number.pk, contact.pk] for pair, (number, contact) in homes.items()}


def _row(incoming: Told, threads: Threads) -> Message:
    event, contact = incoming.event, incoming.contact
    is_theirs = isinstance(event, MessageReceived)
    problem = event.errors[0] if event.errors else None
    return Message(
        tenant=incoming.tenant,
        number=incoming.number,
        contact=contact,
        conversation=threads.get((incoming.own_number.pk, contact.pk)) if contact and not event.group_id else None,
        event=incoming.row,
        direction=Message.Direction.INBOUND if is_theirs else Message.Direction.OUTBOUND,
        origin=_origin(incoming),
        provider_message_id=event.message_id,
        address=event.person.address,
        type=event.type,
        text=event.text,
        content=event.content,
        context_message_id=event.context_id,
        error_code=problem.code if problem else None,
        error_title=problem.title if problem else "",
        occurred_at=event.at,
        clock_doubtful=event.clock_doubtful,
    )


def _origin(incoming: Told) -> str:
    if not _is_live(incoming):
        return Origin.HISTORY
    return Origin.CUSTOMER if isinstance(incoming.event, MessageReceived) else Origin.APP


def _is_live(incoming: Told) -> bool:
    return incoming.row.lane == WebhookEvent.Lane.LIVE


def _insert(rows: Sequence[Message]) -> dict[Key, Message]:
    """The stored messages."""
    strongest: dict[Key, Message] = {}
    for row in rows:
        known = strongest.setdefault(_key_of(row), row)
        if _strength(row) > _strength(known):
            strongest[_key_of(row)] = row
    made = table.insert_missing([strongest[key] for key in sorted(strongest)], ["number", "provider_message_id"])
    stored = {_key_of(row): row for row in made}
    earlier = _find(strongest.keys() - stored.keys())
    for key in sorted(earlier):
        if _strength(strongest[key]) > _strength(earlier[key]):
            _replace(earlier[key], strongest[key])
    return stored | earlier


def _find(keys: Set[Key]) -> dict[Key, Message]:
    if not keys:
        return {}
    numbers, wamids = {number for number, _ in keys}, [wamid for _, wamid in keys]
    rows = Message.objects.filter(number__in=numbers, provider_message_id__among=wamids)
    return {key: row for row in rows if (key := _key_of(row)) in keys}


def _strength(row: Message) -> int:
    if row.origin == Origin.HISTORY:
        return 0 if row.type == PLACEHOLDER else 1
    return 2 if row.origin in {Origin.APP, Origin.CUSTOMER} else 3


def _replace(weaker: Message, stronger: Message) -> None:
    """Puts the stronger telling in the weaker one's place, unless another worker was faster with one."""
    values = {name: getattr(stronger, name) for name in REPLACED}
    still_weaker = Message.objects.filter(pk=weaker.pk, origin=weaker.origin, type=weaker.type)
    if still_weaker.update(**values):
        revisions.apply([weaker.pk])
    weaker.refresh_from_db()


def _move_conversations(told: Sequence[tuple[Told, Message]], threads: Threads) -> None:
    """Only what a customer writes now opens a window, or a closed conversation; a wamid of our own does neither.

    ``threads`` are brought up to date.
    """
    live = [
        (incoming.event, row)
        for incoming, row in told
        if _is_live(incoming) and row.direction == Message.Direction.INBOUND
    ]
    reached = {thread.pk: thread.number_id for thread in threads.values()}
    opened = window.open_with(
        row
        for event, row in live
        if isinstance(event, MessageReceived)
        and event.opens_window
        and reached.get(row.conversation_id or 0) == row.number_id  # a window is of one number
    )
    opening = {row.pk for _, row in live}
    touched = conversations.touch(
        (row.conversation_id, row.occurred_at, row.pk in opening) for _, row in told if row.conversation_id is not None
    )
    for thread in threads.values():
        if by := opened.get(thread.pk):
            thread.window_opened_at, thread.window_message = by.occurred_at, by
        if news := touched.get(thread.pk):
            thread.last_message_at, thread.last_inbound_at, thread.state = news


def _key(incoming: Told) -> Key:
    return incoming.own_number.pk, incoming.event.message_id


def _key_of(row: Message) -> Key:
    return row.number_id, row.provider_message_id or ""
