"""A look at everything: alerts are raised, kept while their cause lasts, and solved when it is gone."""

from collections.abc import Iterable
from datetime import datetime

import structlog
from django.db.models import CharField, Exists, F, Func, OuterRef, QuerySet, Value

from notifications.watching.catalogue import KINDS
from notifications.watching.checks import CHECKS, PROCESSES, Check
from notifications.watching.kinds import About
from tenants import alerts
from tenants.models import Alert, Credential, PhoneNumber
from whatsapp import withdrawal

log = structlog.get_logger(__name__)

OF_A_NUMBER = tuple(name for name, kind in KINDS.items() if kind.about is About.NUMBER)


def look(now: datetime, checks: Iterable[Check] = CHECKS) -> None:
    """One that fails stops no other. Beat calls it; repeating it changes nothing."""
    for check in checks:
        try:
            found = check.find(now)
            if found is not None:
                alerts.keep(check.kind, found, now)
        except Exception:
            log.exception("check_failed", kind=check.kind)
    settle(now)


def look_at_processes(now: datetime) -> None:
    """Whether workers and beat live: asked by a process that lives without them."""
    look(now, [PROCESSES])


def settle(now: datetime) -> int:
    """Ends what no check and no event ends: what came once and not again, what lost its number, what got its access."""
    over = [*_quiet(now), _left_behind(), _granted_again()]
    return sum(alerts.end(rows, now) for rows in over)


def _quiet(now: datetime) -> list[QuerySet[Alert]]:
    return [
        Alert.objects.filter(kind=name, last_at__lt=now - kind.settles) for name, kind in KINDS.items() if kind.settles
    ]


def _left_behind() -> QuerySet[Alert]:
    """About a number that the company does not own any more, or that a person disconnected."""
    owned = PhoneNumber.objects.owned().exclude(state=PhoneNumber.State.DISCONNECTED)
    used = owned.filter(tenant=OuterRef("tenant"), phone_number_id=OuterRef("of_number"))
    before_colon = Func(F("subject"), Value(":"), Value(1), function="split_part", output_field=CharField())
    rows = Alert.objects.filter(kind__in=OF_A_NUMBER, tenant__isnull=False, state__in=alerts.UNSOLVED)
    return rows.alias(of_number=before_colon).filter(~Exists(used))


def _granted_again() -> QuerySet[Alert]:
    """The account whose access was taken back has one again."""
    live = Credential.objects.filter(kind=Credential.Kind.ACCESS_TOKEN, retired_at=None)
    granted = live.filter(account__waba_id=OuterRef("subject"), tenant=OuterRef("tenant"))
    return Alert.objects.filter(Exists(granted), kind=withdrawal.ALERT, state__in=alerts.UNSOLVED)
