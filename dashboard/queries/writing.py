"""Whether a person may write free text to a customer now, told in words."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.utils.translation import gettext as _

from dashboard.templatetags.recado import moment
from notifications import reasons
from tenants.models import Contact, PhoneNumber, Tenant
from whatsapp import window

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Writing:
    """``number`` is the one that would speak (None: there is none); ``sentence`` says until when, or why not."""

    is_open: bool
    sentence: str
    number: PhoneNumber | None = None


def writing(tenant: Tenant, contact: Contact, number: PhoneNumber | None, now: datetime) -> Writing:
    """Of ``number``, else of the tenant's first connected one."""
    number = number or find_number(tenant)
    if number is None:
        return Writing(False, _("No WhatsApp number is connected yet."))
    try:
        found = window.find(number, contact, now)
    except Exception:  # whatever keeps us from looking, free text must not go out
        log.exception("window_check_failed", contact=contact.pk)
        return Writing(False, reasons.explain("window_check_failed").sentence, number)
    if found.open:
        closes = moment(found.closes_at) if found.closes_at else ""
        return Writing(True, _("The 24-hour window is open until %(closes)s.") % {"closes": closes}, number)
    detail = {"last_inbound_at": found.last_inbound_at.isoformat()} if found.last_inbound_at else {}
    return Writing(False, reasons.explain(f"window_{found.reason}", detail).sentence, number)


def find_number(tenant: Tenant) -> PhoneNumber | None:
    rows = PhoneNumber.objects.for_tenant(tenant).owned().filter(state__in=PhoneNumber.SENDS)
    return rows.order_by("pk").first()
