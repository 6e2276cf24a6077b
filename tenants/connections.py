"""The connection's state machine, and the only roads from a wire id to a tenant."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
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
    State.PAUSED: frozenset({State.CONNECTED, State.DEGRADED, State.DISCONNECTED, State.REVOKED}),
    State.DISCONNECTED: frozenset({State.CONNECTING, State.REVOKED}),
    State.REVOKED: frozenset({State.CONNECTING}),
}
ALERT = "connection_degraded"


class MoveRefused(Exception):
    """The state machine has no such arrow; the text is a translated sentence."""


def resolve(phone_number_id: str) -> PhoneNumber | None:
    """Whose number this is now."""
    return resolve_many([phone_number_id]).get(phone_number_id)


def resolve_many(phone_number_ids: Iterable[str]) -> dict[str, PhoneNumber]:
    """The owned numbers among these wire ids, with tenant and account, in one query."""
    rows = PhoneNumber.objects.filter(phone_number_id__in=set(phone_number_ids), owned_until=None)
    return {row.phone_number_id: row for row in rows.select_related("tenant__automation", "account")}


def resolve_waba(waba_id: str) -> WhatsAppAccount | None:
    """Whose WABA this is now."""
    return resolve_wabas([waba_id]).get(waba_id)


def resolve_wabas(waba_ids: Iterable[str]) -> dict[str, WhatsAppAccount]:
    """The owned WABAs among these wire ids, with their tenant, in one query."""
    rows = WhatsAppAccount.objects.filter(waba_id__in=set(waba_ids), owned_until=None)
    return {row.waba_id: row for row in rows.select_related("tenant__automation")}


def was_ever_owned(phone_number_id: str) -> bool:
    """Whether any tenant owned the number before; then its waiting events are released by platform staff only."""
    return PhoneNumber.objects.filter(phone_number_id=phone_number_id, owned_until__isnull=False).exists()


def move(
    number: PhoneNumber, to_state: str, *, reason: str = "", actor: Any = None, now: datetime | None = None
) -> PhoneNumber:
    """One step of the machine, with its line of history and of audit; MoveRefused where there is no arrow.

    ``number`` is brought up to date. Connected again means that the connection's alert is solved.
    """
    now = now or timezone.now()
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


def degrade(number: PhoneNumber, reason: str, now: datetime) -> bool:
    """The provider refuses us: the number sends nothing and its jobs wait. False when it was not connected before."""
    alerts.raise_alert(ALERT, tenant=number.tenant, subject=number.phone_number_id, now=now, reason=reason)
    try:
        move(number, State.DEGRADED, reason=reason, now=now)
    except MoveRefused:
        return False
    return True
