"""What a template's variable can be filled with: a short list, declared once, with a sample of each.

The values come from the kind of notice (notifications.kinds.values), already written as the customer reads them: a day
in long form is a field of its own, not a formula that somebody types.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.models import Tenant

Said = Callable[[Tenant], str]

CUSTOMER, BOOKING, COMPANY = _("Customer"), _("Booking"), _("Company")
FIXED_TEXT = "="  # begins a fixed text in place of a field


@dataclass(frozen=True)
class Field:
    """Written as its word. ``of_tenant``: what the company itself can say where the notice has no value. ``always``: it
    never lacks one. ``address``: what its value begins with, for one that is a link.
    """

    word: str | Promise
    sample: str
    group: str | Promise
    always: bool = False
    of_tenant: Said | None = None
    address: Said | None = None

    def __str__(self) -> str:
        return str(self.word)


def own_files() -> str:
    """What the links of files begin with that Recado itself serves (templates_mgmt.header_files)."""
    return f"{settings.PUBLIC_URL}/arquivos/"


def _voucher(_tenant: Tenant) -> str:
    return f"{settings.PUBLIC_URL}/voucher/"


FIELDS: dict[str, Field] = {
    "customer_name": Field(_("customer's name"), "Maria Silva", CUSTOMER, always=True),
    "first_name": Field(_("customer's first name"), "Maria", CUSTOMER, always=True),
    "service": Field(_("service"), "Corte feminino", BOOKING, always=True),
    "date": Field(_("date"), "21/11/2026", BOOKING, always=True),
    "date_long": Field(_("date in words"), "21 de novembro de 2026", BOOKING, always=True),
    "weekday": Field(_("weekday"), "sábado", BOOKING, always=True),
    "time": Field(_("time"), "14:30", BOOKING, always=True),
    "ends": Field(_("time at which it ends"), "15:30", BOOKING),
    "professional": Field(_("professional"), "Jana", BOOKING),
    "place": Field(_("place"), "Rua Augusta, 1200", BOOKING, of_tenant=lambda tenant: tenant.address_line),
    "price": Field(_("price in R$"), "R$ 1.250,00", BOOKING),
    "voucher_url": Field(_("voucher link"), "AbC123", BOOKING, always=True, address=_voucher),
    "tenant_name": Field(
        _("company's name"), "Studio Jana", COMPANY, always=True, of_tenant=lambda tenant: tenant.name
    ),
    "contact_name": Field(
        _("contact person"), "Jana", COMPANY, always=True, of_tenant=lambda tenant: tenant.contact_name or tenant.name
    ),
    "booking_url": Field(
        _("booking link"),
        "agendar",
        COMPANY,
        of_tenant=lambda tenant: tenant.booking_url,
        address=lambda tenant: tenant.booking_url,
    ),
}


def said_by(tenant: Tenant, name: str) -> str:
    """What ``tenant`` itself says for the field; empty where it has nothing to say."""
    field = FIELDS.get(name)
    return field.of_tenant(tenant) if field and field.of_tenant else ""


def sample(source: str, tenant: Tenant) -> str:
    """A value as ``source`` would give it: the fixed text, the company's own, else the field's sample."""
    if source.startswith(FIXED_TEXT):
        return source.removeprefix(FIXED_TEXT)
    field = FIELDS.get(source)
    if field is None:
        return ""
    address = field.address(tenant) if field.address and not field.of_tenant else ""
    return said_by(tenant, source) or f"{address}{field.sample}"
