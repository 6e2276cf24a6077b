"""From the people whom events name to the tenants' contacts, for a whole batch at once, before any handler.

At once, because a contact that is new or changes takes locks: handlers that each met their own people would take them
in an order of their own, and workers would wait for each other in a circle.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tenants import contacts
from whatsapp.dispatch import Incoming
from whatsapp.events import IdentityChanged, Person


def meet(batch: Sequence[Incoming[Any]], _now: datetime) -> None:
    """Gives each incoming its ``contact``, made where unknown; numbers and user ids that changed are followed."""
    by_tenant: dict[str, list[Incoming[Any]]] = defaultdict(list)
    for incoming in batch:
        if is_of_person(incoming.event):
            by_tenant[str(incoming.tenant.pk)].append(incoming)
    for _tenant, group in sorted(by_tenant.items()):
        known = contacts.upsert(group[0].tenant, [_names(incoming) for incoming in group])
        for incoming, contact in zip(group, known, strict=True):
            incoming.contact = contact


def is_of_person(event: Any) -> bool:
    """Whether the event names somebody."""
    person = event.after if isinstance(event, IdentityChanged) else getattr(event, "person", None)
    return bool(person and person.address) and not getattr(event, "by_business", False)


def _names(incoming: Incoming[Any]) -> contacts.Names:
    event = incoming.event
    is_change = isinstance(event, IdentityChanged)
    person: Person = event.after if is_change else event.person
    before = event.before if is_change else Person()
    return contacts.Names(
        wa_id=person.wa_id,
        user_id=person.user_id,
        parent_user_id=person.parent_user_id,
        username=person.username,
        profile_name=person.profile_name,
        portfolio_id=incoming.account.business_portfolio_id if incoming.account else "",
        at=event.at,
        previous_wa_id=before.wa_id if before.wa_id != person.wa_id else "",
        previous_user_id=before.user_id if before.user_id != person.user_id else "",
    )
