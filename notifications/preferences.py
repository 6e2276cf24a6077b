"""Customers who stopped or resumed marketing in WhatsApp itself: a word on marketing like any other."""

from collections.abc import Sequence
from datetime import datetime

from notifications.consenting import opt_in, opt_out
from tenants.models import Consent
from whatsapp.dispatch import Incoming, handles
from whatsapp.events import PreferenceChanged

__all__ = ["record_preferences"]


@handles(PreferenceChanged)
def record_preferences(batch: Sequence[Incoming[PreferenceChanged]], now: datetime) -> None:
    """Notices of bookings go on. Of two words of the same second the one that stops counts, its proof being greater."""
    for incoming in batch:
        if incoming.contact:
            stops = incoming.event.value == "stop"
            said = "stop" if stops else "resume"
            (opt_out if stops else opt_in)(
                incoming.contact,
                category=Consent.Category.MARKETING,
                source=Consent.Source.PREFERENCE,
                effective_at=incoming.event.at,
                now=now,
                proof=f"user_preferences: {said} ({incoming.own_number})",
            )
