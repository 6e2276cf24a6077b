"""Whose an event is: its number's or its WABA's owner, and never a later owner's.

What came while a number was another one's stays that one's, however late it is read. A status follows its message: Meta
tells of what a number sent for days, also once the company has given that number up or another one has it.
"""

from collections.abc import Iterable, Mapping, Sequence, Set

from tenants import connections
from tenants.models import PhoneNumber, WhatsAppAccount
from whatsapp.events import StatusChanged
from whatsapp.models import Message, WebhookEvent

RELEASED = "released"  # the note of an event that was given to the owner of now

Owner = PhoneNumber | WhatsAppAccount
Told = tuple[WebhookEvent, StatusChanged]
Way = tuple[str, str, str]  # phone number id, column and value that lead to a message


class Owners:
    """Those of a batch of events, in three queries; statuses of numbers that changed hands take two more."""

    def __init__(self, rows: Sequence[WebhookEvent]) -> None:
        ids = {row.phone_number_id for row in rows} - {""}
        self._numbers = connections.resolve_many(ids)
        self._former = connections.former_owners(ids)
        self._accounts = connections.resolve_wabas({row.entry_id for row in rows if not row.phone_number_id} - {""})

    def of(self, row: WebhookEvent) -> Owner | None:
        known: Mapping[str, Owner] = self._numbers if row.phone_number_id else self._accounts
        owner = known.get(row.phone_number_id or row.entry_id)
        if owner and (row.received_at >= owner.owned_from or row.note == RELEASED or row.tenant_id == owner.tenant_id):
            return owner
        former = (number for number in self._former.get(row.phone_number_id, ()) if _owned(number, row))
        return next(former, None)

    def of_messages(self, told: Iterable[Told]) -> dict[int, PhoneNumber]:
        """By event, for statuses of numbers that changed hands: the owner by whom their message went."""
        ways = {row.pk: _ways(row, event) for row, event in told if row.phone_number_id in self._former}
        senders = self._senders({way for keys in ways.values() for way in keys})
        found = {pk: next((senders[way] for way in keys if way in senders), None) for pk, keys in ways.items()}
        return {pk: number for pk, number in found.items() if number}

    def _senders(self, ways: Set[Way]) -> dict[Way, PhoneNumber]:
        """Of several the latest owner: who gets a number back may have the same message told again."""
        ids = {phone_number_id for phone_number_id, _column, _value in ways}
        own = [self._numbers[pk] for pk in ids if pk in self._numbers]
        by_pk = {number.pk: number for number in (*own, *(each for pk in ids for each in self._former[pk]))}
        found: dict[Way, PhoneNumber] = {}
        for column in {column for _id, column, _value in ways}:
            values = {value for _id, kind, value in ways if kind == column}
            rows = Message.objects.filter(number__in=by_pk, **{f"{column}__among": values})
            senders = ((by_pk[pk], value) for pk, value in rows.values_list("number_id", column))
            for number, value in sorted(senders, key=lambda each: each[0].owned_from):
                found[number.phone_number_id, column, value] = number
        return found


def _owned(number: PhoneNumber, row: WebhookEvent) -> bool:
    until = number.owned_until
    return until is not None and number.owned_from <= row.received_at < until


def _ways(row: WebhookEvent, event: StatusChanged) -> list[Way]:
    """To a status's message, the surest first."""
    named = {"provider_message_id": event.message_id, "client_ref": event.client_ref}
    return [(row.phone_number_id, column, value) for column, value in named.items() if value]
