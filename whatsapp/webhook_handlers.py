"""What events do to this app's own rows: the core handlers, which run before every subscriber."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db.models import prefetch_related_objects

from tenants import contacts
from tenants.models import Contact
from whatsapp import conversations, statuses, window
from whatsapp.dispatch import Incoming, core
from whatsapp.events import MessageReceived, StatusChanged
from whatsapp.models import Conversation, Message

Inbound = Incoming[MessageReceived]
Key = tuple[int, str]  # number id, wamid


@core(StatusChanged)
def record_statuses(batch: Sequence[Incoming[StatusChanged]], now: datetime) -> None:
    statuses.apply(batch, now)


@core(MessageReceived)
def record_messages(batch: Sequence[Inbound], _now: datetime) -> None:
    """Contacts, conversations and messages; the windows that they open."""
    in_order = sorted(batch, key=lambda incoming: (incoming.event.at, incoming.event.message_id))
    senders = _upsert_contacts(in_order)
    threads = conversations.open_many((by.own_number, senders[by.row.pk]) for by in in_order if by.row.pk in senders)
    messages = _insert_messages([_message(by, senders.get(by.row.pk), threads) for by in in_order])
    for incoming in in_order:
        incoming.message = messages[_key(incoming)]
    _move_conversations([(incoming.event, messages[_key(incoming)]) for incoming in in_order])
    prefetch_related_objects(list(messages.values()), "contact", "conversation__window_message")


def _upsert_contacts(batch: Sequence[Inbound]) -> dict[int, Contact]:
    """By the event's id; nobody for a message that names nobody."""
    by_tenant: dict[str, list[Inbound]] = defaultdict(list)
    for incoming in batch:
        if incoming.event.person.address:
            by_tenant[str(incoming.tenant.pk)].append(incoming)
    found: dict[int, Contact] = {}
    for _tenant, group in sorted(by_tenant.items()):
        people = contacts.upsert(group[0].tenant, [_names(incoming) for incoming in group])
        found |= {incoming.row.pk: contact for incoming, contact in zip(group, people, strict=True)}
    return found


def _names(incoming: Inbound) -> contacts.Names:
    person = incoming.event.person
    return contacts.Names(
        wa_id=person.wa_id,
        user_id=person.user_id,
        parent_user_id=person.parent_user_id,
        username=person.username,
        profile_name=person.profile_name,
        portfolio_id=incoming.account.business_portfolio_id if incoming.account else "",
    )


def _message(incoming: Inbound, contact: Contact | None, threads: dict[conversations.Pair, Conversation]) -> Message:
    event = incoming.event
    problem = event.errors[0] if event.errors else None
    return Message(
        tenant=incoming.tenant,
        number=incoming.number,
        contact=contact,
        conversation=threads[incoming.own_number.pk, contact.pk] if contact else None,
        event=incoming.row,
        direction=Message.Direction.INBOUND,
        origin=Message.Origin.CUSTOMER,
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


def _insert_messages(rows: Sequence[Message]) -> dict[Key, Message]:
    """The stored messages; the first row of a wamid and number stays, whoever brings it again."""
    unique: dict[Key, Message] = {}
    for row in rows:
        unique.setdefault((row.number_id, row.provider_message_id or ""), row)
    Message.objects.bulk_create([unique[key] for key in sorted(unique)], ignore_conflicts=True)
    stored = Message.objects.filter(
        number__in={number for number, _ in unique}, provider_message_id__in={wamid for _, wamid in unique}
    )
    return {(row.number_id, row.provider_message_id or ""): row for row in stored}


def _move_conversations(told: Sequence[tuple[MessageReceived, Message]]) -> None:
    """Only messages that a customer wrote move a conversation; a wamid of our own is left as it is."""
    inbound = [(event, row) for event, row in told if row.direction == Message.Direction.INBOUND]
    window.open_with(row for event, row in inbound if event.opens_window)
    conversations.touch(
        (row.conversation_id, row.occurred_at, True) for _, row in inbound if row.conversation_id is not None
    )


def _key(incoming: Inbound) -> Key:
    return incoming.own_number.pk, incoming.event.message_id
