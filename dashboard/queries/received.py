"""What customers wrote, as it came."""

from django.db.models import QuerySet

from dashboard.queries import pages
from tenants.models import Tenant
from whatsapp import search
from whatsapp.models import Message

ORDER = "occurred_at"
# What a line asks of a message: the rest of three wide rows would be read for nothing.
OF_A_LINE = (
    *("conversation", "address", "text", "type", "occurred_at", "number__display_phone_number"),
    *("contact__name", "contact__profile_name", "contact__address", "contact__erased_at"),
)


def page(tenant: Tenant, q: str, before: pages.Key | None) -> pages.Page:
    """One page of inbound messages; ``q`` is part of a name or a phone, or words of the message."""
    rows: QuerySet[Message] = Message.objects.for_tenant(tenant).filter(direction=Message.Direction.INBOUND)
    rows = rows.select_related("contact", "number").only(*OF_A_LINE)
    rows = pages.older_than(rows, before, ORDER) if before else rows
    found = search.narrow(rows, tenant, q, pages.PAGE_SIZE + 1, before.at if before else None) if q else rows
    return pages.page(found, before, ORDER)
