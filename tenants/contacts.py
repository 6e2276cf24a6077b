"""Finds or makes the contact that a webhook or a booking names; the only writer of contacts' identities.

One person is one contact of a tenant, whatever variant of the phone or whichever id came first. Ids that WhatsApp names
together are one person, also when they were two contacts before. A doubt is never decided here: a number that comes
with another user id than before may have a new owner, so it goes to the newest, both contacts stay, and a person is
asked (tenants.merging).
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from tenants import erasing, merging, newest, phones, rows
from tenants.models import Contact, ContactMergeProposal, Identity, Tenant
from tenants.names import OF_A_PORTFOLIO, IdentityKey, Names
from tenants.settling import Settlement

__all__ = ["Names", "find_by_phone", "get_or_create_for_phone", "give_scope", "learn", "upsert"]

LOCK_SPACE = 7_201  # ours among the database's advisory locks
LOCK_BUCKETS = 1_024  # far below PostgreSQL's lock table, whatever the batch
Reason = ContactMergeProposal.Reason


@dataclass
class Known:
    """What the database knows of some people: contacts by id (one object each), and the exact names on record."""

    contacts: dict[IdentityKey, Contact] = field(default_factory=dict)
    names: set[tuple[str, str, str, int]] = field(default_factory=set)

    def settled(self, person: Names) -> Contact | None:
        """The one contact that every id of ``person`` leads to; None when something is new, doubtful or changing."""
        found = {self.contacts.get(key) for key in person.every_key()}
        return None if person.has_moved or len(found) != 1 else found.pop()


def find_by_phone(tenant: Tenant, phone: str) -> Contact | None:
    """The contact whose number ``phone`` (E.164 or wa_id) is a variant of."""
    wanted = Names(wa_id=phones.digits(phone))
    return _known(tenant, [wanted]).settled(wanted)


def get_or_create_for_phone(tenant: Tenant, phone: str, name: str = "") -> Contact:
    """The contact of an E.164 number that a person or a booking system named; ``name`` fills an empty one."""
    with transaction.atomic():
        contact = upsert(tenant, [Names(wa_id=phones.digits(phone))])[0]
        if name and not contact.name:
            contact.name = name[:120]
            contact.save(update_fields=["name", "updated_at"])
    return contact


def upsert(tenant: Tenant, people: Sequence[Names]) -> list[Contact]:
    """The contacts of ``people``, in their order; made where unknown, new ids added, profile names kept up to date.

    Set-based: a constant number of queries, two for people who are known. Demands a transaction; two workers that meet
    the same new person at once make one contact.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("upsert demands a transaction")
    known = _known(tenant, people)
    found = [known.settled(person) for person in people]
    if unsettled := [person for person, contact in zip(people, found, strict=True) if contact is None]:
        _lock(tenant, unsettled)
        known = _known(tenant, people)
        people, contacts = Settlement(tenant, known.contacts).settle(people)
    else:
        contacts = [contact for contact in found if contact is not None]
    _add_identities(tenant, people, contacts, known)
    _mark_former(people, contacts)
    newest.keep(people, contacts)
    return contacts


def learn(contact: Contact, names: Names) -> None:
    """The provider named ``contact`` by further ids; one that already leads to somebody else stays with that contact.

    Whether these are one person is asked.
    """
    with transaction.atomic():
        known = _known(contact.tenant, [names])
        others = {found for key in names.every_key() if (found := known.contacts.get(key)) and found != contact}
        evidence = {"wa_id": names.wa_id, "user_id": names.user_id}
        merging.propose((contact, other, Reason.SAME_RECIPIENT, evidence) for other in others)
        if not others:
            _add_identities(contact.tenant, [names], [contact], known)
            newest.keep([names], [contact])


def give_scope(rows: QuerySet[Identity], portfolio_id: str) -> int:
    """User ids and usernames that came before their portfolio was known count within it from now; answers how many.

    One that is on record there already is the same person: the two contacts become one. Again: nothing is left to do.
    """
    with transaction.atomic():
        unscoped = rows.filter(kind__in=OF_A_PORTFOLIO, business_portfolio_id="").select_related("tenant", "contact")
        found = list(unscoped.order_by("pk"))
        for row in found:
            _lock(row.tenant, [Names(user_id=row.value, portfolio_id=portfolio_id)])
            _give_scope(row.pk, portfolio_id)
    return len(found)


def _give_scope(pk: int, portfolio_id: str) -> None:
    """Reads anew: what was done for the row before may have joined its contact with another."""
    row = Identity.objects.select_related("contact").filter(pk=pk).first()
    if row is None:
        return
    twins = Identity.objects.filter(tenant=row.tenant_id, kind=row.kind, value=row.value).exclude(pk=row.pk)
    twins = twins.filter(business_portfolio_id=portfolio_id)
    if row.kind == Identity.Kind.USERNAME:  # a name proves nothing: several contacts may have it
        twins = twins.filter(contact=row.contact_id)
    twin = twins.select_related("contact").first()
    if twin is None:
        Identity.objects.filter(pk=row.pk).update(business_portfolio_id=portfolio_id)
        return
    row.delete()
    if twin.contact_id != row.contact_id:
        kept, gone = sorted((row.contact, twin.contact), key=lambda contact: contact.pk)
        merging.unite(kept, gone)


def _lock(tenant: Tenant, people: Sequence[Names]) -> None:
    """Advisory locks until the transaction ends, in sorted order: unique rows alone cannot stop two new contacts."""
    names = (f"{tenant.pk}:{':'.join(key)}" for person in people for key in person.every_key())
    buckets = sorted({zlib.crc32(name.encode()) % LOCK_BUCKETS for name in names})
    with transaction.get_connection().cursor() as cursor:
        for bucket in buckets:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, bucket])


def _known(tenant: Tenant, people: Iterable[Names]) -> Known:
    wanted = {key for person in people for key in person.every_key()}
    usernames = {person.key(Identity.Kind.USERNAME, person.username) for person in people if person.username}
    stored = (
        Identity.objects.for_tenant(tenant)
        .filter(
            kind__in=[kind for kind, _, _ in wanted | usernames],
            match_key__among=[key for *_, key in wanted | usernames],
        )
        .select_related("contact")
        .order_by("-id")  # the oldest wins where variants once made two
    )
    known = Known()
    objects: dict[int, Contact] = {}
    for row in stored:
        contact = objects.setdefault(row.contact_id, row.contact)
        known.contacts[row.kind, row.business_portfolio_id, row.match_key] = contact
        known.names.add((row.kind, row.business_portfolio_id, row.value, contact.pk))
    return known


def _add_identities(tenant: Tenant, people: Sequence[Names], contacts: Sequence[Contact], known: Known) -> None:
    """Rows for names not on record, in one order for all writers; a new name that others resemble raises a question."""
    rows_of: dict[tuple[str, str, str, int], Identity] = {}
    for person, contact in zip(people, contacts, strict=True):
        for kind, value, replaced_at in person.every_name():
            key = (kind, person.scope(kind), value, contact.pk)
            if key not in known.names and key not in rows_of:
                rows_of[key] = _identity(tenant, contact, person.key(kind, value), value, replaced_at)
    if fresh := [rows_of[key] for key in sorted(rows_of)]:
        rows.insert_ignoring(fresh)
        merging.propose(_doubts(tenant, fresh))
        erasing.recall(tenant, fresh)


def _identity(tenant: Tenant, contact: Contact, key: IdentityKey, value: str, replaced_at: datetime | None) -> Identity:
    kind, portfolio_id, match_key = key
    return Identity(
        tenant=tenant,
        contact=contact,
        kind=kind,
        value=value,
        match_key=match_key,
        business_portfolio_id=portfolio_id,
        replaced_at=replaced_at,
    )


def _mark_former(people: Sequence[Names], contacts: Sequence[Contact]) -> None:
    """The trail of a change, on rows that were there before; ``Names.every_name`` marks those that were not."""
    for person, contact in zip(people, contacts, strict=True):
        former = {Identity.Kind.WA_ID: person.previous_wa_id, Identity.Kind.USER_ID: person.previous_user_id}
        for kind, value in former.items():
            if value:
                told = Identity.objects.filter(contact=contact, kind=kind, value=value)
                told.exclude(replaced_at__gte=person.at).update(replaced_at=person.at)


def _doubts(tenant: Tenant, fresh: Sequence[Identity]) -> Iterable[merging.Doubt]:
    """Contacts that share a username, or whose numbers differ by a digit that may or may not matter."""
    names = {(row.business_portfolio_id, row.value): row for row in fresh if row.kind == Identity.Kind.USERNAME}
    variants = {key: row for row in fresh if (key := phones.doubtful_key(row.match_key))}
    if not names and not variants:
        return
    same_name = Q(kind=Identity.Kind.USERNAME, value__in=[value for _, value in names])
    others = Identity.objects.for_tenant(tenant).select_related("contact")
    for other in others.filter(same_name | Q(kind=Identity.Kind.WA_ID, match_key__in=list(variants))):
        is_phone = other.kind == Identity.Kind.WA_ID
        row = variants[other.match_key] if is_phone else names.get((other.business_portfolio_id, other.value))
        if row is not None and row.contact_id != other.contact_id:
            reason = Reason.PHONE_VARIANT if is_phone else Reason.SAME_USERNAME
            yield row.contact, other.contact, reason, {"one": row.value, "other": other.value}
