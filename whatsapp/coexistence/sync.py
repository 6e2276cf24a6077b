"""Asks for the phone app's address book and history: each once in an onboarding, within 24 hours, never twice.

Claim, call, record. The claim is one update of a waiting row, so that of any number of processes one calls. Who dies
between claim and record leaves a row that nobody calls again: it becomes uncertain, and a person is told.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Max, QuerySet
from django.utils.translation import gettext as _

from tenants import alerts
from tenants.models import ConnectionStep, PhoneNumber
from whatsapp import delivery
from whatsapp.errors import ErrorKind, OutcomeUnknown, Refused, Unreachable
from whatsapp.models import SyncCall
from whatsapp.providers.meta import error_codes, phone_app_sync

LEASE = timedelta(minutes=2)  # well above the time limit of a call
RETRY_AT_MOST = timedelta(minutes=30)
# Meta says so before it looks at what is asked: certainly not taken.
NOT_TAKEN = frozenset({ErrorKind.TOKEN, ErrorKind.RATE_LIMITED})
LEFT = (PhoneNumber.State.DISCONNECTED, PhoneNumber.State.REVOKED)
UNCERTAIN_ALERT, REFUSED_ALERT, MISSED_ALERT = "phone_app_sync_uncertain", "phone_app_sync_refused", "phone_app_missed"

State = SyncCall.State
log = structlog.get_logger(__name__)


def start_sync(number: PhoneNumber, now: datetime) -> list[SyncCall]:
    """Asks Meta for the address book and then the history of a number that was just onboarded in coexistence.

    To be called after the signup, once the app is subscribed; not inside a transaction. Again, from elsewhere or at
    the same moment it changes nothing: the 24 hours run from the first time, until the number was disconnected.
    Answers both rows as they stand; raises nothing for what the wire does.
    """
    _promise(number, now)
    for call in of(number):
        _ask(call, now)
    return of(number)


def of(number: PhoneNumber) -> list[SyncCall]:
    """The two calls of the number's last onboarding, in their order; none for a number that never had one."""
    last = SyncCall.objects.filter(number=number).aggregate(at=Max("onboarded_at"))["at"]
    rows = SyncCall.objects.filter(number=number, onboarded_at=last).select_related("number__tenant", "number__account")
    return sorted(rows, key=lambda row: list(SyncCall.Kind).index(SyncCall.Kind(row.kind)))


def tend(now: datetime) -> int:
    """What beat does each minute: asks for what waits and is due, tells what was lost. Answers how many were asked."""
    _give_up(now)
    _tell_missed(now)
    due = _current(SyncCall.objects.filter(state=State.WAITING, due_at__lte=now, onboarded_at__gt=now - SyncCall.LIFE))
    return sum(_ask(call, now) for call in due)


def settle_by_proof(numbers: Iterable[PhoneNumber], kind: str, now: datetime) -> None:
    """What was asked for came: an uncertain call was taken."""
    open_ones = SyncCall.objects.filter(
        number__in=numbers, kind=kind, state__in=[State.CALLING, State.UNCERTAIN], claimed_at__lte=now
    )
    for call in open_ones.select_related("number__tenant"):
        if open_ones.filter(pk=call.pk).update(state=State.ASKED, answered_at=now, error=""):
            _solve(UNCERTAIN_ALERT, call, now)


def _promise(number: PhoneNumber, now: datetime) -> None:
    """The two rows of this onboarding: those there are, or new ones after the number was away."""
    with transaction.atomic(durable=True):
        PhoneNumber.objects.select_for_update(no_key=True).get(pk=number.pk)
        last = SyncCall.objects.filter(number=number).aggregate(at=Max("onboarded_at"))["at"]
        if last and not _left_since(number, last):
            return
        SyncCall.objects.bulk_create(
            SyncCall(tenant_id=number.tenant_id, number=number, kind=kind, onboarded_at=now, due_at=now)
            for kind in SyncCall.Kind
        )


def _left_since(number: PhoneNumber, at: datetime) -> bool:
    return ConnectionStep.objects.filter(number=number, to_state__in=LEFT, at__gt=at).exists()


def _current(rows: QuerySet[SyncCall]) -> list[SyncCall]:
    """Of numbers that are still owned and connected."""
    numbers = PhoneNumber.objects.owned().exclude(state__in=LEFT)
    return list(rows.filter(number__in=numbers).select_related("number__tenant", "number__account").order_by("-kind"))


def _ask(call: SyncCall, now: datetime) -> bool:
    """Whether this process was the one to call."""
    if not _claim(call, now):
        return False
    try:
        request_id = phone_app_sync.ask(delivery.access_for(call.number), call.kind)
    except Unreachable as error:
        _record(call, now, State.WAITING, error=error.message)
    except Refused as refusal:
        _record_refusal(call, refusal, now)
    except OutcomeUnknown as error:
        _record(call, now, State.UNCERTAIN, error=error.message)
    else:
        _record(call, now, State.ASKED, request_id=request_id)
    return True


def _claim(call: SyncCall, now: datetime) -> bool:
    """The database says who calls."""
    waiting = SyncCall.objects.filter(
        pk=call.pk, state=State.WAITING, due_at__lte=now, onboarded_at__gt=now - SyncCall.LIFE
    )
    won = waiting.update(state=State.CALLING, claimed_at=now, due_at=now + LEASE, attempts=F("attempts") + 1)
    if won:
        call.refresh_from_db(fields=["state", "claimed_at", "due_at", "attempts"])
    return bool(won)


def _record_refusal(call: SyncCall, refusal: Refused, now: datetime) -> None:
    """Refused for good, or certainly not taken; an error in the middle of Meta's work leaves it open which."""
    state = State.REFUSED
    if refusal.kind in NOT_TAKEN:
        state = State.WAITING
    elif refusal.kind is ErrorKind.TRANSIENT:
        state = State.UNCERTAIN
    sentence = error_codes.sentence(refusal.code, refusal.details)
    _record(call, now, state, error=sentence, error_code=refusal.code)


def _record(
    call: SyncCall, now: datetime, state: str, *, request_id: str = "", error: str = "", error_code: int | None = None
) -> None:
    """The answer to this attempt: a late one counts over "uncertain", over a proof only to name the request."""
    open_states = [State.CALLING, State.UNCERTAIN, *([State.ASKED] if state == State.ASKED else [])]
    rows = SyncCall.objects.filter(pk=call.pk, attempts=call.attempts, state__in=open_states)
    if not rows.update(
        state=state,
        request_id=request_id,
        error=error[:500],
        error_code=error_code,
        answered_at=None if state == State.WAITING else now,
        due_at=now + _pause(call.attempts) if state == State.WAITING else now,
    ):
        return
    log.info("phone_app_asked", kind=call.kind, state=state, number_id=call.number_id, code=error_code)
    if state == State.UNCERTAIN:
        _alert(UNCERTAIN_ALERT, call, now)
    if state == State.REFUSED:
        _alert(REFUSED_ALERT, call, now, error_code=error_code)
    if state == State.ASKED:
        for kind in (UNCERTAIN_ALERT, REFUSED_ALERT, MISSED_ALERT):
            _solve(kind, call, now)


def _pause(attempts: int) -> timedelta:
    return min(timedelta(minutes=2 ** min(attempts, 10) / 2), RETRY_AT_MOST)


def _give_up(now: datetime) -> None:
    """Calls whose process died: nobody knows whether Meta took them, so nobody repeats them."""
    died = SyncCall.objects.filter(state=State.CALLING, due_at__lte=now)
    for call in died.select_related("number__tenant"):
        told = {
            "state": State.UNCERTAIN,
            "answered_at": now,
            "error": _("The process that asked ended without a trace."),
        }
        if died.filter(pk=call.pk).update(**told):
            _alert(UNCERTAIN_ALERT, call, now)


def _tell_missed(now: datetime) -> None:
    """Once each: what nobody asked for in time."""
    missed = SyncCall.objects.filter(state=State.WAITING, onboarded_at__lte=now - SyncCall.LIFE)
    for call in _current(missed):
        if not alerts.unsolved(MISSED_ALERT, tenant=call.number.tenant, subject=_subject(call)).exists():
            _alert(MISSED_ALERT, call, now)


def _alert(kind: str, call: SyncCall, now: datetime, **detail: object) -> None:
    about = {"number": call.number.display_phone_number, "what": call.kind} | detail
    alerts.raise_alert(kind, tenant=call.number.tenant, subject=_subject(call), now=now, **about)


def _solve(kind: str, call: SyncCall, now: datetime) -> None:
    alerts.solve(kind, tenant=call.number.tenant, subject=_subject(call), now=now)


def _subject(call: SyncCall) -> str:
    return f"{call.number.phone_number_id}:{call.kind}"
