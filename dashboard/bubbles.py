"""A message as its bubble shows it: what it says, its files, what became of it, who wrote it.

Made of rows as dashboard.queries.thread reads them, with what belongs to a message beside it as JSON.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard import bubble_files, said
from dashboard.bubble_files import FileLook
from dashboard.queries.messages import reason
from dashboard.said import Offer, Said
from notifications import kinds, states
from notifications.models import NotificationJob
from notifications.reasons import Reason, explain
from notifications.states import STATES, StateLook
from templates_mgmt import preview
from whatsapp.models import Message, Revision, Status
from whatsapp.providers.values import mapping, objects, text

PLAYED = StateLook(Status.PLAYED.label, "volume_up", "teal")
ORIGINS: dict[str, str] = {
    Message.Origin.OPERATOR: "person",
    Message.Origin.AUTOMATION: "smart_toy",
    Message.Origin.CAMPAIGN: "campaign",
    Message.Origin.API: "code",
    Message.Origin.APP: "smartphone",
    Message.Origin.HISTORY: "history",
}
BUTTON_ICONS = {"URL": "open_in_new", "PHONE_NUMBER": "call", "COPY_CODE": "content_copy", "FLOW": "assignment"}
State = NotificationJob.State


@dataclass(frozen=True)
class Quote:
    """The message that this one answers; without ``key`` it is not known here."""

    words: str
    by_us: bool = False
    key: str = ""


@dataclass(frozen=True)
class Ticks:
    """How far it came, and when it reached each rung."""

    look: StateLook
    times: tuple[tuple[str | Promise, datetime], ...] = ()


@dataclass(frozen=True)
class Badge:
    """Who of us wrote it."""

    icon: str
    word: str


@dataclass(frozen=True)
class Bubble:
    """One message. ``job_id`` is set where a person may send it again, ``needs_confirmation`` where that is a risk."""

    key: str
    at: datetime
    ours: bool
    said: Said
    files: tuple[FileLook, ...] = ()
    quote: Quote | None = None
    reactions: tuple[tuple[str, int], ...] = ()
    edited_at: datetime | None = None
    former: tuple[str, ...] = ()
    is_revoked: bool = False
    ticks: Ticks | None = None
    badge: Badge | None = None
    reason: Reason | None = None
    waits: bool = False
    due_at: datetime | None = None
    job_id: str = ""
    needs_confirmation: bool = False
    may_be_answered: bool = False
    clock_doubtful: bool = False
    kind = "bubble"

    @property
    def author(self) -> str:
        """Bubbles of one author stand together."""
        return f"{self.ours} {self.badge.word if self.badge else ''}"

    @property
    def pk(self) -> str:
        return self.key.partition("-")[2]


def of_message(row: Any) -> Bubble:
    """``row`` is a Message with the annotations of dashboard.queries.thread."""
    job, told = _job(row), said.of(row)
    state = _state(row, job)
    return Bubble(
        key=f"m-{row.pk}",
        at=row.occurred_at,
        ours=row.direction == Message.Direction.OUTBOUND,
        said=_as_phones_show(told, row.template_parts, row.template_language),
        files=_files(row, told),
        quote=_quote(row),
        reactions=tuple(Counter(row.emojis).items()),
        edited_at=row.edited_at,
        former=_former(row),
        is_revoked=row.revoked_at is not None,
        ticks=_ticks(row, state),
        badge=_badge(row.direction, row.origin, row.sender),
        reason=_reason(row, job, state),
        job_id=str(job.pk) if job and states.is_retryable(job) else "",
        needs_confirmation=job is not None and job.state == State.UNCERTAIN,
        may_be_answered=bool(row.provider_message_id) and row.revoked_at is None,
        clock_doubtful=row.clock_doubtful,
    )


def of_job(job: Any) -> Bubble:
    """A message that no call was made for: it waits, or was not sent. ``job`` has ``sender`` and ``upload``."""
    told = _unsent(job)
    return Bubble(
        key=f"j-{job.pk}",
        at=job.created_at,
        ours=True,
        said=told,
        files=(bubble_files.of_ours(told.file, job.upload),) if told.file else (),
        ticks=Ticks(STATES.get(job.state) or StateLook(job.state, "question", "grey")),
        badge=_badge(Message.Direction.OUTBOUND, job.origin, job.sender),
        reason=reason(job, job.state),
        waits=job.state in NotificationJob.ACTIVE,
        due_at=_due(job),
        job_id=str(job.pk) if states.is_retryable(job) else "",
        needs_confirmation=job.state == State.UNCERTAIN,
    )


def _unsent(job: NotificationJob) -> Said:
    """What the job would say; a notice's words are chosen when it goes, so it has the kind's name."""
    content = mapping(job.content)
    if not content:
        return Said(text=str(kinds.word(job.kind)))
    words = text(content.get("preview")) or text(content.get("body")) or text(content.get("caption"))
    return said.of(Message(content=content, type=text(content.get("type")), text=words))


def _due(job: NotificationJob) -> datetime | None:
    """When the queue looks at it next, where that is not at once."""
    return job.due_at if job.state == State.PENDING and job.due_at > job.created_at else None


def _job(row: Any) -> NotificationJob | None:
    """The job that sent it, as far as its bubble asks."""
    return NotificationJob(**row.job, message=row) if row.job else None


def _state(row: Any, job: NotificationJob | None) -> str:
    """One of states.STATES; empty where nothing is known of an app's or history's message."""
    if job is not None:
        return states.combined_state(job)
    if row.status:
        return states.SPOKEN.get(row.status, "sent")
    return "uncertain" if row.client_ref else ""


def _ticks(row: Any, state: str) -> Ticks | None:
    if row.direction != Message.Direction.OUTBOUND or not state:
        return None
    look = PLAYED if row.status == Status.PLAYED else STATES.get(state) or StateLook(state, "question", "grey")
    return Ticks(look, tuple((_word(told["status"]), _moment(told["at"])) for told in row.told))


def _word(status: str) -> str:
    return str(Status(status).label) if status in Status.values else status


def _moment(value: str) -> datetime:
    at = parse_datetime(value)
    assert at is not None  # noqa: S101 - the database's own writing
    return at


def _reason(row: Any, job: NotificationJob | None, state: str) -> Reason | None:
    if job is not None:
        return reason(job, state)
    if state == "failed":
        return explain("provider_refused", {"error_code": row.error_code, "details": row.error_title})
    return explain("unconfirmed") if state == "uncertain" else None


def _badge(direction: str, origin: str, sender: Any) -> Badge | None:
    """A person by name; anything else by its origin's word."""
    if direction != Message.Direction.OUTBOUND:
        return Badge("history", str(Message.Origin.HISTORY.label)) if origin == Message.Origin.HISTORY else None
    word = person_name(sender) if sender and origin == Message.Origin.OPERATOR else ""
    known = Message.Origin(origin).label if origin in Message.Origin.values else origin
    return Badge(ORIGINS.get(origin, "edit"), word or str(known))


def person_name(told: Any) -> str:
    """First and last name where they are known, else the user name."""
    found = mapping(told)
    return f"{found.get('first') or ''} {found.get('last') or ''}".strip() or text(found.get("user"))


def _quote(row: Any) -> Quote | None:
    if not row.context_message_id:
        return None
    if not row.quoted:
        return Quote(_("A message that is not known here"))
    by_us = row.quoted["direction"] == Message.Direction.OUTBOUND
    return Quote(said.brief(row.quoted["type"], row.quoted["text"])[:200], by_us, f"m-{row.quoted['id']}")


def _former(row: Any) -> tuple[str, ...]:
    """What stood there before, oldest first: the first words, then those of every edit but the last."""
    if row.edited_at is None:
        return ()
    first = _first_words(row)
    edits = [told["text"] for told in row.changes if told["kind"] == Revision.Kind.EDIT]
    return tuple(filter(None, [first, *edits[:-1]]))


def _first_words(row: Any) -> str:
    """The words as they were first said: the content keeps them."""
    told = mapping(mapping(row.content).get(row.type))
    return text(told.get("body")) or text(told.get("caption"))


def _files(row: Any, told: Said) -> tuple[FileLook, ...]:
    if row.files:
        return tuple(map(bubble_files.of_media, row.files))
    return (bubble_files.of_ours(told.file, row.upload),) if told.file else ()


def _as_phones_show(told: Said, parts: Any, language: str) -> Said:
    """With what stands in the template alone: the offer's title, its buttons, how many cards it has."""
    if not parts:
        return told
    shown = preview.bubble(objects(parts), {}, language=language)
    buttons = (*shown.buttons.shown, *shown.buttons.behind)
    offers = [Offer(BUTTON_ICONS.get(button.kind, "reply"), button.text) for button in buttons]
    if count := len(shown.cards):
        offers.append(
            Offer("view_carousel", ngettext("%(count)d card", "%(count)d cards side by side", count) % {"count": count})
        )
    return replace(told, title=told.title or shown.offer, offers=tuple(offers))
