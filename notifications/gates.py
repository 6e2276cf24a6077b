"""The ordered list of reasons not to send now. Each gate is a small function: pass, hold until, skip, cancel or fail.

Kill switch, consent, window and number bind every message; mode, queue switch, allowlist and quiet hours only what is
sent automatically. Speed limits come last, for a whole batch at once (notifications.rates).
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from notifications import opening_hours, routing
from notifications.candidates import PASS, Cancel, Candidate, Fail, Hold, Skip, Verdict
from notifications.kinds.base import NotSendable
from notifications.models import NotificationJob
from templates_mgmt.mapping import MappingProblem
from tenants.models import AutomationSettings, Consent, Tenant
from whatsapp import delivery
from whatsapp.content import Template
from whatsapp.errors import InvalidContent
from whatsapp.providers.base import Outgoing

MARKETING = "MARKETING"  # Meta's category of a template
LOOK_AGAIN = timedelta(minutes=1)  # when nobody can say how long a hold lasts
TEMPLATE_AGAIN = timedelta(minutes=5)  # likewise; Meta's own word comes sooner
Mode = AutomationSettings.Mode
Gate = Callable[[Candidate], Verdict]


def examine(candidate: Candidate) -> Verdict:
    """The first verdict that is not Pass; Pass leaves the candidate with content and body."""
    verdicts = (gate(candidate) for gate in GATES)
    return next((verdict for verdict in verdicts if verdict != PASS), PASS)


def kill_switch(candidate: Candidate) -> Verdict:
    switch = candidate.switch
    if switch is None:
        return PASS
    known = {"until": switch.until.isoformat()} if switch.until else {}
    author = {"author": switch.author.get_username()} if switch.author else {}
    facts = {"reason": switch.reason, **author, **known}
    return Hold(switch.until or candidate.now + LOOK_AGAIN, "kill_switch", facts)


def known_kind(candidate: Candidate) -> Verdict:
    return PASS if candidate.kind else Skip("unknown_kind", {"kind": candidate.job.kind})


def tenant_active(candidate: Candidate) -> Verdict:
    if candidate.tenant.state == Tenant.State.CLOSED:
        return Skip("tenant_closed")
    if candidate.tenant.state == Tenant.State.PAUSED and candidate.is_automatic:
        return Hold(candidate.now + LOOK_AGAIN, "tenant_paused")
    return PASS


def connection(candidate: Candidate) -> Verdict:
    number = candidate.number
    if number is None:
        return Hold(candidate.now + LOOK_AGAIN, "no_number")
    if number.may_send:
        return PASS
    detail = {"number": number.display_phone_number, "state": number.get_state_display(), "why": number.state_reason}
    return Hold(candidate.now + LOOK_AGAIN, "connection_waiting", detail)


def within_portfolio(candidate: Candidate) -> Verdict:
    """A user id means a person within one business portfolio only."""
    number, is_redirected = candidate.number, candidate.to != candidate.job.to
    if number is None or is_redirected or not routing.is_of_another_portfolio(number, candidate.portfolios):
        return PASS
    return Fail("other_portfolio", {"number": number.display_phone_number})


def switched_on(candidate: Candidate) -> Verdict:
    automation = candidate.automation
    if not candidate.is_automatic:
        return PASS
    if not automation.queue_enabled:
        return Skip("queue_disabled")
    if automation.mode == Mode.DISABLED:
        return Skip("mode_disabled")
    return PASS if automation.allowed else Skip("not_allowed")


def blocked(candidate: Candidate) -> Verdict:
    """The company wants nothing to do with the person; a tester's phone is not the person's."""
    contact = candidate.job.contact
    if contact.blocked_at is None or candidate.to != candidate.job.to:
        return PASS
    return Skip("contact_blocked", {"reason": contact.block_reason})


def consent(candidate: Candidate) -> Verdict:
    if candidate.refusal is None or (candidate.kind and candidate.kind.exempt_from_consent):
        return PASS
    return _opted_out(candidate.refusal)


def marketing_consent(candidate: Candidate) -> Verdict:
    """Whatever its kind, a template that Meta files under marketing obeys what was said of marketing."""
    content, word = candidate.content, candidate.marketing_refusal
    is_marketing = isinstance(content, Template) and content.category == MARKETING
    return _opted_out(word) if word and is_marketing else PASS


def _opted_out(word: Consent) -> Skip:
    detail = {"at": word.effective_at.isoformat(), "source": word.source, "category": word.category}
    return Skip("opted_out", detail)


def still_wanted(candidate: Candidate) -> Verdict:
    reason = candidate.kind.still_wanted(candidate.job, candidate.now) if candidate.kind else None
    return Cancel(reason) if reason else PASS


def person_talking(candidate: Candidate) -> Verdict:
    """Somebody has taken the conversation, or answers in the phone app: the robot keeps still, there for a while."""
    said_at, kind = candidate.app_words_at, candidate.kind
    if kind is None or not kind.yields_to_people:
        return PASS
    if candidate.thread and candidate.thread.is_taken:
        return Skip("conversation_taken")
    if said_at is None:
        return PASS
    until = said_at + candidate.automation.app_pause
    if candidate.now >= until:
        return PASS
    return Skip("person_talking", {"at": said_at.isoformat(), "until": until.isoformat()})


def lateness(candidate: Candidate) -> Verdict:
    latest = latest_time(candidate)
    if latest is None or candidate.now <= latest:
        return PASS
    return Skip("too_late", {"scheduled_for": candidate.job.scheduled_for.isoformat()})


def latest_time(candidate: Candidate) -> datetime | None:
    """After which it is too late; None: never. A wait that the company planned (quiet hours, holidays) is no lateness.

    Any other wait is (kill switch, pause, lost access, limits), so that no backlog bursts out when it ends.
    """
    kind, job = candidate.kind, candidate.job
    if kind is None or kind.late_limit is None or job.by_person:
        return None
    open_at = closed_until(candidate, job.scheduled_for) if kind.waits_out_hours else None
    return (open_at or job.scheduled_for) + kind.late_limit


def quiet_hours(candidate: Candidate) -> Verdict:
    """Quiet spans by kind, and holidays; an answer to a customer who waits is held by no holiday."""
    until = None if candidate.job.by_person else closed_until(candidate, candidate.now)
    if until is None:
        return PASS
    is_holiday = opening_hours.is_holiday(candidate.now.astimezone(candidate.tenant.zone).date(), _holidays(candidate))
    return Hold(until, "holiday" if is_holiday else "quiet_hours", {"until": until.isoformat()})


def closed_until(candidate: Candidate, at: datetime) -> datetime | None:
    """When the quiet hours and holidays end that bind this message at ``at``; None outside them."""
    if not candidate.is_automatic:
        return None
    hours = candidate.automation.quiet_hours
    span = hours.get(candidate.job.kind) or hours.get("*")
    quiet = tuple(time.fromisoformat(value) for value in span) if span else None
    return opening_hours.open_from(at, candidate.tenant.zone, quiet, _holidays(candidate))


def _holidays(candidate: Candidate) -> frozenset[str]:
    return candidate.automation.holidays if candidate.job.lane != NotificationJob.Lane.REPLY else frozenset()


def route(candidate: Candidate) -> Verdict:
    """Free text where the window is open and the kind has one, else its template; the kind knows which."""
    job = candidate.job
    job.number = candidate.number
    try:
        candidate.content = candidate.kind.content(job, candidate.window, candidate.now) if candidate.kind else None
    except NotSendable as problem:
        return Skip(problem.code, problem.detail)
    except MappingProblem as problem:
        return wait_for_template(problem, candidate) if problem.passes else Skip(problem.code, problem.detail)
    if isinstance(candidate.content, Template) or candidate.window.open:
        return PASS
    return Skip("window_expired" if candidate.window.last_inbound_at else "window_no_inbound", window_facts(candidate))


def wait_for_template(problem: MappingProblem, candidate: Candidate) -> Hold:
    """Until Meta lets it be sent again (queue.wake looks), or until it would be too late."""
    latest = latest_time(candidate)
    known = {"latest": latest.isoformat()} if latest else {}
    return Hold(candidate.now + TEMPLATE_AGAIN, problem.code, problem.detail | known)


def window_facts(candidate: Candidate) -> dict[str, Any]:
    """The window's evidence as the job keeps it."""
    window = candidate.window
    last, closes = window.last_inbound_at, window.closes_at
    return {
        "open": window.open,
        "last_inbound_at": last.isoformat() if last else None,
        "closes_at": closes.isoformat() if closes else None,
        "message_id": window.message_id,
        "reason": window.reason,
    }


def fits_limits(candidate: Candidate) -> Verdict:
    """Builds the exact request, which checks it against the provider's limits."""
    if candidate.number is None or candidate.content is None:
        raise ValueError("a route comes before its limits")
    to = routing.recipient(candidate.to)
    try:
        candidate.body = delivery.build(
            candidate.number, Outgoing(to, candidate.content, candidate.client_ref, candidate.job.reply_to)
        )
    except InvalidContent as problem:
        return Fail("invalid_content", {"fields": {name: str(text) for name, text in problem.fields.items()}})
    return PASS


def dry_run(candidate: Candidate) -> Verdict:
    if candidate.is_automatic and candidate.automation.mode == Mode.DRY_RUN:
        return Skip("dry_run", {"body": candidate.body})
    return PASS


GATES: tuple[Gate, ...] = (
    kill_switch,
    known_kind,
    tenant_active,
    connection,
    within_portfolio,
    switched_on,
    blocked,
    consent,
    still_wanted,
    person_talking,
    lateness,
    quiet_hours,
    route,
    marketing_consent,
    fits_limits,
    dry_run,
)
