"""Which files are due, whose they are for now, and what came of them. The rows are the queue.

One round at a time downloads, in the whole fleet: a round that finds another's live lease ends at once. So files that
wait, however many, hold one worker's slot and a few connections, and webhooks keep the others. The lease is short and
renewed while the round lives: what a killed worker held is claimed again within LEASE.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, QuerySet

from tenants.models import PhoneNumber
from whatsapp import bell, measures
from whatsapp.media.failures import Failure, decide
from whatsapp.media.transfer import Fetched
from whatsapp.models import Media, WebhookEvent

DOWNLOAD_TASK = "whatsapp.download_media"
LEASE = timedelta(seconds=60)
LANES = (WebhookEvent.Lane.LIVE, WebhookEvent.Lane.HISTORY)
State = Media.State

# The states stand in the text, so that every plan of it may use the partial index.
CLAIM_SQL = """
WITH due AS (
    SELECT id FROM whatsapp_media
     WHERE state IN ('pending', 'downloading') AND lane = %s AND due_at <= %s
     ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED
)
UPDATE whatsapp_media m
   SET state = 'downloading', attempts = m.attempts + 1, lease = %s, due_at = %s
  FROM due WHERE m.id = due.id
RETURNING m.*
"""


def claim(lease: UUID, limit: int, now: datetime) -> list[Media]:
    """Leases up to ``limit`` due files, the oldest first; files of a history import only while no other is due."""
    for lane in LANES:
        if rows := list(Media.objects.raw(CLAIM_SQL, [lane, now, limit, lease, now + LEASE])):
            return sorted(rows, key=lambda media: media.pk)
    return []


def renew(lease: UUID, now: datetime) -> None:
    """The round still lives."""
    Media.objects.filter(lease=lease, state=State.DOWNLOADING).update(due_at=now + LEASE)


def is_another_round_alive(now: datetime) -> bool:
    return Media.objects.filter(state=State.DOWNLOADING, due_at__gt=now).exists()


def record_downloaded(media: Media, fetched: Fetched, now: datetime) -> bool:
    """False when the lease is no longer ours: somebody else downloads it, or did."""
    facts = {
        "size": fetched.size,
        "sha256": fetched.sha256,
        "sha256_differs": not fetched.matches(media.sha256_told),
        "detected_type": fetched.look.detected_type,
        "width": fetched.look.width,
        "height": fetched.look.height,
        "duration_ms": fetched.look.duration_ms,
        "has_thumbnail": fetched.look.thumbnail is not None,
    }
    told = {"problem": "", "problem_detail": "", "url": "", "downloaded_at": now}
    return _end(media, State.DOWNLOADED, now, **facts, **told)


def record_failure(media: Media, failure: Failure, now: datetime) -> bool:
    """Due again, or the end of it; False as above."""
    decision = decide(failure, media.attempts, media.expires_at, now)
    changes: dict[str, Any] = {"problem": decision.problem, "problem_detail": failure.detail[:300]}
    if decision.due_at is None:
        return _end(media, decision.state, now, **changes)
    attempts = F("attempts") if decision.counts else F("attempts") - 1
    return _settle(media, decision.state, due_at=decision.due_at, attempts=attempts, **changes)


def postpone(number: PhoneNumber, failure: Failure, now: datetime) -> int:
    """All due files of a number wait, untried: what was refused was not the file."""
    due = Media.objects.filter(number=number, state=State.PENDING, due_at__lte=now)
    return due.update(due_at=now + failure.pause, problem=failure.problem, problem_detail=failure.detail[:300])


def retry(rows: QuerySet[Media], now: datetime) -> int:
    """Failed files are tried again, with all attempts before them; answers how many."""
    count = rows.filter(state__in=Media.RETRYABLE).update(
        state=State.PENDING, attempts=0, due_at=now, problem="", problem_detail=""
    )
    if count:
        bell.ring(DOWNLOAD_TASK)
    return count


def sweep(now: datetime) -> bool:
    """Rings for what is due: a missed bell, a retry, the files of a killed worker. Says whether it rang."""
    waiting = Media.objects.filter(state__in=Media.WAITING, lane__in=LANES, due_at__lte=now)
    if not waiting.exists() or is_another_round_alive(now):
        return False
    bell.ring(DOWNLOAD_TASK)
    return True


def counts() -> Counter[str]:
    """Files of all companies by state; downloaded ones are not counted."""
    rows = Media.objects.exclude(state=State.DOWNLOADED)
    return Counter(dict(rows.order_by().values_list("state").annotate(Count("id"))))


def _end(media: Media, state: str, now: datetime, **changes: Any) -> bool:
    is_ours = _settle(media, state, **changes)
    if is_ours:
        measures.of_file(media, state, now)
    return is_ours


def _settle(media: Media, state: str, **changes: Any) -> bool:
    held = Media.objects.filter(pk=media.pk, state=State.DOWNLOADING, lease=media.lease)
    return bool(held.update(state=state, lease=None, **changes))
