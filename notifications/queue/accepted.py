"""Calls that the provider accepted: their messages learn their ids, their jobs are sent, by few queries for many."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from notifications import timeline
from notifications.models import JobEvent, NotificationJob
from notifications.queue import addresses
from notifications.queue.start import Ticket
from tenants import alerts, rows
from whatsapp import statuses
from whatsapp.models import Message
from whatsapp.providers.base import Accepted

State = NotificationJob.State
Taken = tuple[Ticket, Accepted]
HELD = {"assessment": "held_for_assessment", "paused": "held_while_paused"}  # lines of the timeline
TWICE, TAKEN = "sent_twice", "message_id_taken"  # alerts


def record(taken: Sequence[Taken], now: datetime) -> dict[UUID, str]:
    """The new state of each job ("" where it had gone on without us); the caller opens the transaction.

    Messages first, then their jobs, as statuses take their locks.
    """
    _keep_ids(taken, now)
    changed = _mark_sent(taken, now)
    lines = [_accepted_line(ticket, accepted, ticket.job.pk in changed, now) for ticket, accepted in taken]
    lines += [timeline.draft(ticket.job, HELD[told.held], now=now) for ticket, told in taken if told.held]
    rows.insert(lines)
    addresses.learn(taken)
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
            "person": ticket.job.sent_to,
        }
        for ticket, accepted in taken
    ]
    with connection.cursor() as cursor:
        cursor.execute(_MARK_SENT, {"taken": json.dumps(facts), "now": now})
        return {pk for (pk,) in cursor.fetchall()}


def _accepted_line(ticket: Ticket, accepted: Accepted, in_time: bool, now: datetime) -> JobEvent:
    facts = {"attempt": ticket.attempt, "provider_message_id": accepted.provider_message_id}
    return timeline.draft(ticket.job, "accepted" if in_time else "late_answer", now=now, **facts)


def alert_if_twice(job: NotificationJob, now: datetime) -> None:
    """Two message ids for one job: the customer got it twice, and somebody should know."""
    wamids = set(job.attempt_rows.exclude(provider_message_id="").values_list("provider_message_id", flat=True))
    if len(wamids) > 1:
        alerts.raise_alert(TWICE, tenant=job.tenant, subject=str(job.pk), now=now, message_ids=sorted(wamids))
