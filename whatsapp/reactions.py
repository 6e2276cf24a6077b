"""Emojis on messages: of each person the newest word counts, whatever the order in which they come."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection

from whatsapp import people
from whatsapp.dispatch import Incoming
from whatsapp.events import Person, ReactionChanged
from whatsapp.models import Message, Reaction

NOBODY = Person()  # the business itself
Row = tuple[str, int, int | None, str, str, str, datetime]

UPSERT_SQL = """
INSERT INTO {table} AS r (tenant_id, number_id, contact_id, target_id, emoji, provider_message_id, occurred_at)
SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])
ON CONFLICT (number_id, target_id, contact_id) DO UPDATE
   SET emoji = excluded.emoji, provider_message_id = excluded.provider_message_id, occurred_at = excluded.occurred_at
 WHERE (r.occurred_at, r.provider_message_id COLLATE "C")
       < (excluded.occurred_at, excluded.provider_message_id COLLATE "C")
"""


def record(batch: Sequence[Incoming[ReactionChanged]]) -> None:
    """Puts emojis on, changes them and takes them back."""
    in_order = sorted(batch, key=lambda incoming: (incoming.event.at, incoming.event.message_id))
    reacting = people.of_people([(each, NOBODY if each.event.by_business else each.event.person) for each in in_order])
    newest: dict[tuple[int, str, int | None], Row] = {}
    for incoming, contact in zip(in_order, reacting, strict=True):
        row = _row(incoming, contact.pk if contact else None)
        newest[row[1], row[3], row[2]] = row
    rows = [newest[key] for key in sorted(newest, key=lambda key: (key[0], key[1], key[2] or 0))]
    with connection.cursor() as cursor:
        cursor.execute(UPSERT_SQL.format(table=Reaction._meta.db_table), [list(c) for c in zip(*rows, strict=True)])


def of(messages: Iterable[Message]) -> dict[int, list[Reaction]]:
    """The emojis that stand on each message now, oldest first; in one query."""
    by_key = {(row.number_id, row.provider_message_id): row.pk for row in messages if row.provider_message_id}
    numbers, wamids = {number for number, _ in by_key}, {wamid for _, wamid in by_key}
    rows = Reaction.objects.filter(number__in=numbers, target_id__in=wamids).exclude(emoji="").select_related("contact")
    found: dict[int, list[Reaction]] = {pk: [] for pk in by_key.values()}
    for row in rows:
        if (row.number_id, row.target_id) in by_key:
            found[by_key[row.number_id, row.target_id]].append(row)
    return found


def _row(incoming: Incoming[ReactionChanged], contact_id: int | None) -> Row:
    event = incoming.event
    return (
        str(incoming.tenant.pk),
        incoming.own_number.pk,
        contact_id,
        event.target_id,
        event.emoji,
        event.message_id,
        event.at,
    )
