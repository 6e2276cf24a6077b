"""Who is who where it is not plain: people that are new, ids that lead to two contacts, numbers that changed hands.

Pure decisions first, on objects in memory, in the order given; then ``settle`` carries them out, a few statements for
any number of people.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from tenants import merging, phones, rows
from tenants.models import Contact, ContactMergeProposal, Identity, Tenant
from tenants.names import IdentityKey, Names

NEVER = datetime.min.replace(tzinfo=UTC)
Claim = tuple[datetime, str]  # when a number was last seen with a contact, and the user id it came with
SAME_PHONE = ContactMergeProposal.Reason.SAME_PHONE


class Settlement:
    """Places people on contacts. ``owners`` is what is known (contacts by id, one object each); it is extended."""

    def __init__(self, tenant: Tenant, owners: dict[IdentityKey, Contact]) -> None:
        self.tenant, self.owners = tenant, owners
        self.new: list[Contact] = []
        self.joined: list[tuple[Contact, Contact]] = []
        self.now_part_of: dict[int, Contact] = {}
        self.user_ids: dict[int, set[IdentityKey]] = defaultdict(set)
        self.claims: dict[IdentityKey, Claim] = {}
        self.lost: list[tuple[IdentityKey, Contact]] = []
        self.doubts: list[tuple[Contact, Contact, dict[str, str]]] = []

    def settle(self, people: Sequence[Names]) -> tuple[list[Names], list[Contact]]:
        """The contact of each person; a number that belongs to somebody else by now is taken off the names."""
        self._read_user_ids(people)
        placed = [self._place(person) for person in people]
        rows.insert([contact for contact in self.new if id(contact) not in self.now_part_of])
        for kept, gone in self.joined:
            merging.unite(self._final(kept), gone)
        self._move_numbers()
        contacts = [self._final(contact) for contact in placed]
        merging.propose((self._final(one), self._final(two), SAME_PHONE, told) for one, two, told in self.doubts)
        return [self._own(person, contact) for person, contact in zip(people, contacts, strict=True)], contacts

    # --- decisions ----------------------------------------------------------------------------------------------------

    def _place(self, person: Names) -> Contact:
        by_user = self._owners_of(person.user_keys())
        by_phone = self._owners_of(person.phone_keys())
        agreeing = [contact for contact in by_phone if self._agrees(person, contact)]
        hits = list({id(contact): contact for contact in (*by_user, *agreeing)}.values())
        contact = hits[0] if hits else self._make()
        for other in hits[1:]:
            contact = self._join(contact, other)
        for key in person.user_keys():
            self.owners[key] = contact
            if key[0] == Identity.Kind.USER_ID:
                self.user_ids[id(contact)].add(key)
        for key in person.phone_keys():
            self._claim(key, person, contact)
        return contact

    def _owners_of(self, keys: Sequence[IdentityKey]) -> list[Contact]:
        return [self.owners[key] for key in keys if key in self.owners]

    def _agrees(self, person: Names, contact: Contact) -> bool:
        """A number proves nothing between two user ids of one portfolio."""
        mine = {key for key in person.user_keys() if key[0] == Identity.Kind.USER_ID}
        theirs = {key for key in self.user_ids[id(contact)] if key[1] == person.portfolio_id}
        return not mine or not theirs or bool(mine & theirs)

    def _make(self) -> Contact:
        contact = Contact(tenant=self.tenant)
        self.new.append(contact)
        return contact

    def _join(self, one: Contact, other: Contact) -> Contact:
        """WhatsApp itself says that the two are one; the older row stays."""
        kept, gone = sorted((one, other), key=lambda contact: (contact.pk is None, contact.pk or 0))
        self.now_part_of[id(gone)] = kept
        self.user_ids[id(kept)] |= self.user_ids[id(gone)]
        for key in [key for key, owner in self.owners.items() if owner is gone]:
            self.owners[key] = kept
        if gone.pk is not None:
            self.joined.append((kept, gone))
        return kept

    def _claim(self, key: IdentityKey, person: Names, contact: Contact) -> None:
        """A number that two user ids claim is with the one who was last seen with it."""
        owner, claim = self.owners.setdefault(key, contact), (person.at or NEVER, person.user_id)
        if owner is contact:
            self.claims[key] = max(self._claim_of(key, owner), claim)
            return
        self.doubts.append((owner, contact, {"phone": key[2]}))
        is_current = bool(person.wa_id) and key == person.phone_keys()[0]
        if is_current and claim > self._claim_of(key, owner):
            self.owners[key], self.claims[key] = contact, claim
            self.lost.append((key, owner))

    def _claim_of(self, key: IdentityKey, owner: Contact) -> Claim:
        if key in self.claims:
            return self.claims[key]
        is_address = phones.match_key(owner.address) == key[2]
        return (owner.address_at or NEVER) if is_address else NEVER, max(
            (user_id for *_, user_id in self.user_ids[id(owner)]), default=""
        )

    def _final(self, contact: Contact) -> Contact:
        while id(contact) in self.now_part_of:
            contact = self.now_part_of[id(contact)]
        return contact

    # --- rows ---------------------------------------------------------------------------------------------------------

    def _read_user_ids(self, people: Sequence[Names]) -> None:
        owners = {owner.pk: owner for person in people for owner in self._owners_of(person.every_key())}
        if owners:
            for row in Identity.objects.filter(contact__in=owners, kind=Identity.Kind.USER_ID):
                key = (row.kind, row.business_portfolio_id, row.match_key)
                self.user_ids[id(owners[row.contact_id])].add(key)

    def _move_numbers(self) -> None:
        """Numbers that changed hands lead to their new owner; the former one is written to by its user id."""
        for key, loser in self.lost:
            kind, _, match_key = key
            former, owner = self._final(loser), self._final(self.owners[key])
            Identity.objects.for_tenant(self.tenant).filter(kind=kind, match_key=match_key).update(contact=owner)
            if former is not owner and phones.match_key(former.address) == match_key:
                former.address = max((user_id for *_, user_id in self.user_ids[id(former)]), default="")
                former.save(update_fields=["address"])

    def _own(self, person: Names, contact: Contact) -> Names:
        """Without the numbers that are somebody else's."""
        current, former = (
            value if value and self._final(self.owners[person.key(Identity.Kind.WA_ID, value)]) is contact else ""
            for value in (person.wa_id, person.previous_wa_id)
        )
        return replace(person, wa_id=current, previous_wa_id=former)
