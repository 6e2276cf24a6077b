"""Finds or makes the contact that a webhook or a booking names; the only writer of contacts' identities.

One person is one contact of a tenant, whatever variant of the phone or whichever id came first. A doubt is never
decided here: two ids that lead to two contacts stay two contacts.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from tenants import phones
from tenants.models import Contact, Identity, Tenant

KINDS = (Identity.Kind.PARENT_USER_ID, Identity.Kind.USER_ID, Identity.Kind.WA_ID)  # strongest first
IdentityKey = tuple[str, str, str]  # kind, portfolio, match key
LOCK_SPACE = 7_201  # ours among the database's advisory locks
LOCK_BUCKETS = 1_024  # far below PostgreSQL's lock table, whatever the batch


@dataclass(frozen=True)
class Names:
    """What is known of a person: any part may be empty, at least one id is needed. ``wa_id`` is digits.

    ``typed`` names came from a person or a booking system; they never replace an address that the provider gave.
    """

    wa_id: str = ""
    user_id: str = ""
    parent_user_id: str = ""
    username: str = ""
    profile_name: str = ""
    portfolio_id: str = ""
    typed: bool = False

    @property
    def address(self) -> str:
        return self.wa_id or self.user_id

    def ids(self) -> list[IdentityKey]:
        """The ids that find this person, strongest first."""
        values = {kind: getattr(self, kind.value) for kind in KINDS}
        return [self._id(kind, value) for kind, value in values.items() if value]

    def _id(self, kind: str, value: str) -> IdentityKey:
        is_phone = kind == Identity.Kind.WA_ID
        return (kind, "" if is_phone else self.portfolio_id, phones.match_key(value) if is_phone else value)


def find_by_phone(tenant: Tenant, phone: str) -> Contact | None:
    """The contact whose number ``phone`` (E.164 or wa_id) is a variant of."""
    wanted = Names(wa_id=phones.digits(phone))
    return _found(tenant, [wanted]).get(wanted.ids()[0])


def get_or_create_for_phone(tenant: Tenant, phone: str, name: str = "") -> Contact:
    """The contact of an E.164 number that a person or a booking system named; ``name`` fills an empty one."""
    with transaction.atomic():
        contact = upsert(tenant, [Names(wa_id=phones.digits(phone), typed=True)])[0]
        if name and not contact.name:
            contact.name = name[:120]
            contact.save(update_fields=["name", "updated_at"])
    return contact


def upsert(tenant: Tenant, people: Sequence[Names]) -> list[Contact]:
    """The contacts of ``people``, in their order; made where unknown, new ids added, profile names kept up to date.

    Set-based: a constant number of queries. Demands a transaction; two workers that meet the same new person at once
    make one contact.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("upsert demands a transaction")
    found = _found(tenant, people)
    if strangers := [person for person in people if not any(key in found for key in person.ids())]:
        _lock(tenant, strangers)
        found = _found(tenant, people)
    made = _make_missing(tenant, people, found)
    contacts = [_choose(person, found) for person in people]
    _add_identities(tenant, people, contacts)
    _freshen(people, contacts, made)
    return contacts


def learn(contact: Contact, names: Names) -> None:
    """The provider named ``contact`` by further ids; one that already leads to somebody else stays with that contact."""
    with transaction.atomic():
        _add_identities(contact.tenant, [names], [contact])
        _freshen([names], [contact], set())


def _lock(tenant: Tenant, people: Sequence[Names]) -> None:
    """Advisory locks until the transaction ends, in sorted order: unique rows alone cannot stop two new contacts."""
    names = (f"{tenant.pk}:{':'.join(key)}" for person in people for key in person.ids())
    buckets = sorted({zlib.crc32(name.encode()) % LOCK_BUCKETS for name in names})
    with transaction.get_connection().cursor() as cursor:
        for bucket in buckets:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, bucket])


def _found(tenant: Tenant, people: Iterable[Names]) -> dict[IdentityKey, Contact]:
    keys = {key for person in people for key in person.ids()}
    rows = (
        Identity.objects.for_tenant(tenant)
        .filter(kind__in=[kind for kind, _, _ in keys], match_key__in=[key for _, _, key in keys])
        .select_related("contact")
        .order_by("-id")  # the oldest wins where variants once made two
    )
    return {(row.kind, row.business_portfolio_id, row.match_key): row.contact for row in rows}


def _choose(person: Names, found: dict[IdentityKey, Contact]) -> Contact:
    return next(found[key] for key in person.ids() if key in found)


def _make_missing(tenant: Tenant, people: Sequence[Names], found: dict[IdentityKey, Contact]) -> set[int]:
    """Makes a contact for whom no id is known and notes it in ``found``; answers the new ones' ids."""
    new: list[Contact] = []
    for person in people:
        keys = person.ids()
        contact = next((found[key] for key in keys if key in found), None)
        if contact is None:
            contact = Contact(tenant=tenant, address=person.address[:140], profile_name=person.profile_name[:120])
            new.append(contact)
        for key in keys:
            found.setdefault(key, contact)
    Contact.objects.bulk_create(new)
    return {contact.pk for contact in new}


def _add_identities(tenant: Tenant, people: Sequence[Names], contacts: Sequence[Contact]) -> None:
    rows = {}
    for person, contact in zip(people, contacts, strict=True):
        for kind in (*KINDS, Identity.Kind.USERNAME):
            if value := getattr(person, kind.value)[:140]:
                row = _identity(tenant, contact, kind, value, person.portfolio_id)
                rows.setdefault((row.kind, row.business_portfolio_id, row.value), row)
    Identity.objects.bulk_create([rows[key] for key in sorted(rows)], ignore_conflicts=True)


def _identity(tenant: Tenant, contact: Contact, kind: str, value: str, portfolio_id: str) -> Identity:
    is_phone = kind == Identity.Kind.WA_ID
    return Identity(
        tenant=tenant,
        contact=contact,
        kind=kind,
        value=value,
        match_key=phones.match_key(value) if is_phone else value,
        business_portfolio_id="" if is_phone else portfolio_id,
    )


def _freshen(people: Sequence[Names], contacts: Sequence[Contact], made: set[int]) -> None:
    """Keeps the profile name, and the address as Meta last gave it (a phone beats a user id)."""
    changed: dict[int, Contact] = {}
    for person, contact in zip(people, contacts, strict=True):
        if contact.pk in made and contact.pk not in changed and contact.address == person.address:
            continue
        address, profile_name = _address(person, contact), (person.profile_name or contact.profile_name)[:120]
        if (contact.profile_name, contact.address) != (profile_name, address):
            contact.profile_name, contact.address = profile_name, address
            changed[contact.pk] = contact
    Contact.objects.bulk_update([changed[pk] for pk in sorted(changed)], ["profile_name", "address"])


def _address(person: Names, contact: Contact) -> str:
    known = contact.address if phones.is_wa_id(contact.address) else ""
    if known and (person.typed or not person.wa_id):
        return known
    return (person.wa_id or contact.address or person.user_id)[:140]
