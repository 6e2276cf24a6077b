"""The only caller of a provider's send: access from the vault, a body that was checked, no transaction open.

Access is given for a call, so it is refused inside a transaction: a call may last seconds, and what it did at the
provider outlives a rollback. RuntimeError then.
"""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tenants import phones, vault
from tenants.models import Credential, PhoneNumber, WhatsAppAccount
from tenants.models.connection import Provider
from whatsapp.errors import ErrorKind, InvalidContent, Refused, Scope
from whatsapp.providers import get_provider
from whatsapp.providers.base import Accepted, AccountAccess, Outgoing, Recipient


def access_for(number: PhoneNumber) -> AccountAccess:
    """What the provider needs to act for ``number``; Refused of kind TOKEN when none is stored or it cannot be read."""
    if number.provider != Provider.META:
        return _access(number.provider, phone_number_id=number.phone_number_id, token="")
    if number.account is None:
        raise _no_token()
    return access_to(number.account, phone_number_id=number.phone_number_id)


def access_to(account: WhatsAppAccount, *, phone_number_id: str = "") -> AccountAccess:
    """What Meta needs to act for a WABA, or for one number of it; Refused of kind TOKEN as above."""
    try:
        token = vault.read_secret(account, Credential.Kind.ACCESS_TOKEN)
    except vault.SecretUnreadable:
        raise _no_token() from None
    if not token:
        raise _no_token()
    return _access(Provider.META, phone_number_id=phone_number_id, waba_id=account.waba_id, token=token)


def access_with(number: PhoneNumber, token: str) -> AccountAccess:
    """As ``access_for``, with a token of Meta's that is not stored yet."""
    waba_id = number.account.waba_id if number.account else ""
    return _access(Provider.META, phone_number_id=number.phone_number_id, waba_id=waba_id, token=token)


def access_of_app() -> AccountAccess | None:
    """What our app itself may ask Meta; None where its id or secret is not set."""
    app_id, secrets = settings.WHATSAPP_META_APP_ID, settings.WHATSAPP_META_APP_SECRETS
    return _access(Provider.META, phone_number_id="", token=f"{app_id}|{secrets[0]}") if app_id and secrets else None


def build(number: PhoneNumber, outgoing: Outgoing) -> dict[str, Any]:
    """The exact body for the number's provider; InvalidContent when it breaks the provider's limits."""
    if outgoing.to.phone and phones.digits(outgoing.to.phone) == phones.digits(number.display_phone_number):
        raise InvalidContent({"to": _("This is your own number. A number cannot write to itself.")})
    return get_provider(number.provider).build(outgoing)


def deliver(number: PhoneNumber, body: dict[str, Any], access: AccountAccess | None = None) -> Accepted:
    """Sends a built body once. ProviderError: certainly not accepted. OutcomeUnknown: nobody knows.

    With ``access`` (``access_for``, read once for many calls) it touches no database, so that threads may call it.
    """
    _check_no_transaction()
    return get_provider(number.provider).send(access or access_for(number), body)


def mark_read(number: PhoneNumber, message_id: str, *, typing: bool = False) -> None:
    """Shows the customer that the message was read, and for up to 25 s that we type. Raises as ``deliver`` does."""
    get_provider(number.provider).mark_read(access_for(number), message_id, typing=typing)


def block(number: PhoneNumber, person: Recipient) -> None:
    """The provider keeps the person from writing to the number. Raises as ``deliver`` does."""
    get_provider(number.provider).block(access_for(number), person)


def unblock(number: PhoneNumber, person: Recipient) -> None:
    """The person may write to the number again. Raises as ``deliver`` does."""
    get_provider(number.provider).unblock(access_for(number), person)


def _access(provider: str, *, phone_number_id: str, token: str, waba_id: str = "") -> AccountAccess:
    _check_no_transaction()
    return AccountAccess(
        provider=provider,
        phone_number_id=phone_number_id,
        waba_id=waba_id,
        base_url=settings.WHATSAPP_META_GRAPH_URL,
        api_version=settings.WHATSAPP_META_API_VERSION,
        token=token,
    )


def _check_no_transaction() -> None:
    """As strict as Django's own durable blocks, which let the transaction around a test case pass."""
    connection = transaction.get_connection()
    if connection.in_atomic_block and not connection.atomic_blocks[-1]._from_testcase:
        raise RuntimeError("A provider is called inside a transaction.")


def _no_token() -> Refused:
    return Refused("no usable access token is stored", ErrorKind.TOKEN, Scope.WABA, code=190)
