"""What the provider says of a number (name, quality, limit, throughput, status), and what follows from it."""

from datetime import datetime

from django.utils.translation import gettext as _

from tenants import connections
from tenants.models import PhoneNumber
from whatsapp import delivery
from whatsapp.providers import get_provider
from whatsapp.providers.base import NumberFacts

# Meta's statuses in which a number sends nothing. The lists of its pages differ, so that unknown ones change nothing.
DEAD_STATUSES = frozenset({"BANNED", "DELETED", "DISCONNECTED", "MIGRATED"})


def refresh(number: PhoneNumber, now: datetime) -> NumberFacts:
    """Asks the provider and applies the answer. Raises ProviderError or OutcomeUnknown; then nothing has changed."""
    facts = fetch(number)
    apply(number, facts, now)
    return facts


def fetch(number: PhoneNumber) -> NumberFacts:
    """One call to the provider; not inside a transaction."""
    return get_provider(number.provider).fetch_number(delivery.access_for(number))


def apply(number: PhoneNumber, facts: NumberFacts, now: datetime) -> None:
    """Writes what was told (what was not stays), and degrades a number that the provider does not let send."""
    told = {
        "display_phone_number": facts.display_phone_number,
        "verified_name": facts.verified_name,
        "messaging_limit": facts.messaging_limit,
        "throughput": facts.throughput,
        "quality_rating": _known_quality(facts.quality_rating),
    }
    changed = {name: value for name, value in told.items() if value and value != getattr(number, name)}
    if facts.coexistence != number.coexistence:
        changed["coexistence"] = facts.coexistence
    for name, value in changed.items():
        setattr(number, name, value)
    if changed:
        number.save(update_fields=list(changed))
    if facts.status in DEAD_STATUSES:
        connections.degrade(number, _("Meta reports this number as %(status)s.") % {"status": facts.status}, now)


def _known_quality(rating: str) -> str:
    return rating if rating in PhoneNumber.Quality.values else PhoneNumber.Quality.UNKNOWN
