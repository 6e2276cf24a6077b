"""Full-text search over a tenant's messages: words of the text and of file names, Portuguese endings and accents aside.

The words are kept by an index on an expression, so that reading and writing messages costs no column. A query is words
that must all stand in the message; the last one may be unfinished, and what is in quotes must stand together.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVectorField
from django.db.models import F, Func, Q, QuerySet

from tenants import search as people
from tenants.models import Contact, Tenant
from whatsapp.models import Message

CONFIG = "recado_pt"
MOST_PEOPLE = 50  # whose messages are found by their name or number
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
    rows = Message.objects.for_tenant(tenant).alias(words=words()).filter(words=query)
    rows = rows.filter(occurred_at__lt=before) if before else rows
    newest = rows.annotate(rank=SearchRank(words(), query)).select_related("contact").order_by("-occurred_at", "-id")
    page = [(row, row.rank) for row in newest[:limit]]
    older = page[-1][0].occurred_at if len(page) == limit else None
    return Found([row for row, _ in sorted(page, key=lambda ranked: ranked[1], reverse=True)], contacts, older)


def narrow(rows: QuerySet[Message], tenant: Tenant, q: str) -> QuerySet[Message]:
    """Those of ``rows`` that match by their words, or whose contact matches by name or number."""
    query = parse(q)
    people_ids = list(people.contacts(tenant, q).values_list("pk", flat=True)[:MOST_PEOPLE])
    matches = Q(contact__in=people_ids)
    return rows.alias(words=words()).filter(matches | Q(words=query) if query else matches)


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
