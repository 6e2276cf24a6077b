"""Full-text search over a tenant's messages: words of the text and of file names, Portuguese endings and accents aside.

The words of each company are kept by an index on an expression, so that reading and writing messages costs no column
and nobody's search costs what others wrote. A query is words that must all stand in the message; the last one may be
unfinished, and what is in quotes must stand together.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchQueryField, SearchRank, SearchVectorField
from django.db.models import BooleanField, F, Func, Q, QuerySet, Value

from tenants import prepared
from tenants import search as people
from tenants.models import Contact, Tenant
from whatsapp.models import Message

CONFIG = "recado_pt"
MOST_PEOPLE = 50  # whose messages are found by their name or number
MOST = 1_000  # messages that a list narrowed by a search holds by words, and by people
NEAR = 1_500  # messages that are read before anything is looked up, where they may hold enough
SAMPLE, CHANCE = 150, 2  # the newest, which foretell how many NEAR messages hold; they may hold twice as many
RECENT, LONGER = 10_000, 8  # eight times as long as so many messages took: what is looked at before all others
NEWEST = (F("occurred_at") + timedelta(0)).desc()
WORD = r"[^\W_]+"
NEXT = " <-> "
LATEST = "FROM {message} WHERE tenant_id = %(tenant)s {reach} ORDER BY occurred_at DESC LIMIT"
LOOK = """
SELECT (SELECT occurred_at {latest} 1 OFFSET {near}), (SELECT occurred_at {latest} 1 OFFSET {recent}),
       (SELECT count(*) FROM (SELECT text, content {latest} {sample}) newest
         WHERE recado_words(text, content) @@ to_tsquery(%(config)s::regconfig, %(words)s))
"""
PART = re.compile(rf'"([^"]*)"|({WORD})')


class Words(Func):
    """The words of a message, with their places."""

    function = "recado_words"
    output_field = SearchVectorField()


class OwnWords(Func):
    """The words of a message as the index ``message_words_of_tenant`` keeps them: none is another company's."""

    function = "recado_words_of"
    output_field = SearchVectorField()


class OwnQuery(Func):
    """What OwnWords hold of each message whose Words hold the query."""

    function = "recado_query_of"
    output_field = SearchQueryField()


class Hold(Func):
    """Whether words hold a query."""

    template = "(%(expressions)s)"
    arg_joiner = " @@ "
    output_field = BooleanField()


def words() -> Words:
    return Words(F("text"), F("content"))


@dataclass(frozen=True)
class Found:
    """``messages`` are the newest matches, best first; ``before`` continues with older ones (None: there are none)."""

    messages: list[Message]
    contacts: list[Contact]
    before: datetime | None


def search(tenant: Tenant, q: str, limit: int = 20, before: datetime | None = None) -> Found:
    """The newest ``limit`` messages of ``tenant`` that match, the better of them first, and the people who match."""
    contacts = list(people.contacts(tenant, q)[:limit])
    query = parse(q)
    if query is None:
        return Found([], contacts, None)
    rows = Message.objects.for_tenant(tenant)
    rows = rows.filter(occurred_at__lt=before) if before else rows
    found = Message.objects.filter(pk__in=newest(rows, tenant, query, limit, before))
    found = found.annotate(rank=SearchRank(words(), query)).select_related("contact")
    page = [(row, row.rank) for row in found.order_by("-occurred_at", "-id")]
    older = page[-1][0].occurred_at if len(page) == limit else None
    return Found([row for row, _ in sorted(page, key=lambda ranked: ranked[1], reverse=True)], contacts, older)


def narrow(
    rows: QuerySet[Message], tenant: Tenant, q: str, most: int = MOST, before: datetime | None = None
) -> QuerySet[Message]:
    """The newest ``most`` of ``rows`` that match by their words, and as many whose contact does by name or number.

    ``before``: none of ``rows`` is of a later moment.
    """
    query = parse(q)
    people_ids = list(people.contacts(tenant, q).values_list("pk", flat=True)[:MOST_PEOPLE])
    theirs: QuerySet[Any] = rows.filter(contact__in=people_ids).order_by("-occurred_at", "-id").values("pk")[:most]
    return rows.filter(pk__in=theirs.union(newest(rows, tenant, query, most, before)) if query else theirs)


def newest(
    rows: QuerySet[Message],
    tenant: Tenant,
    query: SearchQuery,
    most: int,
    before: datetime | None = None,
    told: str = "pk",
) -> QuerySet[Any]:
    """What is ``told`` of the newest ``most`` of ``rows`` of ``tenant`` that hold the words; one query, a look before.

    ``before``: none of ``rows`` is of a later moment. The NEAR newest messages are read one by one where they may hold
    enough, as they do of a common word; then recent and all others are asked, by the indexes of words and of times
    together. Those are ordered by what no index holds, since PostgreSQL cannot tell how rare an unfinished word is and
    would read messages from the newest on until it has enough: of a rare word, all of them.
    """
    holding: QuerySet[Any] = rows.alias(words=words()).filter(words=query)
    is_known = Hold(OwnWords(F("tenant"), F("text"), F("content")), OwnQuery(Value(tenant.pk), query))
    known: QuerySet[Any] = (holding if NEXT in _raw(query) else rows).filter(is_known).order_by(NEWEST, "-id")
    near, others = _bands(tenant, query, most, before)
    read = [holding.filter(near).order_by("-occurred_at", "-id")] if near is not None else []
    first, *rest = (
        band.values_list(told, flat=True)[:most] for band in (*read, *(known.filter(band) for band in others))
    )
    return first.union(*rest, all=True)[:most] if rest else first


def _raw(query: SearchQuery) -> str:
    """As ``parse`` wrote it. Where words must stand together it holds NEXT, which a company's own words do not tell."""
    return str(query.get_source_expressions()[-1].value)


def _bands(tenant: Tenant, query: SearchQuery, most: int, before: datetime | None) -> tuple[Q | None, list[Q]]:
    """The times up to ``before``: of the NEAR messages, where they may hold ``most``; of recent ones; of all others.

    One query, which counts no further than it must to tell how fast messages come.
    """
    values = {"tenant": tenant.pk, "before": before, "config": CONFIG, "words": _raw(query)}
    near, recent, held = prepared.rows(_look(before), values)[0]
    reach = Q(occurred_at__lte=before) if before else Q()
    if near is None:
        return reach, []
    is_read = held * NEAR * CHANCE >= most * SAMPLE
    rest = Q(occurred_at__lt=near) if is_read else reach
    far = near - (near - recent) * LONGER if recent else None
    others = [rest & Q(occurred_at__gte=far), Q(occurred_at__lt=far)] if far else [rest]
    return (reach & Q(occurred_at__gte=near) if is_read else None), others


def _look(before: datetime | None) -> str:
    """Asks when the NEAR and the RECENT newest messages begin (NULL: all are), and how many of the SAMPLE match."""
    latest = LATEST.format(message=Message._meta.db_table, reach="AND occurred_at <= %(before)s" if before else "")
    return LOOK.format(latest=latest, near=NEAR, recent=RECENT, sample=SAMPLE)


def parse(q: str) -> SearchQuery | None:
    """The query that ``q`` means; None where it holds no word."""
    parts = [_quoted(word) if word else _phrase(quoted) for quoted, word in PART.findall(q)]
    parts = [part for part in parts if part]
    if not parts:
        return None
    if not q.rstrip().endswith('"'):
        parts[-1] += ":*"
    return SearchQuery(" & ".join(parts), config=CONFIG, search_type="raw")


def _phrase(quoted: str) -> str:
    found = re.findall(WORD, quoted)
    return f"({NEXT.join(map(_quoted, found))})" if found else ""


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "''").replace("\\", "") + "'"
