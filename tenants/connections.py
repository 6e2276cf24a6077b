"""The connection's state machine, and the only roads from a wire id to a tenant."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from tenants import alerts, audit
from tenants.models import ConnectionStep, PhoneNumber, WhatsAppAccount

State = PhoneNumber.State

# The arrows drawn in PhoneNumber's docstring.
ARROWS: dict[str, frozenset[str]] = {
    State.DRAFT: frozenset({State.CONNECTING, State.CONNECTED, State.DISCONNECTED}),
    State.CONNECTING: frozenset({State.CONNECTED, State.DEGRADED, State.DISCONNECTED, State.REVOKED}),
    State.CONNECTED: frozenset({State.DEGRADED, State.PAUSED, State.DISCONNECTED, State.REVOKED}),
    State.DEGRADED: frozenset({State.CONNECTED, State.PAUSED, State.DISCONNECTED, State.REVOKED}),
    State.PAUSED: frozenset({State.CONNECTED, State.DISCONNECTED, State.REVOKED}),
    State.DISCONNECTED: frozenset({State.CONNECTING, State.REVOKED}),
    State.REVOKED: frozenset({State.CONNECTING}),
}
USES_ACCESS = frozenset({State.CONNECTING, State.CONNECTED, State.DEGRADED, State.PAUSED})
ALERT = "connection_degraded"


class MoveRefused(Exception):
    """The state machine has no such arrow; the text is a translated sentence."""


def resolve(phone_number_id: str) -> PhoneNumber | None:
    """Whose number this is now."""
    return resolve_many([phone_number_id]).get(phone_number_id)


def resolve_many(phone_number_ids: Iterable[str]) -> dict[str, PhoneNumber]:
    """The owned numbers among these wire ids, with tenant and account, in one query."""
    rows = PhoneNumber.objects.owned().filter(phone_number_id__in=set(phone_number_ids))
    return {row.phone_number_id: row for row in rows.select_related("tenant__automation", "account")}


def former_owners(phone_number_ids: Iterable[str]) -> dict[str, list[PhoneNumber]]:
    """By wire id: the numbers of those who owned it earlier, with tenant and account, in one query."""
    rows = PhoneNumber.objects.filter(phone_number_id__in=set(phone_number_ids), owned_until__isnull=False)
    found: dict[str, list[PhoneNumber]] = defaultdict(list)
    for row in rows.select_related("tenant__automation", "account"):
        found[row.phone_number_id].append(row)
    return dict(found)


def resolve_waba(waba_id: str) -> WhatsAppAccount | None:
    """Whose WABA this is now."""
    return resolve_wabas([waba_id]).get(waba_id)


def resolve_wabas(waba_ids: Iterable[str]) -> dict[str, WhatsAppAccount]:
    """The owned WABAs among these wire ids, with their tenant, in one query."""
    rows = WhatsAppAccount.objects.owned().filter(waba_id__in=set(waba_ids))
    return {row.waba_id: row for row in rows.select_related("tenant__automation")}


def never_owned_before(numbers: QuerySet[PhoneNumber]) -> QuerySet[PhoneNumber]:
    """Those that nobody owned earlier: waiting events of the others are released by platform staff only."""
    earlier = PhoneNumber.objects.filter(phone_number_id=OuterRef("phone_number_id"), owned_until__isnull=False)
    return numbers.filter(~Exists(earlier))


def move(number: PhoneNumber, to_state: str, *, reason: str = "", actor: Any = None, now: datetime) -> PhoneNumber:
    """One step of the machine, with its line of history and of audit; MoveRefused where there is no arrow.

    ``number`` is brought up to date. Connected again means that the connection's alert is solved.
    """
    with transaction.atomic():
        row = PhoneNumber.objects.select_for_update().get(pk=number.pk)
        _check_arrow(row, to_state)
        before, row.state, row.state_reason, row.state_changed_at = row.state, to_state, reason[:200], now
        if to_state == State.CONNECTED and row.connected_at is None:
            row.connected_at, row.connected_by = now, actor
        row.save(update_fields=["state", "state_reason", "state_changed_at", "connected_at", "connected_by"])
        ConnectionStep.objects.create(
            tenant_id=row.tenant_id,
            number=row,
            from_state=before,
            to_state=to_state,
            reason=row.state_reason,
            actor=actor,
            at=now,
        )
        audit.record(
            "connection.moved", tenant=row.tenant, actor=actor, obj=row, before=before, after=to_state, reason=reason
        )
        if to_state == State.CONNECTED:
            alerts.solve(ALERT, tenant=row.tenant, subject=row.phone_number_id, now=now)
    for name in ("state", "state_reason", "state_changed_at", "connected_at", "connected_by_id"):
        setattr(number, name, getattr(row, name))
    return number


def _check_arrow(number: PhoneNumber, to_state: str) -> None:
    if to_state not in ARROWS[number.state]:
        raise MoveRefused(
            _("A connection that is %(before)s cannot become %(after)s.")
            % {"before": number.get_state_display().lower(), "after": State(to_state).label.lower()}
        )


def degrade_account(number: PhoneNumber, reason: str, now: datetime) -> None:
    """As ``degrade``, for every number of the WABA: they share the access that the provider refuses."""
    for row in sharing_access(number):
        degrade(number if row == number else row, reason, now)


def sharing_access(number: PhoneNumber) -> list[PhoneNumber]:
    """The numbers that act with the same access as ``number``, itself among them, in one order for all writers."""
    rows = PhoneNumber.objects.owned().filter(provider=number.provider, state__in=USES_ACCESS)
    same = rows.filter(account=number.account_id) if number.account_id else rows.filter(pk=number.pk)
    return list(same.select_related("tenant", "account").order_by("pk"))


def degrade(number: PhoneNumber, reason: str, now: datetime) -> bool:
    """The provider refuses us: the number sends nothing and its jobs wait. False when it was not connected before.

    One that a person paused stays paused: it would be connected again by itself once the access is back.
    """
    alerts.raise_alert(ALERT, tenant=number.tenant, subject=number.phone_number_id, now=now, reason=reason)
    try:
        move(number, State.DEGRADED, reason=reason, now=now)
    except MoveRefused:
        return False
    return True
