"""Meta may know a person under another address than the one we were given; both lead to the contact from now."""

from collections.abc import Sequence

from notifications.queue.start import Ticket
from tenants import contacts
from tenants.models import Contact, Identity
from whatsapp.providers.base import Accepted


def learn(taken: Sequence[tuple[Ticket, Accepted]]) -> None:
    """Of accepted calls; a test recipient's address is nothing of the contact's."""
    told = [(ticket.job.contact, _names(ticket, accepted)) for ticket, accepted in taken if not ticket.is_redirected]
    news = [(contact, names) for contact, names in told if names.user_id or names.wa_id not in {"", contact.address}]
    known = _known_user_ids(news)
    for contact, names in news:
        if (contact.pk, names.user_id) not in known or names.wa_id not in {"", contact.address}:
            contacts.learn(contact, names)


def _names(ticket: Ticket, accepted: Accepted) -> contacts.Names:
    account = ticket.number.account
    return contacts.Names(
        wa_id=accepted.wa_id,
        user_id=accepted.user_id,
        portfolio_id=account.business_portfolio_id if account else "",
    )


def _known_user_ids(news: Sequence[tuple[Contact, contacts.Names]]) -> set[tuple[int, str]]:
    if not news:
        return set()
    known = Identity.objects.filter(contact__in=[contact.pk for contact, _names in news], kind=Identity.Kind.USER_ID)
    return set(known.values_list("contact_id", "value"))
