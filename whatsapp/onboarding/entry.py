"""What comes from outside into a signup: its start, Meta's window, a person's values. Each bound to who started it."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from tenants import audit, phones, tokens, vault
from tenants.models import Tenant
from whatsapp import bell
from whatsapp.models import Signup, SignupInvitation, SignupStep
from whatsapp.onboarding import progress, steps, ways
from whatsapp.onboarding.problems import NotAllowed, Stopped
from whatsapp.providers.values import mapping, text

WINDOW_LIFE = timedelta(hours=1)  # for Meta's window to be answered
LIFE = timedelta(days=7)  # for the whole; Meta wants a number registered within 14 days
FINISHED = "FINISH"  # how every success of Meta's window begins
GIVEN_UP = frozenset({"CANCEL", "ERROR", "CLOSED"})
RUN_TASK = "whatsapp.run_signups"

Step = SignupStep.State


@dataclass(frozen=True)
class Caller:
    """Who stands at the door. ``browser`` is the secret of a cookie, empty for a tenant's system."""

    source: str
    person: Any = None
    browser: str = field(default="", repr=False)
    invitation: SignupInvitation | None = None

    @property
    def browser_hash(self) -> str:
        return tokens.hash_of(self.browser) if self.browser else ""


@dataclass(frozen=True)
class Pasted:
    """The manual way's ids and token."""

    waba_id: str
    phone_number_id: str
    access_token: str = field(repr=False)


def begin(tenant: Tenant, way: str, caller: Caller, now: datetime, pasted: Pasted | None = None) -> Signup:
    """Starts a signup; the manual way has all it needs and runs at once."""
    with transaction.atomic(durable=True):
        signup = Signup.objects.create(
            tenant=tenant,
            way=way,
            source=caller.source,
            person=caller.person,
            invitation=caller.invitation,
            browser_hash=caller.browser_hash,
            nonce=secrets.token_hex(32),
            state_until=now + WINDOW_LIFE,
            created_at=now,
            expires_at=now + (LIFE if pasted else WINDOW_LIFE),
        )
        SignupStep.objects.bulk_create(
            SignupStep(tenant=tenant, signup=signup, name=name, position=position)
            for position, name in enumerate(ways.STEPS[way])
        )
        audit.record("onboarding.started", tenant=tenant, actor=caller.person, obj=signup, way=way, by=caller.source)
        if pasted:
            _take_pasted(signup, pasted, now)
    if pasted:
        bell.ring(RUN_TASK)
    return signup


def state_of(signup: Signup) -> str:
    """The state token of the signup's present window; it proves the page, and the database does not hold it."""
    return salted_hmac("whatsapp.onboarding.state", f"{signup.pk}:{signup.nonce}", algorithm="sha256").hexdigest()


def take_code(signup: Signup, code: str, state: str, caller: Caller, now: datetime, granter: str = "") -> None:
    """Exchanges the code of Meta's window at once: it lives 30 seconds. The outcome is the step ``code``.

    ``granter`` is the person's id towards our app, where the window tells it: believed, since it can only end what it
    is written to. Raises NotAllowed for a state that is missing, forged, used, expired, or of another browser or
    person.
    """
    check_caller(signup, caller)
    _check_state(signup, code, state, caller, now)
    if not Signup.objects.filter(pk=signup.pk, nonce=signup.nonce, state_used_at=None).update(state_used_at=now):
        raise refuse(signup, "state_used", caller)
    lease = progress.lease_for(signup, "code", now)
    try:
        token = steps.exchange(code)
    except Stopped as stopped:
        progress.stop(signup, lease, "code", stopped, now)
    else:
        with transaction.atomic(durable=True):
            Signup.objects.filter(pk=signup.pk).update(token=vault.encrypt(token), expires_at=now + LIFE)
            facts = signup.facts | {"granter": granter if _is_id(granter) else ""}
            progress.finish(signup, lease, "code", progress.Outcome(writes={"facts": facts}), now)
    bell.ring(RUN_TASK)


def take_session(signup: Signup, told: Mapping[str, Any], caller: Caller, now: datetime) -> None:
    """What Meta's window told of account and number, before or after the code. The first word counts."""
    check_caller(signup, caller)
    event, data = text(told.get("event"), 60), mapping(told.get("data"))
    with transaction.atomic(durable=True):
        row = progress.locked(signup)
        step = row.steps.get(name="session")
        if row.state not in Signup.OPEN or step.state in SignupStep.FINISHED:
            return
        stopped = None if event.startswith(FINISHED) else _why_given_up(event, data)
        if stopped:
            progress.write_stop(row, step, stopped, now)
        else:
            _keep_ids(row, data)
            progress.write_done(step, progress.Outcome(detail=_described(row)), now)
        if not progress.is_leased(row, now):  # else whoever holds the lease settles it
            progress.settle(row, now)
    bell.ring(RUN_TASK)


def retry(signup: Signup, name: str, values: Mapping[str, str], caller: Caller, now: datetime) -> None:
    """Tries one step again, alone. ``values`` are what a person gave for it: a PIN, ids, a token, a phone.

    ``code`` means that Meta's window is opened again: what hangs on its answer is done anew. Raises NotAllowed.
    """
    check_caller(signup, caller, strictly=False)
    with transaction.atomic(durable=True):
        row = progress.locked(signup)
        step = row.steps.filter(name=name).first()
        if step is None or not progress.may_retry(row, step, now):
            raise NotAllowed("not_retryable")
        _take_values(row, step, values)
        if name in ways.OF_THE_WINDOW and row.way != Signup.Way.MANUAL:
            _open_window_again(row, caller, now)
        else:
            progress.reset(row, [name])
        progress.settle(row, now)
        audit.record("onboarding.retried", tenant=row.tenant, actor=caller.person, obj=row, step=name)
    bell.ring(RUN_TASK)


def give_up(signup: Signup, caller: Caller, now: datetime) -> None:
    """A person ends a signup that did not connect; its secrets are forgotten."""
    with transaction.atomic(durable=True):
        row = progress.locked(signup)
        if row.state in Signup.OPEN:
            progress.end(row, Signup.State.CANCELLED, now)
            audit.record("onboarding.cancelled", tenant=row.tenant, actor=caller.person, obj=row)


def check_caller(signup: Signup, caller: Caller, *, strictly: bool = True) -> None:
    """Raises NotAllowed, with a line of audit, for another browser or person than the one that started.

    ``strictly`` off lets another manager of the same company go on where no answer of Meta's window is taken.
    """
    is_bound = bool(signup.browser_hash) and (strictly or signup.source == Signup.Source.INVITATION)
    if is_bound and not constant_time_compare(signup.browser_hash, caller.browser_hash):
        raise refuse(signup, "other_browser", caller)
    if strictly and signup.person_id and signup.person_id != getattr(caller.person, "pk", None):
        raise refuse(signup, "other_person", caller)


def refuse(signup: Signup, problem: str, caller: Caller) -> NotAllowed:
    """The refusal, after its line in the audit trail."""
    audit.record("onboarding.refused", tenant=signup.tenant, actor=caller.person, obj=signup, problem=problem)
    return NotAllowed(problem)


def _check_state(signup: Signup, code: str, state: str, caller: Caller, now: datetime) -> None:
    problem = ""
    if not state:
        problem = "state_missing"
    elif not hmac.compare_digest(state.encode(), state_of(signup).encode()):
        problem = "state_forged"
    elif signup.state_used_at:
        problem = "state_used"
    elif signup.state not in Signup.OPEN:
        problem = "over"
    elif now >= signup.state_until:
        problem = "state_expired"
    elif not code:
        problem = "code_missing"
    if problem:
        raise refuse(signup, problem, caller)


def _keep_ids(signup: Signup, data: Mapping[str, Any]) -> None:
    signup.waba_id = _id(data.get("waba_id"))
    signup.phone_number_id = _id(data.get("phone_number_id"))
    if not signup.waba_id:
        raise NotAllowed("ids_invalid")
    signup.save(update_fields=["waba_id", "phone_number_id"])


def _id(value: Any) -> str:
    """A wire id, or empty; NotAllowed for what is none."""
    found = text(value)
    if found and not _is_id(found):
        raise NotAllowed("ids_invalid")
    return found


def _is_id(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= 40


def _described(signup: Signup) -> dict[str, str]:
    return {"waba_id": signup.waba_id, "phone_number_id": signup.phone_number_id}


def _why_given_up(event: str, data: Mapping[str, Any]) -> Stopped:
    if event not in GIVEN_UP:
        return Stopped("event_unknown", event=event)
    said = text(data.get("error_message"), 300)
    if said:
        code = text(data.get("error_code") or data.get("error_id"), 20)
        return Stopped("meta_window", said=said, code=code, session_id=text(data.get("session_id"), 60))
    at = text(data.get("current_step"), 60)
    return Stopped("cancelled", at=at) if at else Stopped("closed")


def _take_pasted(signup: Signup, pasted: Pasted, now: datetime) -> None:
    signup.token = vault.encrypt(pasted.access_token)
    signup.waba_id, signup.phone_number_id = _id(pasted.waba_id), _id(pasted.phone_number_id)
    if not (signup.waba_id and signup.phone_number_id):
        raise NotAllowed("ids_invalid")
    signup.save(update_fields=["token", "waba_id", "phone_number_id"])
    progress.write_done(signup.steps.get(name="session"), progress.Outcome(detail=_described(signup)), now)
    progress.settle(signup, now)


def _take_values(signup: Signup, step: SignupStep, values: Mapping[str, str]) -> None:
    if pin := values.get("pin", ""):
        if not (pin.isascii() and pin.isdigit() and len(pin) == 6):
            raise NotAllowed("pin_invalid")
        signup.pin = vault.encrypt(pin)
    if token := values.get("access_token", ""):
        signup.token = vault.encrypt(token)
    if chosen := _id(values.get("phone_number_id", "")):
        signup.phone_number_id = chosen
    if waba_id := _id(values.get("waba_id", "")):
        signup.waba_id = waba_id
    if step.name == "test":
        to = _phone(values.get("to", "") or signup.facts.get("test_to", ""))
        signup.facts |= {"test_to": to, "test_ref": f"signup:{secrets.token_hex(8)}"}
    signup.save(update_fields=["pin", "token", "phone_number_id", "waba_id", "facts"])


def _phone(value: str) -> str:
    try:
        return phones.normalize(value)
    except ValueError:
        raise NotAllowed("phone_invalid") from None


def _open_window_again(signup: Signup, caller: Caller, now: datetime) -> None:
    """A new state for a new answer; the browser that asks is the one that may give it."""
    signup.nonce, signup.state_used_at, signup.state_until = secrets.token_hex(32), None, now + WINDOW_LIFE
    signup.expires_at = max(signup.expires_at, signup.state_until)
    signup.person, signup.browser_hash = caller.person, caller.browser_hash
    signup.waba_id, signup.phone_number_id, signup.token = "", "", None
    signup.save()
    progress.reset(signup, ways.BEFORE_PROOF)
