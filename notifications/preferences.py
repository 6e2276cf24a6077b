"""Customers who stopped or resumed marketing in WhatsApp itself: a word on marketing like any other."""

from collections.abc import Sequence
from datetime import datetime

from tenants import consent
from tenants.models import Consent
from whatsapp import people
from whatsapp.dispatch import Incoming, handles
from whatsapp.events import PreferenceChanged

__all__ = ["record_preferences"]


@handles(PreferenceChanged)
def record_preferences(batch: Sequence[Incoming[PreferenceChanged]], now: datetime) -> None:
    """Notices of bookings go on. Of two words of the same second the one that stops counts, its proof being greater."""
    for incoming, contact in zip(batch, people.upsert(batch), strict=True):
        if contact:
            stops = incoming.event.value == "stop"
            consent.record(
                contact,
                Consent.Decision.OPT_OUT if stops else Consent.Decision.OPT_IN,
                category=Consent.Category.MARKETING,
                source=Consent.Source.PREFERENCE,
                effective_at=incoming.event.at,
                proof="user_preferences: stop" if stops else "user_preferences: resume",
            )
