"""What became of a template's messages: counted from our own rows, at once, for the days of the company's zone.

A reply is anything the customer wrote within a day after the message, a press one of its own quick replies, and an
opt-out one of that day too. Links are opened in the customer's browser: of those only Meta's figures tell. What was
charged is told by Meta's statuses, by category; the sums in money are Meta's figures too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection

from notifications.models import JobAttempt
from templates_mgmt.models import MessageTemplate
from tenants.models import Consent, PhoneNumber
from whatsapp.models import Message, MessageStatus
from whatsapp.providers.meta import error_codes

DAY = timedelta(days=1)
TABLES = {
    "message": Message._meta.db_table,
    "status": MessageStatus._meta.db_table,
    "number": PhoneNumber._meta.db_table,
    "consent": Consent._meta.db_table,
    "attempt": JobAttempt._meta.db_table,
}
SENT = """
WITH versions AS MATERIALIZED (
  SELECT * FROM unnest(%(versions)s::int[], %(since_of_version)s::timestamptz[]) AS v(version, since)
), sent AS MATERIALIZED (
  SELECT m.id, m.contact_id, m.conversation_id, m.provider_message_id AS wamid, m.occurred_at AS at,
         CASE WHEN m.status = '' AND tried.outcome = 'refused' THEN 'failed' ELSE m.status END AS status,
         coalesce(m.error_code, tried.error_code) AS error_code,
         (m.occurred_at AT TIME ZONE %(zone)s)::date AS day,
         coalesce((SELECT max(v.version) FROM versions v WHERE v.since <= m.occurred_at), 0) AS version
    FROM {message} m
    JOIN {number} n ON n.id = m.number_id AND n.account_id = %(account)s
    LEFT JOIN LATERAL (
      SELECT a.outcome, a.error_code
        FROM {attempt} a WHERE m.status = '' AND a.message_id = m.id ORDER BY a.attempt DESC LIMIT 1
    ) AS tried ON true
   WHERE m.tenant_id = %(tenant)s AND m.template_name = %(name)s AND m.template_language = %(language)s
     AND m.template_name <> '' AND m.direction = 'outbound'
     AND m.occurred_at >= %(since)s AND m.occurred_at < %(until)s
     AND (m.status <> '' OR tried.outcome = 'refused')
)
"""
COUNTS = """
SELECT grouping(day), day, grouping(version), version,
       count(*),
       count(*) FILTER (WHERE status IN ('delivered', 'read', 'played')),
       count(*) FILTER (WHERE status IN ('read', 'played')),
       count(*) FILTER (WHERE pressed),
       count(*) FILTER (WHERE replied),
       count(*) FILTER (WHERE refused),
       count(*) FILTER (WHERE status = 'failed')
  FROM (
    SELECT s.*, heard.replied, heard.pressed,
           EXISTS (SELECT 1 FROM {consent} c WHERE c.contact_id = s.contact_id AND c.decision = 'opt_out'
                      AND c.effective_at > s.at AND c.effective_at <= s.at + interval '1 day') AS refused
      FROM sent s
      LEFT JOIN LATERAL (
        SELECT count(*) > 0 AS replied,
               coalesce(bool_or(r.type = 'button' AND r.context_message_id = s.wamid), false) AS pressed
          FROM {message} r
         WHERE r.conversation_id = s.conversation_id AND r.direction = 'inbound'
           AND r.occurred_at > s.at AND r.occurred_at <= s.at + interval '1 day'
      ) AS heard ON true
  ) AS told
 GROUP BY GROUPING SETS ((), (day), (version))
"""
FAILED = "SELECT error_code, count(*) FROM sent WHERE status = 'failed' GROUP BY error_code ORDER BY 2 DESC, 1 LIMIT 20"
CHARGED = """
SELECT lower(t.pricing ->> 'category'), count(DISTINCT t.message_id)
  FROM sent s JOIN {status} t ON t.message_id = s.id
 WHERE t.pricing ->> 'billable' = 'true'
 GROUP BY 1 ORDER BY 2 DESC
"""


@dataclass(frozen=True)
class Counts:
    """``refused``: customers who opted out within a day; ``pressed``: messages of which a quick reply was pressed."""

    sent: int = 0
    delivered: int = 0
    read: int = 0
    pressed: int = 0
    replied: int = 0
    refused: int = 0
    failed: int = 0

    def share(self, name: str) -> float | None:
        """Of what was sent, between 0 and 1; None where nothing was."""
        count: int = getattr(self, name)
        return count / self.sent if self.sent else None


@dataclass(frozen=True)
class Failure:
    """A reason for which messages failed, in words."""

    code: int | None
    sentence: str
    count: int


@dataclass(frozen=True)
class Results:
    """``days`` and ``versions`` hold those with messages; ``charged`` counts messages by Meta's category."""

    total: Counts = field(default_factory=Counts)
    days: Mapping[date, Counts] = field(default_factory=dict)
    versions: Mapping[int, Counts] = field(default_factory=dict)
    failures: Sequence[Failure] = ()
    charged: Mapping[str, int] = field(default_factory=dict)


def of(template: MessageTemplate, since: date, until: date, versions: Sequence[tuple[int, datetime]] = ()) -> Results:
    """Of the messages sent on these days, both included; three queries.

    ``versions`` are a template's numbers with the moment from which each was sent.
    """
    values = _values(template, since, until, versions)
    counts = _read(SENT + COUNTS, values)
    return Results(
        total=next((Counts(*row[4:]) for row in counts if row[0] and row[2]), Counts()),
        days={row[1]: Counts(*row[4:]) for row in sorted(_of_group(counts, 0), key=lambda row: row[1])},
        versions={row[3]: Counts(*row[4:]) for row in sorted(_of_group(counts, 2), key=lambda row: row[3])},
        failures=[Failure(code, _why(code), count) for code, count in _read(SENT + FAILED, values)],
        charged={category or "": count for category, count in _read(SENT + CHARGED, values)},
    )


def _of_group(rows: Sequence[tuple[Any, ...]], column: int) -> list[tuple[Any, ...]]:
    """The rows that ``grouping()`` in ``column`` says are of single values."""
    return [row for row in rows if row[column] == 0]


def _why(code: int | None) -> str:
    return error_codes.sentence(code) if code is not None else ""


def _values(
    template: MessageTemplate, since: date, until: date, versions: Sequence[tuple[int, datetime]]
) -> dict[str, Any]:
    zone = template.tenant.zone
    return {
        "tenant": template.tenant_id,
        "account": template.account_id,
        "name": template.name,
        "language": template.language,
        "zone": template.tenant.time_zone,
        "since": datetime.combine(since, time(), zone),
        "until": datetime.combine(until + DAY, time(), zone),
        "versions": [number for number, _since in versions],
        "since_of_version": [at for _number, at in versions],
    }


def _read(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql.format(**TABLES), values)
        return cursor.fetchall()
