"""The step machine's own rows: who runs which step, what came of it, and what is next. No word of the wire here."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from tenants import audit
from whatsapp.models import Signup, SignupInvitation, SignupStep
from whatsapp.onboarding import ways
from whatsapp.onboarding.problems import Stopped

LEASE = timedelta(seconds=120)  # well above the few calls of a step
PATIENCE = timedelta(seconds=15)  # for Meta's window to tell account and number, once the code came
EMPTY = {"problem": "", "outcome": "", "meta_code": None, "meta_message": "", "meta_trace": "", "ended_at": None}

State, Step = Signup.State, SignupStep.State


@dataclass(frozen=True)
class Outcome:
    """What came of a step: a word, what people are shown of it, and what the signup's row learns."""

    word: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    writes: Mapping[str, Any] = field(default_factory=dict)
    skipped: bool = False


def locked(signup: Signup) -> Signup:
    """The signup as it is now, locked until the transaction ends."""
    return Signup.objects.select_for_update(of=("self",)).select_related("tenant", "invitation").get(pk=signup.pk)


def claim(now: datetime) -> tuple[Signup, str, uuid.UUID] | None:
    """The next step that is due, leased: of any number of workers one gets it. A lease that ran out is claimed anew."""
    with transaction.atomic(durable=True):
        free = Signup.objects.filter(Q(leased_until=None) | Q(leased_until__lt=now), due_at__lte=now)
        row = free.select_for_update(skip_locked=True, of=("self",)).order_by("due_at").first()
        step = next_step(row) if row else None
        if row is None or step is None:
            return None
        return row, step.name, _lease(row, step, now)


def lease_for(signup: Signup, name: str, now: datetime) -> uuid.UUID:
    """The lease of a step that is run by the request itself."""
    with transaction.atomic(durable=True):
        row = locked(signup)
        return _lease(row, row.steps.get(name=name), now)


def finish(signup: Signup, lease: uuid.UUID, name: str, outcome: Outcome, now: datetime) -> bool:
    """The step is done: what came of it, what is next. False when its lease was taken over."""
    with transaction.atomic():
        row = _held(signup, lease)
        if row is None:
            return False
        for field_name, value in outcome.writes.items():
            setattr(row, field_name, value)
        write_done(row.steps.get(name=name), outcome, now)
        settle(row, now)
    return True


def stop(signup: Signup, lease: uuid.UUID, name: str, stopped: Stopped, now: datetime) -> None:
    """The step stopped: nothing goes on until a person tries it again."""
    with transaction.atomic():
        row = _held(signup, lease)
        if row is not None:
            write_stop(row, row.steps.get(name=name), stopped, now)
            settle(row, now)


def write_done(step: SignupStep, outcome: Outcome, now: datetime) -> None:
    for name, value in EMPTY.items():
        setattr(step, name, value)
    step.state, step.outcome = Step.SKIPPED if outcome.skipped else Step.DONE, outcome.word
    step.detail, step.ended_at = dict(outcome.detail), now
    step.save()


def write_stop(signup: Signup, step: SignupStep, stopped: Stopped, now: datetime) -> None:
    """With Meta's own words, and a line in the audit trail."""
    step.state, step.problem, step.detail, step.ended_at = Step.FAILED, stopped.problem, stopped.detail, now
    if cause := stopped.cause:
        step.meta_code, step.meta_trace = cause.code, cause.fbtrace_id[:60]
        step.meta_message = ": ".join(dict.fromkeys(filter(None, (cause.message, cause.details))))[:500]
    step.save()
    told = {"step": step.name, "problem": stopped.problem, "code": step.meta_code}
    audit.record("onboarding.stopped", tenant=signup.tenant, actor=signup.person, obj=signup, **told)


def reset(signup: Signup, names: Iterable[str]) -> None:
    """The steps are to be done again; their attempts and what a person may choose from stay."""
    signup.steps.filter(name__in=list(names)).update(**EMPTY, state=Step.WAITING)


def settle(signup: Signup, now: datetime) -> None:
    """The state that follows from the steps, and when the next one is due; the signup is locked, its lease ends."""
    signup.lease, signup.leased_until, signup.due_at = None, None, None
    steps = list(signup.steps.order_by("position"))
    needed = [step for step in steps if step.name not in ways.OF_A_PERSON]
    following = next_step(signup, steps)
    if any(step.state == Step.FAILED for step in needed):
        signup.state = State.FAILED
    elif all(step.state in SignupStep.FINISHED for step in needed):
        _connected(signup, now)
        signup.due_at = now if following else None
    elif following is None or following.name == "code":
        signup.state = State.WAITING
    elif following.name == "session":
        signup.state, signup.due_at = State.WAITING, now + PATIENCE
    else:
        signup.state, signup.due_at = State.RUNNING, now
    signup.save()


def next_step(signup: Signup, steps: Iterable[SignupStep] | None = None) -> SignupStep | None:
    """The first step that is not finished; the test only when a person asked for it."""
    for step in steps or signup.steps.order_by("position"):
        if step.state in SignupStep.FINISHED or (step.name in ways.OF_A_PERSON and not is_asked(signup, step)):
            continue
        return step
    return None


def is_leased(signup: Signup, now: datetime) -> bool:
    """Whether somebody works on it at this moment."""
    return signup.leased_until is not None and signup.leased_until > now


def is_asked(signup: Signup, step: SignupStep) -> bool:
    """Whether a person wants the test message now."""
    return "test_ref" in signup.facts and step.state in {Step.WAITING, Step.RUNNING}


def may_retry(signup: Signup, step: SignupStep, now: datetime) -> bool:
    """Whether the step's button is there: it stopped, it is Meta's window, or the test of a connected number."""
    if is_leased(signup, now):
        return False
    if step.name in ways.OF_A_PERSON:
        return signup.state == State.CONNECTED
    if signup.state not in Signup.OPEN:
        return False
    if step.name == "code":
        return not signup.steps.filter(name="save", state__in=SignupStep.FINISHED).exists()
    return step.state == Step.FAILED


def end(signup: Signup, state: str, now: datetime) -> None:
    """The end without a connection: secrets are forgotten, nothing is due."""
    signup.state, signup.ended_at = state, now
    _forget(signup)
    signup.due_at, signup.lease, signup.leased_until = None, None, None
    signup.save()


def expire(now: datetime) -> int:
    """Ends those that nobody brought to an end in time; answers how many."""
    with transaction.atomic(durable=True):
        rows = Signup.objects.filter(state__in=Signup.OPEN, expires_at__lte=now)
        late = list(rows.select_for_update(skip_locked=True, of=("self",)).select_related("tenant"))
        for row in late:
            end(row, State.EXPIRED, now)
            audit.record("onboarding.expired", tenant=row.tenant, obj=row)
    return len(late)


def _connected(signup: Signup, now: datetime) -> None:
    if signup.state == State.CONNECTED:
        return
    signup.state, signup.ended_at = State.CONNECTED, now
    _forget(signup)  # the vault holds the secrets from now on, and who granted them
    audit.record("onboarding.connected", tenant=signup.tenant, actor=signup.person, obj=signup, way=signup.way)
    if signup.invitation_id:
        SignupInvitation.objects.filter(pk=signup.invitation_id, used_at=None).update(used_at=now)


def _forget(signup: Signup) -> None:
    """Its secrets, and by what Meta names the person who granted them."""
    signup.token = signup.pin = None
    signup.facts.pop("granter", None)
    signup.facts.get("token", {}).pop("user_id", None)


def _lease(signup: Signup, step: SignupStep, now: datetime) -> uuid.UUID:
    lease = uuid.uuid4()
    step.state, step.started_at, step.attempts = Step.RUNNING, now, step.attempts + 1
    step.save(update_fields=["state", "started_at", "attempts"])
    signup.lease, signup.leased_until, signup.due_at = lease, now + LEASE, signup.due_at or now
    if signup.state != State.CONNECTED:
        signup.state = State.RUNNING
    signup.save(update_fields=["lease", "leased_until", "due_at", "state"])
    return lease


def _held(signup: Signup, lease: uuid.UUID) -> Signup | None:
    row = locked(signup)
    return row if row.lease == lease else None
