"""Profile name and address of contacts: of everything the provider ever said, what it said last by its own clock.

A profile name wins by (time, name). An address wins by (is a number that is still the person's, time, address): a phone
beats a user id, unless it was given before the person changed number. So any order of the same words ends alike, and
the database alone compares, under the rows' locks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from tenants import phones
from tenants.models import Contact
from tenants.names import Names

Told = tuple[datetime | None, str]  # when, what; typed words have no time

# Rows are locked in their order first, so that writers who meet the same people wait for each other without deadlock.
WRITE_SQL = r"""
WITH locked AS MATERIALIZED (
  SELECT id FROM {contact} WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
), said AS (
  SELECT * FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::text[], %s::timestamptz[],
                       %s::text[], %s::timestamptz[], %s::timestamptz[], %s::boolean[])
    AS v(id, name, name_at, phone, phone_at, user_id, user_at, moved_at, is_seen)
)
UPDATE {contact} c
   SET (profile_name, profile_name_at) = (
         SELECT x.name, x.at FROM (VALUES (c.profile_name, c.profile_name_at), (v.name, v.name_at)) AS x(name, at)
          ORDER BY x.name <> '' DESC, x.at DESC NULLS LAST, x.name COLLATE "C" DESC LIMIT 1),
       (address, address_at) = (
         SELECT x.address, x.at
           FROM (VALUES (c.address, c.address_at), (v.phone, v.phone_at), (v.user_id, v.user_at)) AS x(address, at)
          ORDER BY x.address <> '' DESC,
                   x.address ~ '^[0-9]{{6,15}}$'
                   AND coalesce(x.at, '-infinity') >= coalesce(greatest(c.moved_at, v.moved_at), '-infinity') DESC,
                   x.at DESC NULLS LAST, x.address COLLATE "C" DESC LIMIT 1),
       moved_at = greatest(c.moved_at, v.moved_at),
       updated_at = CASE WHEN v.is_seen THEN statement_timestamp() ELSE c.updated_at END
  FROM said v JOIN locked USING (id)
 WHERE c.id = v.id
RETURNING c.id, c.profile_name, c.profile_name_at, c.address, c.address_at, c.moved_at
"""


@dataclass
class Word:
    """The greatest of what a batch says of one contact."""

    name: Told = (None, "")
    phone: Told = (None, "")
    user_id: Told = (None, "")
    moved_at: datetime | None = None

    def add(self, person: Names) -> None:
        self.name = _greater(self.name, (person.at, person.profile_name[:120]))
        self.phone = _greater(self.phone, (person.at, person.wa_id))
        self.user_id = _greater(self.user_id, (person.at, person.user_id[:140]))
        if person.has_moved:
            self.moved_at = max(filter(None, (self.moved_at, person.at)), default=None)

    def is_news(self, contact: Contact) -> bool:
        """Whether it may change the contact: asked of the row as it was read, only to spare a statement."""
        name_news = _is_after(self.name, (contact.profile_name_at, contact.profile_name))
        address: Told = (contact.address_at, contact.address)
        user_news = not phones.is_wa_id(contact.address) and _is_after(self.user_id, address)
        moved = self.moved_at is not None and (contact.moved_at is None or contact.moved_at < self.moved_at)
        return name_news or _is_phone_news(self.phone, address) or user_news or moved

    def is_seen_on(self, contact: Contact) -> bool:
        """Whether people would see a difference; a later time alone is none."""
        said = {self.phone[1] or self.user_id[1], ""}
        return self.name[1] not in {contact.profile_name, ""} or contact.address not in said


def keep(people: Sequence[Names], contacts: Sequence[Contact]) -> None:
    """Takes in what is said of ``contacts`` (one of ``people`` each), on the rows and on the objects.

    A contact that is named several times is the same object each time.
    """
    words: dict[int, Word] = {}
    known = {contact.pk: contact for contact in contacts}
    for person, contact in zip(people, contacts, strict=True):
        words.setdefault(contact.pk, Word()).add(person)
    news = {pk: word for pk, word in words.items() if word.is_news(known[pk])}
    for pk, *values in _write([(pk, *_flat(word), word.is_seen_on(known[pk])) for pk, word in sorted(news.items())]):
        _set(known[pk], values)


def inherit(kept: Contact, gone: Contact) -> None:
    """As if all that was said of ``gone`` had been said of ``kept``."""
    address = (gone.address_at, gone.address)
    is_phone, nothing = phones.is_wa_id(gone.address), (None, "")
    word = Word(
        name=(gone.profile_name_at, gone.profile_name),
        phone=address if is_phone else nothing,
        user_id=nothing if is_phone else address,
        moved_at=gone.moved_at,
    )
    for _pk, *values in _write([(kept.pk, *_flat(word), True)]):
        _set(kept, values)


def _write(rows: Sequence[tuple]) -> Iterable[tuple]:
    if not rows:
        return []
    columns = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(WRITE_SQL.format(contact=Contact._meta.db_table), [columns[0], *columns])
        return cursor.fetchall()


def _flat(word: Word) -> tuple:
    (name_at, name), (phone_at, phone), (user_at, user_id) = word.name, word.phone, word.user_id
    return name, name_at, phone, phone_at, user_id, user_at, word.moved_at


def _set(contact: Contact, values: Sequence) -> None:
    contact.profile_name, contact.profile_name_at, contact.address, contact.address_at, contact.moved_at = values


def _greater(one: Told, other: Told) -> Told:
    return other if _is_after(other, one) else one


def _is_after(new: Told, known: Told) -> bool:
    """Nothing is not news; something is, against nothing; a time is, against none; else the greater pair."""
    (at, text), (known_at, known_text) = new, known
    if not text or not known_text:
        return bool(text) and not known_text
    if at is None or known_at is None:
        return at is not None and known_at is None
    return (at, text) > (known_at, known_text)


def _is_phone_news(phone: Told, address: Told) -> bool:
    """A number that the provider told beats any user id."""
    if not phones.is_wa_id(address[1]) and phone[0] is not None:
        return bool(phone[1])
    return _is_after(phone, address)
