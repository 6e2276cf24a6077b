"""What a template's variable can be filled with."""

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.models import Tenant

# The values come from the kind of notice.
FIELDS: dict[str, Promise] = {
    "customer_name": _("customer's name"),
    "first_name": _("customer's first name"),
    "service": _("service"),
    "date": _("date"),
    "time": _("time"),
    "weekday": _("weekday"),
    "place": _("place"),
    "professional": _("professional"),
    "voucher_url": _("voucher link"),
    "tenant_name": _("company's name"),
    "contact_name": _("contact person"),
}

# What the company itself can say where the notice has no value.
FALLBACKS: dict[str, Callable[[Tenant], str]] = {
    "place": lambda tenant: tenant.address_line,
    "tenant_name": lambda tenant: tenant.name,
    "contact_name": lambda tenant: tenant.contact_name,
}

FIXED_TEXT = "="  # begins a fixed text in place of a field


def is_source(source: object) -> bool:
    """Whether a mapping may name it: a known field, or a fixed text that is not empty."""
    if not isinstance(source, str):
        return False
    return source in FIELDS or (source.startswith(FIXED_TEXT) and bool(source.removeprefix(FIXED_TEXT).strip()))
