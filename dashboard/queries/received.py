"""What customers wrote, as it came."""

from dashboard.queries import pages
from tenants.models import Tenant
from whatsapp import search
from whatsapp.models import Message

ORDER = "occurred_at"


def page(tenant: Tenant, q: str, before: pages.Key | None) -> pages.Page:
    """One page of inbound messages; ``q`` is part of a name or a phone, or words of the message."""
    rows = Message.objects.for_tenant(tenant).filter(direction=Message.Direction.INBOUND)
    rows = rows.select_related("contact", "number")
    return pages.page(search.narrow(rows, tenant, q) if q else rows, before, ORDER)
