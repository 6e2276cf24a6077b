"""A conversation as it is read: messages, what waits to be sent, and what people did with it, by page and by day.

A page costs the same few queries however many messages it has: all that belongs to a message comes with its row.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone

from dashboard import bubbles
from dashboard.bubbles import Bubble
from dashboard.queries import pages
from dashboard.queries.thread_lines import Line, Note, lines, of_system
from notifications.models import JobEvent, NotificationJob
from templates_mgmt.models import MessageTemplate
from whatsapp.models import Conversation, Media, Message, MessageStatus, Reaction, Revision, UploadedFile

SIZE = pages.PAGE_SIZE
ORDER = "occurred_at"
SYSTEM = "system"
TOGETHER = timedelta(minutes=5)  # what one side says within it is one turn
WAITING_LIMIT = 50
State = NotificationJob.State
ENDED = (State.FAILED, State.SKIPPED)

Body = Bubble | Line | Note
MEDIA = ("id", "type", "state", "problem", "file_name", "mime_type", "detected_type", "size", "width", "height",
         "duration_ms", "has_thumbnail", "voice")  # fmt: skip
JOB = ("id", "kind", "state", "attempts", "reason_code", "reason_detail")


@dataclass(frozen=True)
class Shown:
    """One place of the thread. ``joined``: the same author as above, ``ends``: the turn's last; ``day`` above it."""

    body: Body
    joined: bool = False
    ends: bool = True
    day: date | None = None
    version: str = field(default="", compare=False)

    @classmethod
    def of(cls, body: Body, joined: bool, ends: bool, day: date | None) -> "Shown":
        told = zlib.crc32(repr((body, joined, ends)).encode())
        return cls(body, joined, ends, day, f"{told:08x}")


@dataclass(frozen=True)
class Thread:
    """Oldest first; ``older`` leads to what came before."""

    shown: Sequence[Shown]
    older: pages.Key | None


def page(conversation: Conversation, before: pages.Key | None = None) -> Thread:
    """The newest messages, or those before a key; with what else happened in their time. Four queries."""
    found = pages.page(_messages(conversation), before, ORDER, SIZE)
    since, until = (found.older.at if found.older else None), (before.at if before else None)
    bodies: list[Body] = [of_system(row) if row.type == SYSTEM else bubbles.of_message(row) for row in found.rows]
    bodies += map(bubbles.of_job, _jobs(conversation, since, until))
    bodies += lines(conversation, since, until)
    return Thread(list(_arranged(bodies)), found.older)


def _messages(conversation: Conversation) -> QuerySet[Message]:
    """Each with ``template_parts`` besides what ``_told_messages`` says."""
    rows: Any = _told_messages().for_tenant(conversation.tenant_id).filter(conversation=conversation)
    return rows.annotate(template_parts=Subquery(_template(conversation).values("components")[:1]))


@cache
def _told_messages() -> Any:
    """All messages, each with ``told`` (statuses), ``files``, ``changes``, ``emojis``, ``quoted``, ``job``, ``sender``
    and ``upload``. Made once: that takes Django longer than PostgreSQL needs for the rows.
    """
    mine = {"message": OuterRef("pk")}
    emojis = Reaction.objects.filter(number=OuterRef("number"), target_id=OuterRef("provider_message_id"))
    return _with_upload(Message.objects.all()).annotate(
        told=ArraySubquery(_statuses(mine).values(json=_json("status", at="occurred_at"))),
        files=ArraySubquery(Media.objects.filter(**mine).order_by("pk").values(json=_json(*MEDIA))),
        changes=ArraySubquery(_revisions(mine).values(json=_json("kind", "text"))),
        emojis=ArraySubquery(emojis.exclude(emoji="").values("emoji")),
        quoted=Subquery(_quoted().values(json=_json("id", "type", "text", "direction"))[:1]),
        job=Subquery(NotificationJob.objects.filter(**mine).order_by("-created_at").values(json=_json(*JOB))[:1]),
        sender=_sender(job__message=OuterRef("pk")),
    )


def _json(*names: str, **renamed: str) -> JSONObject:
    return JSONObject(**{name: F(name) for name in names}, **{name: F(source) for name, source in renamed.items()})


def _statuses(of: dict[str, Any]) -> QuerySet[MessageStatus]:
    return MessageStatus.objects.filter(**of).order_by("occurred_at", "pk")


def _revisions(of: dict[str, Any]) -> QuerySet[Revision]:
    return Revision.objects.filter(**of).order_by("occurred_at", "provider_message_id")


def _quoted() -> QuerySet[Message]:
    return Message.objects.filter(number=OuterRef("number"), provider_message_id=OuterRef("context_message_id"))


def _sender(**of: Any) -> Subquery:
    """Who asked for it, where that was a person."""
    queued = JobEvent.objects.filter(**of, event="queued", actor__isnull=False).order_by("at")
    name = JSONObject(first="actor__first_name", last="actor__last_name", user="actor__username")
    return Subquery(queued.values(json=name)[:1])


def _with_upload(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Annotates ``upload``: the file of ours that ``content`` names, or its header."""
    given = UploadedFile.objects.filter(tenant=OuterRef("tenant"), media_id=OuterRef("file_id"))
    known = Subquery(given.values(json=_json("id", "file_name", "size", "mime_type"))[:1])
    return rows.annotate(file_id=Coalesce(KT("content__id"), KT("content__header__id"))).annotate(upload=known)


def _template(conversation: Conversation) -> QuerySet[MessageTemplate]:
    named = {"name": OuterRef("template_name"), "language": OuterRef("template_language")}
    return MessageTemplate.objects.filter(account=conversation.number.account_id, **named)


def _jobs(conversation: Conversation, since: datetime | None, until: datetime | None) -> list[NotificationJob]:
    """What no call was made for yet (with the newest page), and what was not sent, in its time."""
    within = Q(state__in=ENDED)
    within &= Q(created_at__gte=since) if since else Q()
    within &= Q(created_at__lt=until) if until else Q()
    wanted = within if until else within | Q(state__in=NotificationJob.ACTIVE)
    return list(_uncalled(conversation).filter(wanted).order_by("-created_at")[:WAITING_LIMIT])


def _uncalled(conversation: Conversation) -> QuerySet[NotificationJob]:
    """Each with ``sender`` and ``upload``."""
    rows = _told_jobs().for_tenant(conversation.tenant_id)
    return rows.filter(Q(number=conversation.number_id) | Q(number=None), contact=conversation.contact_id, message=None)


@cache
def _told_jobs() -> Any:
    """As ``_told_messages``, of jobs."""
    return _with_upload(NotificationJob.objects.all()).annotate(sender=_sender(job=OuterRef("pk")))


def _arranged(bodies: Iterable[Body]) -> Iterator[Shown]:
    """By time; what waits to be sent stands last, of whatever day. Each day is named once, above its first place."""
    in_order = sorted(bodies, key=lambda body: (body.waits, body.at, body.key))
    turns = [False, *(_is_one_turn(one, other) for one, other in pairwise(in_order)), False]
    day = None
    for body, (joined, goes_on) in zip(in_order, pairwise(turns), strict=False):
        today = timezone.localdate(body.at) if day is None or not body.waits else day
        yield Shown.of(body, joined, not goes_on, today if today != day else None)
        day = today


def _is_one_turn(one: Body, other: Body) -> bool:
    if not (isinstance(one, Bubble) and isinstance(other, Bubble)) or one.author != other.author:
        return False
    same_day = timezone.localdate(one.at) == timezone.localdate(other.at)
    return same_day and abs(other.at - one.at) < TOGETHER
