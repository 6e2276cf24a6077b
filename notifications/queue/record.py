"""Writes down what came back from a call, or from a status: sent, to be tried again, waiting, failed, uncertain.

Only a job whose attempt and lease are still those of the call is changed. An answer that comes after the job went on
is kept on its attempt, and two message ids for one job raise an alert.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from notifications import consenting, rates, reach, retry, timeline
from notifications.models import JobAttempt, JobEvent, NotificationJob
from notifications.queue.promise import ring_on_commit
from notifications.queue.start import Ticket
from templates_mgmt import outages
from tenants import alerts, connections, contacts, phones, rows
from tenants.flags import Automation
from tenants.models import Consent, Contact, Identity, PhoneNumber
from whatsapp import renumbering, statuses, window
from whatsapp.errors import WIDER_THAN_A_NUMBER, ErrorKind, OutcomeUnknown, ProviderError, Refused, Scope, Unreachable
from whatsapp.models import Message
from whatsapp.providers.base import Accepted
from whatsapp.providers.meta import error_codes

State, Ended = NotificationJob.State, JobAttempt.Outcome
Outcome = Accepted | ProviderError | OutcomeUnknown  # of one call
Taken = tuple[Ticket, Accepted]
ACCESS_KINDS = frozenset({ErrorKind.TOKEN, ErrorKind.ACCOUNT})
UNCOUNTED = ACCESS_KINDS | {ErrorKind.RATE_LIMITED}
HELD = {"assessment": "held_for_assessment", "paused": "held_while_paused"}  # lines of the timeline
TWICE, TAKEN = "sent_twice", "message_id_taken"  # alerts


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


def record(ticket: Ticket, outcome: Outcome, now: datetime) -> str:
    """Records the outcome of one call; answers the job's new state ("" when the job had gone on without us)."""
    return record_many([(ticket, outcome)], now)[0]


def record_many(outcomes: Sequence[tuple[Ticket, Outcome]], now: datetime) -> list[str]:
    """As ``record`` for many calls in one transaction, accepted ones by a constant number of queries."""
    accepted = {ticket.job.pk: (ticket, told) for ticket, told in outcomes if isinstance(told, Accepted)}
    with transaction.atomic():
        states = _record_accepted(list(accepted.values()), now) if accepted else {}
        for ticket, told in sorted(outcomes, key=_by_account):
            if isinstance(told, OutcomeUnknown):
                states[ticket.job.pk] = _record_unknown(ticket, told, now)
            elif isinstance(told, ProviderError):
                states[ticket.job.pk] = _record_refused(ticket, told, now)
    return [states[ticket.job.pk] for ticket, _told in outcomes]


def _by_account(outcome: tuple[Ticket, Outcome]) -> tuple[int, int]:
    """One order in which all workers degrade numbers, whose rows they lock."""
    number = outcome[0].number
    return number.account_id or 0, number.pk


def _record_accepted(taken: Sequence[Taken], now: datetime) -> dict[UUID, str]:
    """Messages first, then their jobs, as statuses take their locks."""
    _keep_ids(taken, now)
    changed = _mark_sent(taken, now)
    lines = [_accepted_line(ticket, accepted, ticket.job.pk in changed, now) for ticket, accepted in taken]
    lines += [timeline.draft(ticket.job, HELD[told.held], now=now) for ticket, told in taken if told.held]
    rows.insert(lines)
    _learn_addresses(taken)
    for ticket, _accepted in taken:
        if ticket.attempt > 1 or ticket.job.pk not in changed:
            alert_if_twice(ticket.job, now)
    return {ticket.job.pk: str(State.SENT) if ticket.job.pk in changed else "" for ticket, _accepted in taken}


def _keep_ids(taken: Sequence[Taken], now: datetime) -> None:
    """The messages learn their ids; all at once, or, where one is taken, each by itself."""
    try:
        with transaction.atomic():
            statuses.record_accepted_many({t.message_id: told.provider_message_id for t, told in taken}, now)
    except IntegrityError:
        for ticket, told in sorted(taken, key=lambda each: each[0].message_id):
            _keep_id(ticket, told.provider_message_id, now)


def _keep_id(ticket: Ticket, wamid: str, now: datetime) -> None:
    """Where another message has this id already, the job is sent all the same and an alert tells."""
    try:
        with transaction.atomic():
            statuses.record_accepted(Message.objects.get(pk=ticket.message_id), wamid, now)
    except IntegrityError:
        alerts.raise_alert(TAKEN, tenant=ticket.job.tenant, subject=str(ticket.job.pk), now=now, message_id=wamid)


_MARK_SENT = """
WITH taken AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%(taken)s::json)
               AS taken(job uuid, attempt int, token uuid, wamid text, person text)
), closed AS (
    UPDATE notifications_jobattempt AS attempt
       SET finished_at = %(now)s, outcome = 'accepted', provider_message_id = taken.wamid
      FROM taken
     WHERE attempt.job_id = taken.job AND attempt.attempt = taken.attempt
 RETURNING attempt.number_id, attempt.started_at, taken.person
), relieved AS (
    UPDATE notifications_rate SET strikes = strikes - 1 WHERE id IN (
        SELECT rate.id
          FROM notifications_rate AS rate
         WHERE rate.strikes > 0 AND EXISTS (
            SELECT 1 FROM closed
             WHERE closed.number_id = rate.number_id AND rate.recipient IN ('', closed.person)
               AND closed.started_at >= rate.blocked_until)
           FOR UPDATE SKIP LOCKED)
), ours AS (
    SELECT job.id
      FROM taken
      JOIN notifications_notificationjob AS job
        ON job.id = taken.job AND job.attempts = taken.attempt AND job.lease_token = taken.token
     WHERE job.state IN ('sending', 'uncertain', 'sent')
     ORDER BY job.id
       FOR UPDATE OF job
)
UPDATE notifications_notificationjob AS job
   SET state = 'sent', leased_until = NULL, reason_code = '', reason_detail = '{}', updated_at = %(now)s
  FROM ours
 WHERE job.id = ours.id
RETURNING job.id
"""


def _mark_sent(taken: Sequence[Taken], now: datetime) -> set[UUID]:
    """Each attempt is written in any case: it is what really happened. Answers the jobs that are sent now, which are
    those whose attempt and lease are still those of the call.

    What was accepted after the provider had said "too fast" shortens the next wait (rates.block); a clock that a claim
    holds at this moment is left for the next group.
    """
    facts = [
        {
            "job": str(ticket.job.pk),
            "attempt": ticket.attempt,
            "token": str(ticket.token),
            "wamid": accepted.provider_message_id,
            "person": _recipient(ticket.job),
        }
        for ticket, accepted in taken
    ]
    with connection.cursor() as cursor:
        cursor.execute(_MARK_SENT, {"taken": json.dumps(facts), "now": now})
        return {pk for (pk,) in cursor.fetchall()}


def _accepted_line(ticket: Ticket, accepted: Accepted, in_time: bool, now: datetime) -> JobEvent:
    facts = {"attempt": ticket.attempt, "provider_message_id": accepted.provider_message_id}
    return timeline.draft(ticket.job, "accepted" if in_time else "late_answer", now=now, **facts)


def _learn_addresses(taken: Sequence[Taken]) -> None:
    """Meta may know a person under another address than the one we were given; both lead to the contact from now."""
    told = [(ticket.job.contact, _names(ticket, accepted)) for ticket, accepted in taken if not ticket.is_redirected]
    news = [(contact, names) for contact, names in told if names.user_id or names.wa_id not in {"", contact.address}]
    known = _known_user_ids(news)
    for contact, names in news:
        if (contact.pk, names.user_id) not in known or names.wa_id not in {"", contact.address}:
            contacts.learn(contact, names)


def _names(ticket: Ticket, accepted: Accepted) -> contacts.Names:
    account = ticket.number.account
    return contacts.Names(
        wa_id=accepted.wa_id,
        user_id=accepted.user_id,
        portfolio_id=account.business_portfolio_id if account else "",
    )


def _known_user_ids(news: Sequence[tuple[Contact, contacts.Names]]) -> set[tuple[int, str]]:
    if not news:
        return set()
    rows = Identity.objects.filter(contact__in=[contact.pk for contact, _names in news], kind=Identity.Kind.USER_ID)
    return set(rows.values_list("contact_id", "value"))


def alert_if_twice(job: NotificationJob, now: datetime) -> None:
    """Two message ids for one job: the customer got it twice, and somebody should know."""
    wamids = set(job.attempt_rows.exclude(provider_message_id="").values_list("provider_message_id", flat=True))
    if len(wamids) > 1:
        alerts.raise_alert(TWICE, tenant=job.tenant, subject=str(job.pk), now=now, message_ids=sorted(wamids))


def _record_unknown(ticket: Ticket, unknown: OutcomeUnknown, now: datetime) -> str:
    until = now + ticket.automation.uncertain_hold
    _close(ticket, now, outcome=Ended.UNCERTAIN, error=str(unknown)[:300])
    changed = _matching(ticket, State.SENDING).update(
        state=State.UNCERTAIN, leased_until=until, reason_code="no_answer", reason_detail={}, updated_at=now
    )
    if not changed:
        return ""
    facts = {"attempt": ticket.attempt, "until": until.isoformat(), "error": str(unknown)[:300]}
    timeline.write(ticket.job, "uncertain", now=now, code="no_answer", **facts)
    return str(State.UNCERTAIN)


def _record_refused(ticket: Ticket, error: ProviderError, now: datetime) -> str:
    refusal = Refusal.of(error)
    reach.give_back([f"{ticket.job.pk}:{ticket.attempt}"])
    _close(
        ticket,
        now,
        outcome=Ended.REFUSED,
        error=str(error)[:300],
        error_code=refusal.facts.get("error_code"),
        fbtrace_id=str(refusal.facts.get("fbtrace_id", ""))[:60],
    )
    job = _matching(ticket, State.SENDING, State.UNCERTAIN).select_for_update(of=("self",)).first()
    if job is None:
        return ""
    event, code = _told(error)
    timeline.write(job, event, now=now, code=code, attempt=ticket.attempt, **refusal.facts)
    return settle(job, refusal, ticket.number, ticket.automation, now)


def _told(error: ProviderError) -> tuple[str, str]:
    """The timeline's event and its reason."""
    match error:
        case Refused():
            return "refused", "provider_refused"
        case NotMade():
            return "unreachable", "no_thread"
        case _:
            return "unreachable", "unreachable"


def settle(job: NotificationJob, refusal: Refusal, number: PhoneNumber, automation: Automation, now: datetime) -> str:
    """Lets retry.decide say what follows from a refusal and does it; the job is locked by the caller."""
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
            at = rates.block(number, scope, _recipient(job), now, retry_after)
            _again(job, at, "provider_rate", refusal, now)
        case retry.GiveUp(code):
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


def _recipient(job: NotificationJob) -> str:
    """Where the last attempt really went, as the rates name it."""
    return phones.recipient(job.message.address if job.message else job.to)


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


def _close(ticket: Ticket, now: datetime, **values: Any) -> None:
    """The attempt's own row is written in any case: it is what really happened."""
    rows = JobAttempt.objects.filter(job=ticket.job, attempt=ticket.attempt)
    rows.update(finished_at=now, **values)


def _matching(ticket: Ticket, *states: str) -> Any:
    return NotificationJob.objects.filter(
        pk=ticket.job.pk, attempts=ticket.attempt, lease_token=ticket.token, state__in=states
    ).select_related("tenant", "contact", "number", "message__conversation")
