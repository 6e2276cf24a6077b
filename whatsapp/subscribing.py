"""Our app gets an account's webhooks, at the app's address or at one of our own: one way for everybody who asks."""

from django.conf import settings

from tenants.models.connection import Provider
from whatsapp.providers import get_provider
from whatsapp.providers.base import AccountAccess
from whatsapp.providers.meta import signup


def subscribe(access: AccountAccess) -> str:
    """Plain, which takes back an address of before; then, where one is set, at an address of our own: answers it.

    Raises the family of whatsapp.errors.
    """
    get_provider(access.provider).subscribe(access)
    address: str = settings.WHATSAPP_META_WEBHOOK_OVERRIDE_URL if access.provider == Provider.META else ""
    if address:
        signup.override_callback(access, address, settings.WHATSAPP_META_WEBHOOK_VERIFY_TOKEN)
    return address
