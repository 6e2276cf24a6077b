"""The Health page: what asks for attention, each number, the pipeline. Counts come from small indexes alone."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Case, Count, Q, When, Window
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dashboard import chips
from dashboard.queries.connection import Token, token
from notifications import watching
from notifications.states import StateLook
from notifications.watching import figures, shares
from notifications.watching.figures import Figures
from notifications.watching.shares import Share
from tenants import alerts, phones
from tenants.models import Alert, Credential, PhoneNumber, Tenant
from whatsapp import comparison, numbers, watch
from whatsapp.comparison import Finding
from whatsapp.models import NumberReading

WEBHOOK_FACTS = ("subscription", "callback", "app_callback", "fields")
SPANS = (7, 30)  # days of history that can be shown
WORST_FIRST = (PhoneNumber.Quality.RED, PhoneNumber.Quality.YELLOW, PhoneNumber.Quality.GREEN)
NO_SHARE = Share()
MOST = 50  # alerts that are shown
GRAVE = [name for name, kind in watching.KINDS.items() if kind.tone == "red"]


@dataclass(frozen=True)
class Day:
    """A number's worst quality on a day; None where nobody asked."""

    day: date
    quality: StateLook | None


@dataclass(frozen=True)
class NumberLine:
    """One number with all that is known of its health."""

    number: PhoneNumber
    reading: NumberReading | None
    token: Token | None
    webhook: list[Finding]
    history: list[Day]
    silent: bool

    @property
    def people(self) -> int | None:
        """How many people it may begin to write to in 24 hours; None: no limit."""
        return numbers.people_limit(self.number.messaging_limit)

    @property
    def differs(self) -> list[Finding]:
        return [finding for finding in self.webhook if finding.state == comparison.DIFFERS]

    @property
    def name_status(self) -> str | Promise:
        status = self.reading.name_status if self.reading else ""
        return NAME_STATUSES.get(status, status)


# Meta's words for the state of a displayed name; others are shown as they are.
NAME_STATUSES: dict[str, str | Promise] = {
    "APPROVED": _("Approved (name)"),
    "AVAILABLE_WITHOUT_REVIEW": _("Usable without review"),
    "PENDING_REVIEW": _("In review"),
    "DECLINED": _("Refused (name)"),
    "EXPIRED": _("Certificate expired"),
    "NONE": _("No name yet"),
}


@dataclass(frozen=True)
class Lasting:
    """The gravest of the ``count`` alerts that last, at most MOST, in words."""

    told: list[watching.Told]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.told)


@dataclass(frozen=True)
class Page:
    lasting: Lasting
    numbers: list[NumberLine]
    figures: Figures
    events: Share
    media: Share
    sends: Share


def page(tenant: Tenant, now: datetime, days: int) -> Page:
    """Six queries, however much there is."""
    owned = _owned(tenant)
    shown = {number.phone_number_id: phones.display(number.display_phone_number) for number in owned}
    found = shares.lately(now, tenant)
    share = {name: found.get((name, tenant.pk), NO_SHARE) for name in (shares.EVENTS, shares.MEDIA, shares.SENDS)}
    return Page(
        lasting=lasting(tenant, shown),
        numbers=_lines(tenant, owned, now, days),
        figures=figures.of(now, tenant, list(shown)),
        events=share[shares.EVENTS],
        media=share[shares.MEDIA],
        sends=share[shares.SENDS],
    )


def lasting(tenant: Tenant | None, shown: Mapping[str, str]) -> Lasting:
    """The gravest first, of those the newest; without ``tenant`` the platform's own. One query."""
    rows = Alert.objects.filter(tenant=tenant, state__in=alerts.UNSOLVED).annotate(total=Window(Count("pk")))
    rows = rows.select_related("acknowledged_by", "solved_by")
    found = list(rows.order_by(_last(~Q(kind__in=GRAVE)), _last(~Q(state=Alert.State.OPEN)), "-pk")[:MOST])
    return Lasting([watching.tell(alert, shown) for alert in found], found[0].total if found else 0)


def _last(late: Q) -> Case:
    return Case(When(late, then=1), default=0)


def _owned(tenant: Tenant) -> list[PhoneNumber]:
    rows = PhoneNumber.objects.for_tenant(tenant).owned()
    return list(rows.select_related("account", "check_row").order_by("display_phone_number"))


def _lines(tenant: Tenant, owned: Sequence[PhoneNumber], now: datetime, days: int) -> list[NumberLine]:
    readings, tokens = _readings(owned, now - timedelta(days=max(SPANS))), _tokens(owned, now)
    return [
        NumberLine(
            number,
            readings[number.pk][-1] if readings[number.pk] else None,
            tokens.get(number.account_id or 0),
            _webhook(number),
            history(readings[number.pk], now, days, tenant),
            watch.is_silent(number, now),
        )
        for number in owned
    ]


def _readings(owned: Sequence[PhoneNumber], since: datetime) -> Mapping[int, list[NumberReading]]:
    found: dict[int, list[NumberReading]] = defaultdict(list)
    for row in NumberReading.objects.filter(number__in=owned, last_at__gte=since).order_by("last_at", "pk"):
        found[row.number_id].append(row)
    return found


def _tokens(owned: Sequence[PhoneNumber], now: datetime) -> dict[int, Token]:
    accounts = {number.account_id for number in owned if number.account_id}
    live = Credential.objects.filter(account__in=accounts, kind=Credential.Kind.ACCESS_TOKEN, retired_at=None)
    return {row.account_id: token(row, now) for row in live if row.account_id}


def _webhook(number: PhoneNumber) -> list[Finding]:
    row = getattr(number, "check_row", None)
    return [finding for finding in comparison.findings_of(row) if finding.name in WEBHOOK_FACTS]


def history(readings: Sequence[NumberReading], now: datetime, days: int, tenant: Tenant) -> list[Day]:
    """The worst quality of each of the last ``days`` days, oldest first, in the company's own time."""
    today = now.astimezone(tenant.zone).date()
    rated: dict[date, set[str]] = defaultdict(set)
    for reading in readings:
        first, last = (at.astimezone(tenant.zone).date() for at in (reading.first_at, reading.last_at))
        for offset in range(max((last - max(first, today - timedelta(days=days))).days, 0) + 1):
            rated[last - timedelta(days=offset)].add(reading.quality_rating)
    span = [today - timedelta(days=back) for back in reversed(range(days))]
    return [Day(day, _worst(rated[day]) if day in rated else None) for day in span]


def _worst(ratings: set[str]) -> StateLook:
    word = next((rating for rating in WORST_FIRST if rating in ratings), PhoneNumber.Quality.UNKNOWN)
    return chips.QUALITIES[word]
