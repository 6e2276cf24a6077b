"""One connection with all that its page shows: state, facts, comparison, token, history, audit, Meta's words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard import audit_words
from notifications.models import NotificationJob
from tenants.models import AuditEntry, ConnectionStep, Credential, PhoneNumber
from whatsapp import comparison, lifecycle, notice_words, numbers, renumbering
from whatsapp.health_alerts import TOKEN_ENDS_SOON
from whatsapp.models import AccountNotice, ConnectionCheck, NumberReading

STEPS, AUDITED, NOTICES = 20, 20, 10


@dataclass(frozen=True)
class Token:
    """The live access token, but for its secret; ``days_left`` is None for one that does not expire."""

    row: Credential
    days_left: int | None
    ends_soon: bool


@dataclass(frozen=True)
class Page:
    """``people`` may be written to in 24 h outside of windows; None is no limit."""

    number: PhoneNumber
    waiting: int
    people: int | None
    token: Token | None
    check: ConnectionCheck | None
    findings: list[comparison.Finding]
    reading: NumberReading | None
    steps: list[ConnectionStep]
    audit: list[tuple[str, AuditEntry]]
    notices: list[tuple[str, AccountNotice]]
    acts: "Acts"


@dataclass(frozen=True)
class Acts:
    """Which buttons the state allows."""

    pause: bool
    resume: bool
    reconnect: bool
    disconnect: bool
    rotate: bool
    check: bool
    change: bool


def page(number: PhoneNumber, now: datetime) -> Page:
    row = ConnectionCheck.objects.filter(number=number).first()
    told = (
        AccountNotice.objects.filter(account=number.account_id) if number.account_id else AccountNotice.objects.none()
    ).filter(field="account_update")
    audited = AuditEntry.objects.filter(tenant=number.tenant_id, object_type=number._meta.label_lower)
    return Page(
        number=number,
        waiting=NotificationJob.objects.filter(number=number, state=NotificationJob.State.PENDING).count(),
        people=numbers.people_limit(number.messaging_limit),
        token=token_of(number, now),
        check=row,
        findings=comparison.findings_of(row),
        reading=number.readings.first(),
        steps=list(number.steps.select_related("actor")[:STEPS]),
        audit=[(audit_words.sentence(row.action), row) for row in audited.filter(object_id=str(number.pk))[:AUDITED]],
        notices=[(notice_words.sentence(row.word, row.detail), row) for row in told[:NOTICES]],
        acts=acts(number),
    )


def acts(number: PhoneNumber) -> Acts:
    State = PhoneNumber.State  # noqa: N806 - a class
    return Acts(
        pause=number.state in {State.CONNECTED, State.DEGRADED},
        resume=number.state == State.PAUSED,
        reconnect=lifecycle.may_reconnect(number),
        disconnect=lifecycle.may_disconnect(number),
        rotate=lifecycle.may_rotate(number),
        check=number.state in comparison.ASKED,
        change=renumbering.may_change(number),
    )


def token_of(number: PhoneNumber, now: datetime) -> Token | None:
    live = Credential.objects.filter(account=number.account_id, kind=Credential.Kind.ACCESS_TOKEN, retired_at=None)
    row = live.select_related("created_by").first() if number.account_id else None
    return token(row, now) if row else None


def token(row: Credential, now: datetime) -> Token:
    left = row.expires_at - now if row.expires_at else None
    days = max(left // timedelta(days=1), 0) if left is not None else None
    return Token(row, days, left is not None and left < TOKEN_ENDS_SOON)
