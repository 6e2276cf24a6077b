"""Emojis on messages: of each person the newest word counts, whatever the order in which they come."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection

from tenants import merging
from tenants.merge_records import Union
from whatsapp.dispatch import Incoming
from whatsapp.events import ReactionChanged
from whatsapp.models import Message, Reaction

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
    newest: dict[tuple[int, str, int | None], Row] = {}
    for incoming in in_order:
        row = _row(incoming)
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


@merging.moves
def join(union: Union) -> None:
    """Where both reacted to a message, the newer word stays."""
    own = {(row.number_id, row.target_id): row for row in Reaction.objects.filter(contact=union.kept)}
    for theirs in Reaction.objects.filter(contact=union.gone):
        if ours := own.get((theirs.number_id, theirs.target_id)):
            older = min(ours, theirs, key=lambda row: (row.occurred_at, row.provider_message_id))
            union.drop(Reaction.objects.filter(pk=older.pk))


def _row(incoming: Incoming[ReactionChanged]) -> Row:
    event, contact = incoming.event, incoming.contact
    return (
        str(incoming.tenant.pk),
        incoming.own_number.pk,
        contact.pk if contact else None,
        event.target_id,
        event.emoji,
        event.message_id,
        event.at,
    )
