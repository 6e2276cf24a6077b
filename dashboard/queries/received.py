"""What customers wrote, as it came."""

from django.db.models import Q

from dashboard.queries import pages
from tenants import phones
from tenants.models import Tenant
from whatsapp.models import Message

ORDER = "occurred_at"


def page(tenant: Tenant, q: str, before: pages.Key | None) -> pages.Page:
    """One page of inbound messages, in one query; ``q`` is part of a name, a phone or a text."""
    rows = Message.objects.for_tenant(tenant).filter(direction=Message.Direction.INBOUND)
    rows = rows.select_related("contact", "number")
    if q:
        words = Q(contact__name__icontains=q) | Q(contact__profile_name__icontains=q) | Q(text__icontains=q)
        digits = phones.digits(q)
        rows = rows.filter(words | Q(address__contains=digits) if len(digits) >= 4 else words)
    return pages.page(rows, before, ORDER)
