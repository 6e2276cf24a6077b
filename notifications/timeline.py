"""Everything that happened to a message, oldest first: our own lines, the provider's statuses, the customer's replies.

Our side writes JobEvents with an event of EVENTS and its evidence. Statuses and replies are read from their own rows,
never copied.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications import reasons
from notifications.models import JobAttempt, JobEvent, NotificationJob
from whatsapp.models import Message, MessageStatus
from whatsapp.providers.meta import error_codes

EVENTS: dict[str, str | Promise] = {
    "queued": _("Queued for %(scheduled_for)s."),
    "rescheduled": _("Moved to %(scheduled_for)s."),
    "held": _("Waiting."),
    "skipped": _("Not sent."),
    "cancelled": _("Cancelled."),
    "sending": _("Attempt %(attempt)s."),
    "readdressed": _("The customer changed number: it goes to %(to)s, not to %(before)s."),
    "renumbered": _("The company's number was changed: it goes by %(number)s, not by %(before)s."),
    "redirected": _("Test recipient: it goes to %(test_recipient)s, not to %(to)s."),
    "accepted": _("Accepted by Meta."),
    "held_for_assessment": _(
        "Meta holds it until it has assessed the template's quality; then it delivers or drops it."
    ),
    "held_while_paused": _("Meta holds it while its template is paused; then it delivers or drops it."),
    "undelivered": _("Not delivered so far."),
    "number_choice": _("Number chosen: %(number)s."),
    "variant_choice": _("Template chosen: %(template)s."),
    "late_answer": _("A late answer of attempt %(attempt)s came; the message id was kept."),
    "refused": _("Attempt %(attempt)s did not work."),
    "unreachable": _("Attempt %(attempt)s did not work."),
    "retry": _("The next attempt follows at %(until)s."),
    "uncertain": _("No confirmation of attempt %(attempt)s. Waiting until %(until)s."),
    "hold_over": _("No confirmation came in time. It is sent again; the customer may get it twice."),
    "unconfirmed": _("No confirmation came in time. A person decides."),
    "confirmed": _("A status of Meta proved that attempt %(attempt)s was accepted."),
    "failed": _("Failed."),
    "send_now": _("A person asked to send it now."),
    "retried": _("A person asked to send it again."),
    "discarded": _("Discarded."),
    "marked_failed": _("Marked as failed."),
    "appointment_changed": _("The booking was changed; this message carries the new values."),
    "code_confirmed": _("The person gave the right code."),
    "code_used_up": _("A wrong code was given for the last time that is allowed."),
    "no_reminder": _("There is no reminder %(lead)s before."),
}
STATUSES: dict[str, str | Promise] = {
    "sent": _("Sent by Meta."),
    "delivered": _("Delivered to the phone."),
    "read": _("Read by the customer."),
    "played": _("Listened to by the customer."),
    "failed": _("Not delivered."),
}
REPLY = _("The customer answered: “%(text)s”")
RANKS = {"sent": 2, "delivered": 3, "read": 4, "played": 5, "failed": 6}


@dataclass(frozen=True)
class Line:
    """One line. ``code`` is a code of reasons or the provider's own; ``actor`` the person who did it, if any."""

    at: datetime
    event: str
    sentence: str
    detail: Mapping[str, Any]
    actor: Any = None
    code: str = ""


def draft(job: NotificationJob, event: str, *, now: datetime, actor: Any = None, **detail: Any) -> JobEvent:
    """An unsaved line, for writing many at once; KeyError for an event that EVENTS does not name."""
    EVENTS[event]
    return JobEvent(job=job, event=event, detail=detail, actor=actor, at=now)


def write(job: NotificationJob, event: str, *, now: datetime, actor: Any = None, **detail: Any) -> JobEvent:
    """Adds a line; ``detail`` is JSON-ready evidence, ``code`` in it names a reason."""
    line = draft(job, event, now=now, actor=actor, **detail)
    line.save()
    return line


def lines(job: NotificationJob) -> list[Line]:
    """The whole timeline, oldest first, in four queries."""
    return of_many([job])[job.pk]


def of_many(jobs: Sequence[NotificationJob]) -> dict[UUID, list[Line]]:
    """The timelines of ``jobs`` by id, in four queries however many they are."""
    owners = _owners(jobs)
    found: dict[UUID, list[tuple[int, Line]]] = defaultdict(list)
    for event in JobEvent.objects.filter(job__in=jobs).select_related("actor"):
        found[event.job_id].append((0, of_event(event)))
    for status in MessageStatus.objects.filter(message__in=owners):
        for job_id in owners[cast(int, status.message_id)]:
            found[job_id].append((RANKS.get(status.status, 1), _of_status(status)))
    for message_id, reply in _replies(jobs, owners):
        for job_id in owners[message_id]:
            found[job_id].append((max(RANKS.values()) + 1, _of_reply(reply)))
    return {job.pk: [line for _rank, line in sorted(found[job.pk], key=_order)] for job in jobs}


def _order(found: tuple[int, Line]) -> tuple[datetime, int, datetime]:
    """Meta's times are whole seconds: within one second ours come first, then statuses as they climb, then replies."""
    rank, line = found
    return line.at.replace(microsecond=0), rank, line.at


def _owners(jobs: Sequence[NotificationJob]) -> dict[int, set[UUID]]:
    """Which of ``jobs`` sent which message (by id), in whichever attempt."""
    of_attempts = JobAttempt.objects.filter(job__in=jobs).exclude(message=None).values_list("message_id", "job_id")
    owners: dict[int, set[UUID]] = defaultdict(set)
    for message_id, job_id in (*of_attempts, *((job.message_id, job.pk) for job in jobs if job.message_id)):
        owners[message_id].add(job_id)
    return dict(owners)


def _replies(jobs: Sequence[NotificationJob], message_ids: Iterable[int]) -> Iterator[tuple[int, Message]]:
    """Answers to our messages, each with the id of the message it answers."""
    messages = Message.objects.filter(pk__in=message_ids).exclude(provider_message_id=None)
    answered = {wamid: pk for pk, wamid in messages.values_list("pk", "provider_message_id")}
    answers = Message.objects.filter(contact__in={job.contact_id for job in jobs}, direction=Message.Direction.INBOUND)
    for reply in answers.filter(context_message_id__in=answered) if answered else ():
        yield answered[reply.context_message_id], reply


def of_event(event: JobEvent) -> Line:
    """A line of ours in words."""
    detail = event.detail if isinstance(event.detail, Mapping) else {}  # rows of old versions are shown all the same
    code = str(detail.get("code", ""))
    sentence = _filled(EVENTS.get(event.event, event.event), detail)
    if code:
        sentence = f"{sentence} {reasons.explain(code, detail).sentence}"
    for other in detail.get("excluded", ()):
        sentence = f"{sentence} {reasons.explain(other['code'], other).sentence}"
    return Line(event.at, event.event, sentence, detail, event.actor, code)


def _of_status(status: MessageStatus) -> Line:
    sentence = str(STATUSES.get(status.status, status.status))
    detail: dict[str, Any] = {"provider_message_id": status.provider_message_id}
    if not status.errors:
        return Line(status.occurred_at, status.status, sentence, detail)
    error = status.errors[0]
    told = error_codes.sentence(error["code"], error["details"])
    code = "" if error["code"] is None else str(error["code"])
    return Line(status.occurred_at, status.status, f"{sentence} {told}", detail | {"errors": status.errors}, None, code)


def _of_reply(reply: Message) -> Line:
    detail = {"message_id": reply.provider_message_id, "text": reply.text}
    return Line(reply.occurred_at, "reply", _filled(REPLY, detail), detail)


def _filled(sentence: str | Promise, detail: Mapping[str, Any]) -> str:
    shown = {name: reasons.shown(value) for name, value in detail.items()}
    if isinstance(minutes := detail.get("minutes"), int):
        shown["lead"] = _span(minutes)
    return str(sentence) % defaultdict(lambda: "?", shown)


def _span(minutes: int) -> str:
    """Minutes as people read them in any language: ``24 h``, ``1 h 30 min``, ``45 min``."""
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)
