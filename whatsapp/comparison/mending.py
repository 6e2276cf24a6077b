"""Setting one fact right at Meta, where that can be done from here."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tenants import audit
from tenants.models import PhoneNumber
from whatsapp import delivery
from whatsapp.comparison.facts import FACTS
from whatsapp.comparison.rounds import check
from whatsapp.errors import OutcomeUnknown, ProviderError, Refused
from whatsapp.models import ConnectionCheck
from whatsapp.providers.meta import error_codes


class MendRefused(Exception):
    """It cannot be mended from here; the text is a translated sentence."""


def mend(number: PhoneNumber, name: str, *, actor: Any, now: datetime) -> ConnectionCheck:
    """Does what sets one fact right, then compares anew. MendRefused where nothing can be done from here."""
    fact = FACTS.get(name)
    if fact is None or fact.mend is None:
        raise MendRefused(_("This cannot be mended from here."))
    try:
        fact.mend(delivery.access_for(number))
    except Refused as refusal:
        raise MendRefused(error_codes.sentence(refusal.code, refusal.details)) from None
    except (ProviderError, OutcomeUnknown):
        raise MendRefused(_("Meta did not answer. Try again in a few minutes.")) from None
    audit.record("connection.mended", tenant=number.tenant, actor=actor, obj=number, fact=name)
    return check(number, now)
