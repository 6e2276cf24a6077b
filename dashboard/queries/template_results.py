"""The results of a template: our own counts, Meta's figures beside them, and those of another template."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications import template_results
from notifications.template_results import Counts, Results
from templates_mgmt.models import MessageTemplate, TemplateInsight, TemplateSync, TemplateVersion
from tenants.models import Tenant

DAYS = {"7": _("Last 7 days"), "30": _("Last 30 days"), "90": _("Last 90 days")}
DEFAULT_DAYS = "30"
MEASURES: dict[str, Promise] = {
    "sent": _("Sent"),
    "delivered": _("Delivered"),
    "read": _("Read"),
    "pressed": _("Button pressed"),
    "replied": _("Answered within a day"),
    "refused": _("Opted out within a day"),
    "failed": _("Failed"),
}
OF_META = ("sent", "delivered", "read", "clicked")


@dataclass(frozen=True)
class Figures:
    """Meta's own sums of the period; ``cost`` in the account's currency, None: not told."""

    sent: int = 0
    delivered: int = 0
    read: int = 0
    clicked: int = 0
    cost: Decimal | None = None


@dataclass(frozen=True)
class Side:
    """One template's results. ``at_meta`` is None where Meta told nothing of the period."""

    template: MessageTemplate
    results: Results
    at_meta: Figures | None


@dataclass(frozen=True)
class Row:
    """A measure, with each side's count and share of what was sent (percent, None where nothing was)."""

    word: str | Promise
    cells: Sequence[tuple[int, float | None]]


@dataclass(frozen=True)
class Page:
    since: date
    until: date
    sides: Sequence[Side]
    rows: Sequence[Row]
    versions: Sequence[tuple[TemplateVersion | None, Counts]]
    days: Sequence[tuple[date, Counts]]
    sync: TemplateSync | None

    @property
    def is_empty(self) -> bool:
        return not any(side.results.total.sent for side in self.sides)


def page(template: MessageTemplate, other: MessageTemplate | None, days: int, today: date) -> Page:
    """Of the last ``days`` days, today included; at most nine queries."""
    since = today - timedelta(days=days - 1)
    versions = {row.number: row for row in template.versions.defer("components").order_by("number")}
    begins = [(number, row.at) for number, row in versions.items()]
    sides = [_side(template, since, today, begins)]
    if other is not None:
        sides.append(_side(other, since, today, []))
    own = sides[0].results
    return Page(
        since,
        today,
        sides,
        [_row(name, word, sides) for name, word in MEASURES.items()],
        [(versions.get(number), counts) for number, counts in own.versions.items()] if len(versions) > 1 else [],
        [(day, own.days.get(day, Counts())) for day in _days(since, today)],
        TemplateSync.objects.filter(account=template.account_id).first(),
    )


def _side(template: MessageTemplate, since: date, until: date, versions: Sequence[tuple[int, datetime]]) -> Side:
    results = template_results.of(template, since, until, versions)
    return Side(template, results, _figures(template, since))


def _figures(template: MessageTemplate, since: date) -> Figures | None:
    """Meta's days are of UTC: the newest may be tomorrow's by our calendar, and all of it has happened."""
    rows = TemplateInsight.objects.filter(template=template, day__gte=since)
    sums = rows.aggregate(**{name: Sum(name) for name in (*OF_META, "cost")})
    if sums["sent"] is None:
        return None
    return Figures(**sums)


def _row(name: str, word: Promise, sides: Sequence[Side]) -> Row:
    shares = [side.results.total.share(name) for side in sides]
    counts = [getattr(side.results.total, name) for side in sides]
    percents = [None if share is None or name == "sent" else share * 100 for share in shares]
    return Row(word, list(zip(counts, percents, strict=True)))


def _days(since: date, until: date) -> list[date]:
    return [since + timedelta(days=n) for n in range((until - since).days + 1)]


def comparable(tenant: Tenant, template: MessageTemplate) -> list[MessageTemplate]:
    """The company's other templates that Meta has had, by name."""
    rows = MessageTemplate.objects.for_tenant(tenant).exclude(template_id="").exclude(pk=template.pk)
    return list(rows.defer("components").order_by("name", "language")[:500])


def read_days(asked: str) -> int:
    return int(asked if asked in DAYS else DEFAULT_DAYS)


def today() -> date:
    return timezone.localdate()
