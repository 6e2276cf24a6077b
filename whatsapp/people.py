"""From the people whom events name to the tenants' contacts."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from tenants import contacts
from tenants.models import Contact
from whatsapp.dispatch import Incoming
from whatsapp.events import IdentityChanged, Person


def upsert(batch: Sequence[Incoming[Any]]) -> list[Contact | None]:
    """The contacts of the events' ``person``, in their order; None for an event that names nobody."""
    return of_people([(incoming, incoming.event.person) for incoming in batch])


def of_people(named: Sequence[tuple[Incoming[Any], Person]]) -> list[Contact | None]:
    """As ``upsert``, for people that the events name elsewhere. Demands a transaction."""
    by_tenant: dict[str, list[int]] = defaultdict(list)
    for place, (incoming, person) in enumerate(named):
        if person.address:
            by_tenant[str(incoming.tenant.pk)].append(place)
    found: list[Contact | None] = [None] * len(named)
    for _tenant, places in sorted(by_tenant.items()):
        told = [names(incoming, person) for incoming, person in (named[place] for place in places)]
        known = contacts.upsert(named[places[0]][0].tenant, told)
        for place, contact in zip(places, known, strict=True):
            found[place] = contact
    return found


def names(incoming: Incoming[Any], person: Person, before: Person | None = None) -> contacts.Names:
    """``person`` as the event names them; ``before``: how they were called until then."""
    return contacts.Names(
        wa_id=person.wa_id,
        user_id=person.user_id,
        parent_user_id=person.parent_user_id,
        username=person.username,
        profile_name=person.profile_name,
        portfolio_id=incoming.account.business_portfolio_id if incoming.account else "",
        at=incoming.event.at,
        previous_wa_id=before.wa_id if before and before.wa_id != person.wa_id else "",
        previous_user_id=before.user_id if before and before.user_id != person.user_id else "",
    )


def follow(batch: Sequence[Incoming[IdentityChanged]]) -> None:
    """Numbers and user ids that changed: the person stays the same contact."""
    by_tenant: dict[str, list[Incoming[IdentityChanged]]] = defaultdict(list)
    for incoming in batch:
        by_tenant[str(incoming.tenant.pk)].append(incoming)
    for _tenant, group in sorted(by_tenant.items()):
        moved = [names(each, each.event.after, each.event.before) for each in group]
        contacts.upsert(group[0].tenant, moved)
