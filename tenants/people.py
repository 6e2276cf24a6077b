"""Who belongs to a company: invited by a link, with a role that changes, and removed. An owner always remains.

An app whose rows are in somebody's hands says what becomes of them when that person answers no more (``frees``).
Members and companies are watched by the audit trail (config.audited); invitations write their own lines.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tenants import audit, roles, tokens
from tenants.acting import Actor, acting
from tenants.models import Invitation, Member, Tenant

VALID_FOR = timedelta(days=7)
Freer = Callable[[Tenant, Any], None]
_freers: list[Freer] = []


class PeopleRefused(Exception):
    """What was asked is not possible; the text says why, to the person who asked."""


def frees(freer: Freer) -> Freer:
    """Registers ``freer(tenant, person)``, which runs in the transaction that ends what the person may do."""
    _freers.append(freer)
    return freer


def invite(tenant: Tenant, email: str, role: str, actor: Any, now: datetime) -> tuple[Invitation, str]:
    """An invitation and the token of its link, which is kept nowhere else. It takes the place of one still open."""
    email = email.strip().lower()
    if Member.objects.filter(tenant=tenant, user__email__iexact=email).exists():
        raise PeopleRefused(_("%(email)s already belongs to this company.") % {"email": email})
    token = tokens.make()
    with transaction.atomic():
        Tenant.objects.select_for_update().get(pk=tenant.pk)
        _open(tenant).filter(email=email).update(revoked_at=now)
        invitation = Invitation.objects.create(
            tenant=tenant,
            email=email,
            role=role,
            token_hash=tokens.hash_of(token),
            invited_by=actor,
            created_at=now,
            expires_at=now + VALID_FOR,
        )
        audit.record("invitation.sent", tenant=tenant, actor=actor, obj=invitation, role=role)
    return invitation, token


def waiting(tenant: Tenant, now: datetime) -> list[Invitation]:
    """Invitations that may still be accepted, newest first."""
    return list(_open(tenant).filter(expires_at__gt=now).select_related("invited_by"))


def find_invitation(token: str, now: datetime) -> Invitation | None:
    """The open invitation of a link; None when it is unknown, used, revoked or too old."""
    found = Invitation.objects.select_related("tenant", "invited_by").filter(token_hash=tokens.hash_of(token)).first()
    return found if found and found.is_open(now) and found.tenant.state != Tenant.State.CLOSED else None


def revoke(invitation: Invitation, actor: Any, now: datetime) -> None:
    with transaction.atomic():
        if _open(invitation.tenant).filter(pk=invitation.pk).update(revoked_at=now):
            audit.record("invitation.revoked", tenant=invitation.tenant, actor=actor, obj=invitation)


def accept(invitation: Invitation, user: Any, now: datetime) -> Member:
    """Makes ``user`` a member. A role that it already has stays."""
    with transaction.atomic():
        _check_open(invitation, now)
        Invitation.objects.filter(pk=invitation.pk).update(accepted_at=now)
        audit.record("invitation.accepted", tenant=invitation.tenant, actor=user, obj=invitation)
        with acting(Actor.of(user)):
            return Member.objects.get_or_create(
                tenant=invitation.tenant, user=user, defaults={"role": invitation.role}
            )[0]


def join(invitation: Invitation, name: str, password: str, now: datetime) -> Any:
    """Makes the invited person, who signs in with the e-mail of the invitation, and accepts for it; once."""
    first, _space, last = name.strip().partition(" ")
    with transaction.atomic():
        _check_open(invitation, now)
        user = User.objects.create_user(
            free_username(invitation.email), invitation.email, password, first_name=first[:150], last_name=last[:150]
        )
        accept(invitation, user, now)
    return user


def _check_open(invitation: Invitation, now: datetime) -> None:
    """Locked before it is looked at: of a form that was sent twice only one goes on."""
    Invitation.objects.select_for_update().filter(pk=invitation.pk).values_list("pk").first()
    if not _open(invitation.tenant).filter(pk=invitation.pk, expires_at__gt=now).exists():
        raise PeopleRefused(_("This invitation was used or withdrawn in the meantime."))


def find_person(email: str) -> Any | None:
    """The person of an e-mail, when there is exactly one."""
    found = list(User.objects.filter(email__iexact=email)[:2])
    return found[0] if len(found) == 1 else None


def change_role(member: Member, role: str) -> None:
    with transaction.atomic():
        current = _locked(member)
        if role not in Member.Role.values:
            raise ValidationError({"role": role})
        if role != Member.Role.OWNER:
            _check_owner_remains(current)
        current.role = role
        current.save(update_fields=["role"])
        free(current)


def remove(member: Member) -> None:
    """Ends the membership; what the person did stays in the trail under its name."""
    with transaction.atomic():
        current = _locked(member)
        _check_owner_remains(current)
        current.delete()
        free(current)


def free(member: Member) -> None:
    """What the person had is nobody's, where it answers the company's customers no more. Demands a transaction."""
    rows = Member.objects.filter(tenant=member.tenant_id, user=member.user_id)
    if not roles.may(rows.values_list("role", flat=True).first(), roles.OPERATE):
        for freer in _freers:
            freer(member.tenant, member.user)


def demand_second_factor(tenant: Tenant, wanted: bool) -> None:
    """From now on every member needs a second factor, or none does."""
    tenant.requires_second_factor = wanted
    tenant.save(update_fields=["requires_second_factor"])


def free_username(email: str) -> str:
    """The e-mail itself, cut to the column, unless somebody has it."""
    wanted = email[:150]
    taken = User.objects.filter(username__iexact=wanted).exists()
    return f"{wanted[:140]}-{secrets.token_hex(4)}" if taken else wanted


def _locked(member: Member) -> Member:
    """The membership as it is now, while nobody else changes the company's people."""
    Tenant.objects.select_for_update().get(pk=member.tenant_id)
    return Member.objects.select_related("tenant", "user").get(pk=member.pk)


def _check_owner_remains(member: Member) -> None:
    owners = Member.objects.filter(tenant=member.tenant, role=Member.Role.OWNER, user__is_active=True)
    if member.role == Member.Role.OWNER and not owners.exclude(pk=member.pk).exists():
        raise PeopleRefused(_("A company needs an owner. Make somebody else an owner first."))


def _open(tenant: Tenant) -> Any:
    return Invitation.objects.filter(tenant=tenant, accepted_at=None, revoked_at=None)
