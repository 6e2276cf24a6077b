"""Secrets at rest: encrypt, decrypt, rotate. The only reader of the encryption keys.

WHATSAPP_ENCRYPTION_KEY lists Fernet keys: the first encrypts, all decrypt, so that a new key goes in front, then
tenants.rotation re-encrypts, and only then the old key goes away.
"""

import functools
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from tenants.models import Credential, PhoneNumber, WhatsAppAccount

Owner = WhatsAppAccount | PhoneNumber
FERNET = "gAAAAA"  # how every secret begins that is encrypted in this century


class SecretUnreadable(Exception):
    """No key of WHATSAPP_ENCRYPTION_KEY decrypts this secret; it was never passed on as if it were plain."""


@functools.cache
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("WHATSAPP_ENCRYPTION_KEY is empty: secrets can be neither stored nor read.")
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise ImproperlyConfigured("WHATSAPP_ENCRYPTION_KEY holds something that is not a Fernet key.") from None


def _current() -> MultiFernet:
    return _cipher(tuple(settings.WHATSAPP_ENCRYPTION_KEYS))


def encrypt(plain: str) -> bytes:
    return _current().encrypt(plain.encode())


def decrypt(ciphertext: bytes) -> str:
    """The plain secret; SecretUnreadable when no key fits."""
    try:
        return _current().decrypt(bytes(ciphertext)).decode()
    except InvalidToken:
        raise SecretUnreadable("A stored secret fits none of the encryption keys.") from None


def set_secret(owner: Owner, kind: str, plain: str, *, actor: Any = None, **facts: Any) -> Credential:
    """Stores ``plain`` as the live secret of its kind and retires the one before it.

    ``facts``: token_kind, scopes, expires_at.
    """
    with transaction.atomic():
        type(owner).objects.select_for_update().get(pk=owner.pk)
        live(owner, kind).update(retired_at=timezone.now())
        return Credential.objects.create(
            tenant_id=owner.tenant_id,
            kind=kind,
            ciphertext=encrypt(plain),
            last4=plain[-4:] if len(plain) >= 12 else "",
            created_by=actor,
            **_owned_by(owner),
            **facts,
        )


def read_secret(owner: Owner, kind: str) -> str | None:
    """The live secret in plain, None when there is none. Only providers' access and signature checks ask."""
    row = live(owner, kind).only("ciphertext").first()
    return decrypt(row.ciphertext) if row else None


def live(owner: Owner, kind: str) -> Any:
    """The credentials of a kind that are in use (at most one)."""
    return Credential.objects.filter(kind=kind, retired_at=None, **_owned_by(owner))


def reseal(ciphertext: bytes) -> bytes | None:
    """``ciphertext`` under the first key; None where it is already. SecretUnreadable when no key fits."""
    try:
        _cipher(tuple(settings.WHATSAPP_ENCRYPTION_KEYS[:1])).decrypt(ciphertext)
    except InvalidToken:
        return encrypt(decrypt(ciphertext))
    return None


def _owned_by(owner: Owner) -> dict[str, Owner]:
    return {"account" if isinstance(owner, WhatsAppAccount) else "number": owner}
