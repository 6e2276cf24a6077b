"""The Templates page: one line a template, by name, and how each account's last synchronisation went."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.functional import Promise

from dashboard import template_words
from dashboard.ids import parse_id
from notifications import kinds
from notifications.states import StateLook
from templates_mgmt import rules
from templates_mgmt.models import MessageTemplate, TemplateVersion
from templates_mgmt.rules import EditsLeft
from templates_mgmt.rules.limits import MONTH
from tenants.models import Tenant, WhatsAppAccount

PAGE_SIZE = 50
SEPARATOR = "\x1f"


@dataclass(frozen=True)
class Filters:
    """What a person asks to see; an empty field asks for nothing. ``used``: only those that speak for a notice."""

    q: str = ""
    status: str = ""
    category: str = ""
    language: str = ""
    account: str = ""
    used: str = ""

    @property
    def any(self) -> bool:
        return self != Filters()


@dataclass(frozen=True)
class Line:
    template: MessageTemplate
    look: StateLook
    category: str | Promise
    language: str | Promise
    kinds: Sequence[str | Promise]
    in_place: Sequence[str | Promise]
    edits: EditsLeft


@dataclass(frozen=True)
class Page:
    """Lines by name and language; ``next`` is the key of the page after this one, empty on the last."""

    lines: Sequence[Line]
    next: str


@dataclass(frozen=True)
class Choices:
    """What the filters offer: the states and languages that the company's templates have."""

    statuses: list[tuple[str, str | Promise]]
    languages: list[tuple[str, str | Promise]]


def accounts(tenant: Tenant) -> list[WhatsAppAccount]:
    """The accounts that the tenant owns now. One query."""
    rows = WhatsAppAccount.objects.for_tenant(tenant).owned()
    return list(rows.select_related("tenant").order_by("name", "pk"))


def choices(tenant: Tenant) -> Choices:
    """One query."""
    rows: QuerySet[Any] = MessageTemplate.objects.for_tenant(tenant).annotate(here=Q(missing_since=None))
    found = list(rows.order_by().values_list("status", "language", "here").distinct())
    statuses = {status for status, _language, _here in found}
    statuses |= {template_words.MISSING for _status, _language, here in found if not here}
    languages = {language for _status, language, _here in found}
    return Choices(
        [(status, template_words.look(status).word) for status in sorted(statuses)],
        [(language, template_words.language_word(language)) for language in sorted(languages)],
    )


def page(tenant: Tenant, filters: Filters, after: str, now: datetime) -> Page:
    """Four queries: the rows, what each is used by, and how often each was changed."""
    rows = _fitting(tenant, filters).select_related("account").order_by("name", "language", "pk")
    found = list(_after(rows, after).prefetch_related("mappings", "fallback_mappings")[: PAGE_SIZE + 1])
    last = found[PAGE_SIZE - 1] if len(found) > PAGE_SIZE else None
    key = SEPARATOR.join((last.name, last.language, str(last.pk))) if last else ""
    edits = _edits(found, now)
    return Page([_line(template, edits[template.pk], now) for template in found[:PAGE_SIZE]], key)


def _line(template: MessageTemplate, edits: Iterable[datetime], now: datetime) -> Line:
    return Line(
        template,
        template_words.look(template_words.status_of(template)),
        template_words.category_word(template.category),
        template_words.language_word(template.language),
        kind_words(mapped.kind for mapped in template.mappings.all()),
        kind_words(mapped.kind for mapped in template.fallback_mappings.all()),
        rules.edits_left(template.status, edits, now),
    )


def _edits(templates: Iterable[MessageTemplate], now: datetime) -> dict[int, list[datetime]]:
    """By template, when it was changed while it was approved, as far back as Meta counts."""
    counted = TemplateVersion.objects.filter(counted=True, at__gt=now - MONTH)
    found: dict[int, list[datetime]] = defaultdict(list)
    for pk, at in counted.filter(template__among=[row.pk for row in templates]).values_list("template_id", "at"):
        found[pk].append(at)
    return found


def kind_words(names: Iterable[str]) -> list[str | Promise]:
    return [kinds.word(kind) for kind in sorted(set(names))]


def _fitting(tenant: Tenant, filters: Filters) -> QuerySet[MessageTemplate]:
    rows = MessageTemplate.objects.for_tenant(tenant)
    if filters.status == template_words.MISSING:
        rows = rows.exclude(missing_since=None)
    elif filters.status:
        rows = rows.filter(status=filters.status, missing_since=None)
    if filters.category:
        rows = rows.filter(category=filters.category)
    if filters.language:
        rows = rows.filter(language=filters.language)
    if filters.account:
        rows = rows.filter(account=int(filters.account))
    if filters.used:
        rows = rows.filter(Q(mappings__isnull=False) | Q(fallback_mappings__isnull=False)).distinct()
    return _matching(rows, filters.q.strip()) if filters.q.strip() else rows


def _matching(rows: QuerySet[MessageTemplate], text: str) -> QuerySet[MessageTemplate]:
    """By name as Meta or as people write it, by words of its parts, or by Meta's id."""
    name = Q(name__icontains=text.replace(" ", "_"))
    worded: QuerySet[Any] = rows.annotate(words=Cast("components", TextField()))
    return worded.filter(name | Q(words__icontains=text) | Q(template_id=text))


def _after(rows: QuerySet[MessageTemplate], key: str) -> QuerySet[MessageTemplate]:
    """The rows behind ``key``; what is no key begins at the beginning."""
    name, language, last = [*key.split(SEPARATOR), "", ""][:3]
    if (pk := parse_id(last)) is None:
        return rows
    later = Q(language__gt=language) | Q(language=language, pk__gt=pk)
    return rows.filter(Q(name__gt=name) | Q(Q(name=name) & later))
