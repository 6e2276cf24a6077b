"""Which account of a company a command means."""

from django.core.management.base import CommandError

from tenants.models import Tenant, WhatsAppAccount


def choose(tenant: Tenant, waba_id: str) -> WhatsAppAccount:
    """The company's account of that id; without one, its only account. CommandError where that is not one."""
    rows = WhatsAppAccount.objects.for_tenant(tenant).owned().select_related("tenant")
    found = list((rows.filter(waba_id=waba_id) if waba_id else rows)[:2])
    if len(found) != 1:
        told = "Name one of the company's accounts with --waba-id." if found else "The company has no such account."
        raise CommandError(told)
    return found[0]
