"""A connection in progress as its page shows it: step by step, with what a person may do."""

from dataclasses import dataclass
from datetime import datetime

from tenants.models import Tenant
from whatsapp.models import Signup, SignupInvitation, SignupStep
from whatsapp.onboarding import outcomes, problems, progress, ways
from whatsapp.onboarding.ways import StepWords

Step = SignupStep.State
SHOWN = 20
# What a person gives when the step is tried again, by what stopped it: names of fields.
ASKED: dict[str, tuple[str, ...]] = {
    "pin_needed": ("pin",),
    "several_numbers": ("phone_number_id",),
}
ASKED_BY_HAND: dict[str, tuple[str, ...]] = {
    "token_invalid": ("access_token",),
    "token_lost": ("access_token",),
    "other_app": ("access_token",),
    "scope_missing": ("access_token",),
    "no_permission": ("access_token",),
    "account_unreadable": ("waba_id", "phone_number_id", "access_token"),
    "number_elsewhere": ("waba_id", "phone_number_id"),
}


@dataclass(frozen=True)
class Line:
    """One step. ``asks`` are the fields of its button; ``opens_window``: the button leads to Meta's window again."""

    step: SignupStep
    words: StepWords
    sentence: str
    may_retry: bool
    asks: tuple[str, ...] = ()
    opens_window: bool = False


@dataclass(frozen=True)
class Progress:
    """``is_moving``: something happens by itself, so that the page looks again; ``may_open``: Meta's window waits."""

    signup: Signup
    lines: list[Line]
    is_moving: bool
    may_open: bool

    @property
    def is_open(self) -> bool:
        return self.signup.state in Signup.OPEN


def progress_of(signup: Signup, now: datetime) -> Progress:
    """Two queries."""
    signup = Signup.objects.select_related("tenant", "number").get(pk=signup.pk)
    steps = list(signup.steps.order_by("position"))
    lines = [_line(signup, step, now) for step in steps]
    with_window = signup.way != Signup.Way.MANUAL and signup.state in Signup.OPEN
    is_moving = signup.due_at is not None or signup.leased_until is not None
    stopped = any(step.state == Step.FAILED for step in steps)
    may_open = with_window and signup.state_used_at is None and now < signup.state_until and not stopped
    return Progress(signup, lines, is_moving, may_open)


def unfinished(tenant: Tenant) -> list[Signup]:
    """What was begun and waits for somebody."""
    return list(Signup.objects.for_tenant(tenant).filter(state__in=Signup.OPEN).select_related("person")[:SHOWN])


def invitations(tenant: Tenant, now: datetime) -> list[SignupInvitation]:
    """The links that still lead somewhere, newest first."""
    rows = SignupInvitation.objects.for_tenant(tenant).filter(revoked_at=None, expires_at__gt=now)
    return list(rows.select_related("created_by")[:SHOWN])


def _line(signup: Signup, step: SignupStep, now: datetime) -> Line:
    may_retry = progress.may_retry(signup, step, now) and (step.state == Step.FAILED or step.name in ways.OF_A_PERSON)
    told = problems.sentence(step) if step.state == Step.FAILED else outcomes.sentence(step)
    asks = ("to",) if step.name in ways.OF_A_PERSON else ASKED.get(step.problem, ())
    by_hand = signup.way == Signup.Way.MANUAL
    asks = asks or (ASKED_BY_HAND.get(step.problem, ()) if by_hand else ())
    needs_window = not by_hand and (step.name in ways.OF_THE_WINDOW or step.problem in ASKED_BY_HAND)
    return Line(step, ways.WORDS[step.name], told, may_retry, asks, may_retry and needs_window)
