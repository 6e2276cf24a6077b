"""The address book of a business's phone: who is in it, and by which name. The newest word of the phone counts."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from tenants import merging
from tenants.merge_records import Union
from tenants.models import Contact
from whatsapp.dispatch import Incoming
from whatsapp.events import ContactSynced
from whatsapp.models import BookEntry

Pair = tuple[int, int]  # number id, contact id

# Of names the newest, of being in the book the newest; an addition wins over a removal of the same second.
UPSERT_SQL = """
INSERT INTO {table} AS e (tenant_id, number_id, contact_id, name, named_at, is_removed, occurred_at)
SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[], %s::boolean[],
                     %s::timestamptz[])
ON CONFLICT (number_id, contact_id) DO UPDATE
   SET (name, named_at) = (
         SELECT x.name, x.at FROM (VALUES (e.name, e.named_at), (excluded.name, excluded.named_at)) AS x(name, at)
          ORDER BY x.at DESC NULLS LAST, x.name COLLATE "C" DESC LIMIT 1),
       (is_removed, occurred_at) = (
         SELECT x.gone, x.at
           FROM (VALUES (e.is_removed, e.occurred_at), (excluded.is_removed, excluded.occurred_at)) AS x(gone, at)
          ORDER BY x.at DESC, x.gone LIMIT 1)
"""

# A person's own wording stays: the phone's name goes where there is none, or where the phone's former one stood.
NAME_SQL = """
UPDATE {contact} c SET name = e.name
  FROM {entry} e
 WHERE e.contact_id = c.id AND e.number_id = ANY(%s::bigint[]) AND c.id = ANY(%s::bigint[])
   AND e.name <> '' AND c.name <> e.name
   AND (c.name = '' OR (c.id, c.name) IN (SELECT * FROM unnest(%s::bigint[], %s::text[])))
"""


def record(batch: Sequence[Incoming[ContactSynced]]) -> None:
    """Adds, renames and removes entries; the contacts they name get the phone's name where nobody gave one."""
    told: dict[Pair, list[Incoming[ContactSynced]]] = defaultdict(list)
    for incoming in batch:
        if incoming.contact:
            told[incoming.own_number.pk, incoming.contact.pk].append(incoming)
    if not told:
        return
    before = _lock(told)
    rows = [_row(pair, told[pair]) for pair in sorted(told)]
    with connection.cursor() as cursor:
        sql = UPSERT_SQL.format(table=BookEntry._meta.db_table)
        cursor.execute(sql, [list(column) for column in zip(*rows, strict=True)])
        sql = NAME_SQL.format(contact=Contact._meta.db_table, entry=BookEntry._meta.db_table)
        numbers, contacts = zip(*told, strict=True)
        cursor.execute(sql, [list(numbers), list(contacts), [pk for pk, _ in before], [name for _, name in before]])


@merging.moves
def join(union: Union) -> None:
    """Where a phone's book has both, the newer word stays."""
    own = {row.number_id: row for row in BookEntry.objects.filter(contact=union.kept)}
    for theirs in BookEntry.objects.filter(contact=union.gone):
        if ours := own.get(theirs.number_id):
            older = min(ours, theirs, key=lambda row: (row.occurred_at, not row.is_removed))
            union.drop(BookEntry.objects.filter(pk=older.pk))


def _lock(told: dict[Pair, list[Incoming[ContactSynced]]]) -> list[tuple[int, str]]:
    """(contact, name) as the phones told it before; the contacts stay locked."""
    numbers, contacts = {number for number, _ in told}, {contact for _, contact in told}
    list(Contact.objects.filter(pk__in=contacts).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    rows = BookEntry.objects.filter(number__in=numbers, contact__in=contacts).exclude(name="")
    return list(rows.values_list("contact_id", "name"))


def _row(pair: Pair, told: list[Incoming[ContactSynced]]) -> tuple[str, int, int, str, datetime | None, bool, datetime]:
    last = max(told, key=lambda each: (each.event.at, each.event.action == "add"))
    names = [(each.event.at, each.event.name) for each in told if each.event.action == "add" and each.event.name]
    named_at, name = max(names, default=(None, ""))
    return str(last.tenant.pk), *pair, name, named_at, last.event.action == "remove", last.event.at
