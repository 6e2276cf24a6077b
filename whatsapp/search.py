"""Full-text search over a tenant's messages: words of the text and of file names, Portuguese endings and accents aside.

The words are kept by an index on an expression, so that reading and writing messages costs no column. A query is words
that must all stand in the message; the last one may be unfinished, and what is in quotes must stand together.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVectorField
from django.db.models import F, Func, QuerySet

from tenants import search as people
from tenants.models import Contact, Tenant
from whatsapp.models import Message

CONFIG = "recado_pt"
MOST_PEOPLE = 50  # whose messages are found by their name or number
MOST = 1_000  # messages that a list narrowed by a search holds by words, and by people
RECENT = 20_000  # messages that are looked at before all others
NEWEST = (F("occurred_at") + timedelta(0)).desc()
PART = re.compile(r'"([^"]*)"|(\w+)')


class Words(Func):
    """The words of a message, as the index ``message_words`` keeps them."""

    function = "recado_words"
    output_field = SearchVectorField()


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
    found = Message.objects.filter(pk__in=newest(rows, tenant, query, limit)).annotate(rank=SearchRank(words(), query))
    page = [(row, row.rank) for row in found.select_related("contact").order_by("-occurred_at", "-id")]
    older = page[-1][0].occurred_at if len(page) == limit else None
    return Found([row for row, _ in sorted(page, key=lambda ranked: ranked[1], reverse=True)], contacts, older)


def narrow(rows: QuerySet[Message], tenant: Tenant, q: str, most: int = MOST) -> QuerySet[Message]:
    """The newest ``most`` of ``rows`` that match by their words, and as many whose contact does by name or number."""
    query = parse(q)
    people_ids = list(people.contacts(tenant, q).values_list("pk", flat=True)[:MOST_PEOPLE])
    theirs: QuerySet[Any] = rows.filter(contact__in=people_ids).order_by("-occurred_at", "-id").values("pk")[:most]
    return rows.filter(pk__in=theirs.union(newest(rows, tenant, query, most)) if query else theirs)


def newest(rows: QuerySet[Message], tenant: Tenant, query: SearchQuery, most: int) -> QuerySet[Any]:
    """The ids of the newest ``most`` of ``rows`` of ``tenant`` that hold the words, in one query and a look before it.

    The tenant's RECENT messages are asked first, by both indexes together: a common word has enough among them, and is
    looked up no further. Ordered by what no index holds, since PostgreSQL cannot tell how rare an unfinished word is
    and would read messages one by one, from the newest on, until it has enough: of a rare word, all of them.
    """
    found: QuerySet[Any] = rows.alias(words=words()).filter(words=query).order_by(NEWEST, "-id").values("pk")
    times = Message.objects.for_tenant(tenant).order_by("-occurred_at").values_list("occurred_at", flat=True)
    edge = next(iter(times[RECENT : RECENT + 1]), None)
    if edge is None:
        return found[:most]
    recent, others = found.filter(occurred_at__gte=edge)[:most], found.filter(occurred_at__lt=edge)[:most]
    return recent.union(others, all=True)[:most]


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
    found = re.findall(r"\w+", quoted)
    return f"({' <-> '.join(map(_quoted, found))})" if found else ""


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "''").replace("\\", "") + "'"
