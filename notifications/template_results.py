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
# Each message once: what became of it is grouped by day, version, reason and category in one pass.
COUNTS = """
WITH versions AS MATERIALIZED (
  SELECT * FROM unnest(%(versions)s::int[], %(since_of_version)s::timestamptz[]) AS v(version, since)
), refusals AS MATERIALIZED (
  SELECT contact_id, array_agg(effective_at) AS times FROM {consent}
   WHERE tenant_id = %(tenant)s AND decision = 'opt_out'
     AND effective_at > %(since)s AND effective_at < %(until)s::timestamptz + interval '1 day'
   GROUP BY contact_id
), sent AS (
  SELECT m.id, m.contact_id, m.conversation_id, m.provider_message_id AS wamid, m.occurred_at AS at,
         CASE WHEN m.status = '' AND tried.outcome = 'refused' THEN 'failed' ELSE m.status END AS status,
         coalesce(m.error_code, tried.error_code) AS error_code,
         (m.occurred_at AT TIME ZONE %(zone)s)::date AS day,
         coalesce((SELECT max(v.version) FROM versions v WHERE v.since <= m.occurred_at), 0) AS version
    FROM {message} m
    LEFT JOIN LATERAL (
      SELECT a.outcome, a.error_code
        FROM {attempt} a WHERE m.status = '' AND a.message_id = m.id ORDER BY a.attempt DESC LIMIT 1
    ) AS tried ON true
   WHERE m.tenant_id = %(tenant)s AND m.template_name = %(name)s AND m.template_language = %(language)s
     AND m.template_name <> '' AND m.direction = 'outbound'
     AND m.number_id = ANY (ARRAY(SELECT n.id FROM {number} n WHERE n.account_id = %(account)s))
     AND m.occurred_at >= %(since)s AND m.occurred_at < %(until)s
     AND (m.status <> '' OR tried.outcome = 'refused')
)
SELECT grouping(day, version, error_code, charged), day, version, error_code, charged,
       count(*),
       count(*) FILTER (WHERE status IN ('delivered', 'read', 'played')),
       count(*) FILTER (WHERE status IN ('read', 'played')),
       count(*) FILTER (WHERE pressed),
       count(*) FILTER (WHERE replied),
       count(*) FILTER (WHERE refused),
       count(*) FILTER (WHERE status = 'failed')
  FROM (
    SELECT s.day, s.version, s.error_code, s.status, heard.replied, heard.pressed, paid.charged,
           EXISTS (SELECT 1 FROM unnest(r.times) AS t(at) WHERE t.at > s.at AND t.at <= s.at + interval '1 day')
             AS refused
      FROM sent s
      LEFT JOIN refusals r ON r.contact_id = s.contact_id
      LEFT JOIN LATERAL (
        SELECT count(*) > 0 AS replied,
               coalesce(bool_or(r.type = 'button' AND r.context_message_id = s.wamid), false) AS pressed
          FROM {message} r
         WHERE r.conversation_id = s.conversation_id AND r.direction = 'inbound'
           AND r.occurred_at > s.at AND r.occurred_at <= s.at + interval '1 day'
      ) AS heard ON true
      LEFT JOIN LATERAL (
        SELECT max(coalesce(lower(t.pricing ->> 'category'), '')) AS charged
          FROM {status} t WHERE t.message_id = s.id AND t.pricing ->> 'billable' = 'true'
      ) AS paid ON true
  ) AS told
 GROUP BY GROUPING SETS ((), (day), (version), (error_code), (charged))
"""
# What grouping() says of the rows of each set.
TOTAL, OF_DAY, OF_VERSION, OF_REASON, OF_CATEGORY = 0b1111, 0b0111, 0b1011, 0b1101, 0b1110
MOST_REASONS = 20


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
    """Of the messages sent on these days, both included; one query.

    ``versions`` are a template's numbers with the moment from which each was sent.
    """
    rows = _read(COUNTS, _values(template, since, until, versions))
    return Results(
        total=next((Counts(*row[5:]) for row in _of_set(rows, TOTAL)), Counts()),
        days={row[1]: Counts(*row[5:]) for row in sorted(_of_set(rows, OF_DAY), key=lambda row: row[1])},
        versions={row[2]: Counts(*row[5:]) for row in sorted(_of_set(rows, OF_VERSION), key=lambda row: row[2])},
        failures=_failures({row[3]: Counts(*row[5:]).failed for row in _of_set(rows, OF_REASON)}),
        charged=_largest_first({row[4]: row[5] for row in _of_set(rows, OF_CATEGORY) if row[4] is not None}),
    )


def _of_set(rows: Sequence[tuple[Any, ...]], which: int) -> list[tuple[Any, ...]]:
    return [row for row in rows if row[0] == which]


def _failures(counts: Mapping[int | None, int]) -> list[Failure]:
    """The commonest reasons first; a message without a code comes last among equals."""
    found = [(code, count) for code, count in counts.items() if count]
    found.sort(key=lambda pair: (-pair[1], pair[0] is None, pair[0] or 0))
    return [Failure(code, _why(code), count) for code, count in found[:MOST_REASONS]]


def _largest_first(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda pair: -pair[1]))


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
