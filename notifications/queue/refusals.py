"""What follows when a message was not accepted, or was reported as not delivered: retry.decide says it, we do it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from notifications import consenting, rates, retry, timeline
from notifications.models import NotificationJob
from notifications.queue.promise import ring_on_commit
from templates_mgmt import outages
from tenants import connections
from tenants.flags import Automation
from tenants.models import Consent, PhoneNumber
from whatsapp import renumbering, window
from whatsapp.errors import WIDER_THAN_A_NUMBER, ErrorKind, ProviderError, Refused, Scope, Unreachable
from whatsapp.providers.meta import error_codes

State = NotificationJob.State
ACCESS_KINDS = frozenset({ErrorKind.TOKEN, ErrorKind.ACCOUNT})
UNCOUNTED = ACCESS_KINDS | {ErrorKind.RATE_LIMITED}


class NotMade(Unreachable):
    """The call was not made, since its moment had passed. It says nothing of the provider, and uses up no retry."""


@dataclass(frozen=True)
class Refusal:
    """A message was not accepted, or was reported as not delivered; ``facts`` go to the timeline and the reason.

    One that does not count uses up no retry, whatever its kind.
    """

    kind: ErrorKind
    scope: Scope
    facts: Mapping[str, Any] = field(default_factory=dict)
    retry_after: float | None = None
    counts: bool = True

    @classmethod
    def of(cls, error: ProviderError) -> "Refusal":
        if isinstance(error, Refused):
            facts = {"error_code": error.code, "details": error.details, "fbtrace_id": error.fbtrace_id}
            return cls(error.kind, error.scope, facts, error.retry_after)
        return cls(error.kind, error.scope, {"error": str(error)[:300]}, counts=not isinstance(error, NotMade))


def settle(job: NotificationJob, refusal: Refusal, number: PhoneNumber, automation: Automation, now: datetime) -> str:
    """Answers the job's new state; the job is locked by the caller."""
    job.failures += refusal.counts and refusal.kind not in UNCOUNTED
    decision = retry.decide(
        refusal.kind,
        refusal.scope,
        attempts=job.attempts,
        failures=job.failures,
        now=now,
        base_delay=automation.retry_base_delay,
        max_retries=automation.max_retries,
        retry_after=refusal.retry_after,
        seed=str(job.pk),
    )
    if refusal.kind == ErrorKind.WINDOW_CLOSED and job.message and job.message.conversation:
        window.forget(job.message.conversation)
    if not _waits_for_template(job, refusal, number, automation, now):
        _follow(job, decision, refusal, number, now)
    job.updated_at = now
    job.save(update_fields=_SETTLED)
    return str(job.state)


_SETTLED = ["state", "number", "due_at", "failures", "reason_code", "reason_detail", "leased_until", "updated_at"]


def _waits_for_template(
    job: NotificationJob, refusal: Refusal, number: PhoneNumber, automation: Automation, now: datetime
) -> bool:
    """Meta paused or disabled the template meanwhile: the gates hold it or take the one in its place."""
    status, message = error_codes.TEMPLATE_STATES.get(refusal.facts.get("error_code", 0)), job.message
    if not (status and message and number.account) or job.failures > automation.max_retries:
        return False
    if not outages.believe(number.account, message.template_name, message.template_language, status, now):
        return False
    _again(job, now, "retry", refusal, now)
    return True


def _follow(
    job: NotificationJob, decision: retry.Decision, refusal: Refusal, number: PhoneNumber, now: datetime
) -> None:
    match decision:
        case retry.Retry(at):
            _again(job, at, "retry", refusal, now)
        case retry.Wait(at):
            _wait(job, at, refusal, number, now)
        case retry.SlowDown(scope, retry_after):
            at = rates.block(number, scope, job.sent_to, now, retry_after)
            _again(job, at, "provider_rate", refusal, now)
        case retry.GiveUp(code, slow):
            if slow:
                rates.block(number, slow, job.sent_to, now)
            _give_up(job, code, refusal, now)


def _again(job: NotificationJob, at: datetime, code: str, refusal: Refusal, now: datetime) -> None:
    job.state, job.due_at, job.leased_until = State.PENDING, at, None
    job.number = job.number and renumbering.successor(job.number, job.contact)
    job.reason_code, job.reason_detail = code, {**refusal.facts, "until": at.isoformat()}
    timeline.write(job, "retry", now=now, until=at.isoformat())
    if at <= now:
        ring_on_commit()


def _wait(job: NotificationJob, at: datetime, refusal: Refusal, number: PhoneNumber, now: datetime) -> None:
    """Not this message's fault: with lost access the whole number waits, unless the company has given it up."""
    if refusal.kind not in ACCESS_KINDS:
        return _again(job, at, "provider_rate", refusal, now)
    if number.owned_until is None:
        degrade = connections.degrade_account if refusal.scope in WIDER_THAN_A_NUMBER else connections.degrade
        degrade(number, _summary(refusal), now)
    return _again(job, at, "connection_lost", refusal, now)


def _summary(refusal: Refusal) -> str:
    code = refusal.facts.get("error_code")
    return error_codes.sentence(code) if code is not None else str(error_codes.KIND_SENTENCES[refusal.kind])


def _give_up(job: NotificationJob, code: str, refusal: Refusal, now: datetime) -> None:
    """A job whose message was accepted stays sent: the message itself says failed, and may yet be proved delivered."""
    is_opt_out = refusal.kind == ErrorKind.OPTED_OUT
    job.reason_code, job.reason_detail, job.leased_until = code, dict(refusal.facts), None
    if is_opt_out:
        _keep_opt_out(job, refusal, now)
    if job.state != State.SENT:
        job.state, event = (State.SKIPPED, "skipped") if is_opt_out else (State.FAILED, "failed")
        timeline.write(job, event, now=now, code=code, **refusal.facts)


def _keep_opt_out(job: NotificationJob, refusal: Refusal, now: datetime) -> None:
    """Meta says that the person stopped marketing messages of this company."""
    consenting.opt_out(
        job.contact,
        category=Consent.Category.MARKETING,
        source=Consent.Source.PROVIDER_ERROR,
        now=now,
        proof=f"{refusal.facts.get('error_code', '')} {job.pk}".strip(),
    )
