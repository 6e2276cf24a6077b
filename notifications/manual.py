"""The manual way: a ready text opened in WhatsApp on the operator's own phone. Known, not followed."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.db import transaction
from django.utils.translation import gettext as _

from notifications import texts
from notifications.kinds import values
from notifications.models import Appointment, ManualNotice
from tenants import audit, phones
from tenants.models import Contact

TEXT_KEYS = ("manual_booking", "manual_confirmation", "manual_cancellation")


class NoPhone(ValueError):
    """WhatsApp names this contact without a phone number; wa.me has nowhere to lead. A translated sentence."""


def wording(about: Appointment | Contact, text_key: str) -> str:
    """The ready text as it would be opened. KeyError for a key that does not exist."""
    known = values.of_appointment(about) if isinstance(about, Appointment) else values.of_contact(about)
    return texts.text(about.tenant, text_key, **known)


def wa_me(about: Appointment | Contact, text_key: str, actor: Any, now: datetime) -> str:
    """The wa.me address with the text ready; leaves a line of who opened what. Raises NoPhone."""
    contact = about.contact if isinstance(about, Appointment) else about
    phone = about.customer_phone if isinstance(about, Appointment) else contact.address
    body, to = wording(about, text_key), phone.removeprefix("+")
    if not phones.is_wa_id(to):
        raise NoPhone(_("No phone number is known of this customer, so WhatsApp cannot be opened."))
    with transaction.atomic():
        notice = ManualNotice.objects.create(
            tenant=about.tenant,
            appointment=about if isinstance(about, Appointment) else None,
            contact=contact,
            text_key=text_key,
            body=body,
            opened_by=actor,
            opened_at=now,
        )
        audit.record("manual_notice.opened", tenant=about.tenant, actor=actor, obj=notice, text_key=text_key)
    return f"https://wa.me/{to}?text={quote(body)}"
