"""What the people page shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator

from tenants import people
from tenants.models import Member, Tenant


@dataclass(frozen=True)
class Line:
    """A member; ``is_only_owner``: neither removed nor given another role."""

    member: Member
    name: str
    has_second_factor: bool
    is_only_owner: bool


def page(tenant: Tenant, now: datetime) -> dict[str, Any]:
    members = list(Member.objects.for_tenant(tenant).select_related("user"))
    members.sort(key=lambda member: (Member.Role.values.index(member.role), name_of(member.user).lower()))
    owners = sum(member.role == Member.Role.OWNER for member in members)
    secured = with_second_factor(member.user_id for member in members)
    lines = [
        Line(
            member,
            name_of(member.user),
            member.user_id in secured,
            member.role == Member.Role.OWNER and owners == 1,
        )
        for member in members
    ]
    return {"lines": lines, "invitations": people.waiting(tenant, now), "roles": Member.Role.choices}


def with_second_factor(user_ids: Any) -> set[int]:
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    rows = Authenticator.objects.filter(user_id__in=list(user_ids), type__in=kinds)
    return set(rows.values_list("user_id", flat=True))


def name_of(user: Any) -> str:
    return user.get_full_name() or user.get_username()
