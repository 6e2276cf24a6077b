"""Links that invite a client's owner to connect a number without an account: made, found, revoked."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from tenants import audit, tokens
from tenants.models import Tenant
from whatsapp.models import SignupInvitation

LIFE = timedelta(days=7)


def make(tenant: Tenant, note: str, actor: Any, now: datetime, life: timedelta = LIFE) -> tuple[SignupInvitation, str]:
    """The invitation, and its address: told this once, since only the hash is kept."""
    token = tokens.make()
    with transaction.atomic(durable=True):
        row = SignupInvitation.objects.create(
            tenant=tenant, token_hash=tokens.hash_of(token), note=note[:120], created_by=actor, expires_at=now + life
        )
        audit.record("invitation.made", tenant=tenant, actor=actor, obj=row, expires_at=row.expires_at.isoformat())
    return row, f"{settings.PUBLIC_URL}/conectar/{token}/"


def find(token: str, now: datetime) -> SignupInvitation | None:
    """The invitation of a link that still leads somewhere."""
    rows = SignupInvitation.objects.select_related("tenant").exclude(tenant__state=Tenant.State.CLOSED)
    row = rows.filter(token_hash=tokens.hash_of(token)).first()
    return row if row and row.is_open(now) else None


def opened(invitation: SignupInvitation, now: datetime) -> None:
    """The first time that somebody opens the link is kept."""
    first = SignupInvitation.objects.filter(pk=invitation.pk, opened_at=None).update(opened_at=now)
    if first:
        audit.record("invitation.opened", tenant=invitation.tenant, obj=invitation)


def revoke(invitation: SignupInvitation, actor: Any, now: datetime) -> bool:
    """The link leads nowhere any more. False when it did not before."""
    with transaction.atomic(durable=True):
        revoked = SignupInvitation.objects.filter(pk=invitation.pk, revoked_at=None).update(revoked_at=now)
        if revoked:
            audit.record("invitation.revoked", tenant=invitation.tenant, actor=actor, obj=invitation)
    return bool(revoked)
