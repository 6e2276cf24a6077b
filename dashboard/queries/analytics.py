"""The sheets of Analytics: what a chart draws, its table lists and its CSV holds, from the same cells."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from notifications.analytics.figures import Figures, Volume, Waits
from notifications.kinds import KINDS
from notifications.models import DailyAnswers
from tenants import phones
from tenants.models import PhoneNumber
from whatsapp.providers.meta import error_codes

MOST_BARS = 14  # days; more are drawn as a line
NOTHING = "–"


@dataclass(frozen=True)
class Column:
    """``tone`` names the colour it is drawn in; without one it stands in the table alone."""

    word: str | Promise
    tone: str = ""
    unit: str = ""

    @property
    def title(self) -> str:
        """As a spreadsheet needs it, where cells are bare numbers."""
        return f"{self.word} ({self.unit})" if self.unit else str(self.word)


@dataclass(frozen=True)
class Cell:
    """``text`` for people, ``value`` for charts and spreadsheets (None: there is none)."""

    text: str
    value: float | None


@dataclass(frozen=True)
class Row:
    """``short`` is what stands on the chart's axis."""

    label: str
    cells: Sequence[Cell]
    short: str = ""
    note: str = ""


@dataclass(frozen=True)
class Sheet:
    """``chart`` is ``bar``, ``line`` or ``rows`` (bars from left to right); ``unit`` of what is drawn: "", % or min."""

    name: str
    title: str | Promise
    told: str | Promise
    first: str | Promise
    columns: Sequence[Column]
    rows: Sequence[Row]
    chart: str
    unit: str = ""
    is_open: bool = False  # its table is shown at once: the chart alone does not say it

    @property
    def is_empty(self) -> bool:
        """Nothing that is drawn is more than zero."""
        drawn = [n for n, column in enumerate(self.columns) if column.tone]
        return not any(row.cells[n].value for row in self.rows for n in drawn)


@dataclass(frozen=True)
class Tile:
    """A number of the whole period beside that of the period before; ``change`` is a sentence, "" where none fits."""

    word: str | Promise
    text: str
    change: str
    note: str = ""


RECEIVED = Column(pgettext_lazy("messages", "Received"), "slate")
SENT = Column(pgettext_lazy("messages", "Sent"), "teal")
BY_APP = Column(gettext_lazy("By the phone app"), "violet")
DELIVERED = Column(pgettext_lazy("messages", "Delivered"))
READ = Column(pgettext_lazy("messages", "Read"))
FAILED = Column(pgettext_lazy("messages", "Failed"), "red")
ANSWER_TIME = gettext_lazy("Answer time")
DELIVERY_RATE, READ_RATE = gettext_lazy("Delivery rate"), gettext_lazy("Read rate")
RATES = (Column(DELIVERY_RATE, "teal", "%"), Column(READ_RATE, "blue", "%"))
WAITED = (
    Column(gettext_lazy("Answers")),
    Column(gettext_lazy("Half of them within"), "teal", "min"),
    Column(gettext_lazy("Nine of ten within"), "amber", "min"),
)
BREAKDOWN = (
    *(SENT, DELIVERED, READ, Column(FAILED.word)),
    *(Column(DELIVERY_RATE, unit="%"), Column(READ_RATE, unit="%")),
)


def tiles(found: Figures) -> list[Tile]:
    now, was = found.total, found.before
    waits, waited = found.waits, found.waits_before
    p90 = _("Nine of ten within %(time)s") % {"time": duration(waits.p90)} if waits.answers else ""
    return [
        Tile(SENT.word, _count(now.sent).text, _grown(now.sent, was.sent)),
        Tile(DELIVERY_RATE, _share(now.delivery_rate).text, _points(now.delivery_rate, was.delivery_rate)),
        Tile(READ_RATE, _share(now.read_rate).text, _points(now.read_rate, was.read_rate)),
        Tile(FAILED.word, _count(now.failed).text, _grown(now.failed, was.failed)),
        Tile(RECEIVED.word, _count(now.received).text, _grown(now.received, was.received)),
        Tile(
            gettext_lazy("Answer time"), duration(waits.median), _before(duration(waited.median), waited.answers), p90
        ),
    ]


def sheets(found: Figures, numbers: Sequence[PhoneNumber]) -> list[Sheet]:
    """In the order of the page. ``numbers`` are all that the company ever had: each line has its name."""
    return [
        _volume(found),
        _delivery(found),
        _reasons(found),
        _answers(found),
        _answered_by(found),
        _broken_down("numbers", gettext_lazy("By number"), gettext_lazy("Number"), _by_number(found, numbers)),
        _broken_down("kinds", gettext_lazy("By kind"), gettext_lazy("Kind"), _by_kind(found)),
        _broken_down("templates", gettext_lazy("By template"), gettext_lazy("Template"), _by_template(found)),
    ]


def _volume(found: Figures) -> Sheet:
    columns = [RECEIVED, SENT, *([BY_APP] if found.total.by_app else []), FAILED]
    told = gettext_lazy("Messages received and sent, and those that failed, day by day.")
    rows = _days(found, lambda volume: [volume.received, volume.sent, *_app(found, volume), volume.failed])
    return Sheet("volume", gettext_lazy("Messages by day"), told, gettext_lazy("Day"), columns, rows, _chart(found))


def _app(found: Figures, volume: Volume) -> list[int]:
    return [volume.by_app] if found.total.by_app else []


def _days(found: Figures, counts: Callable[[Volume], list[int]]) -> list[Row]:
    by_day = found.by["day"]
    return [_day(day, [_count(n) for n in counts(by_day.get(day, Volume()))]) for day in found.period.days]


def _delivery(found: Figures) -> Sheet:
    columns = [Column(SENT.word), DELIVERED, READ, *RATES]
    told = gettext_lazy("Delivered of what was sent, and read of what was delivered. Some people hide that they read.")
    by_day = found.by["day"]
    rows = [_day(day, _arrived(by_day.get(day, Volume()))) for day in found.period.days]
    title = gettext_lazy("Delivery and reading by day")
    return Sheet("delivery", title, told, gettext_lazy("Day"), columns, rows, _chart(found), "%")


def _arrived(volume: Volume) -> list[Cell]:
    counts = [_count(n) for n in (volume.sent, volume.delivered, volume.read)]
    return [*counts, _share(volume.delivery_rate), _share(volume.read_rate)]


def _reasons(found: Figures) -> Sheet:
    failed = {code: volume.failed for code, volume in found.by["error_code"].items() if volume.failed}
    ordered = sorted(failed.items(), key=lambda item: (-item[1], item[0] or 0))
    rows = [_reason(code, count, found.total.failed) for code, count in ordered]
    told = gettext_lazy("Why messages were refused or not delivered. What Recado itself held back stands in Messages.")
    columns = [FAILED, Column(gettext_lazy("Of all failures"), unit="%")]
    return Sheet(
        "reasons", gettext_lazy("Failures by reason"), told, gettext_lazy("Reason"), columns, rows, "rows", is_open=True
    )


def _reason(code: int | None, count: int, total: int) -> Row:
    cells = [_count(count), _share(count / total)]
    if code is None:
        return Row(_("Meta could not be reached, or gave no reason."), cells, short=_("no code"))
    note, told = _("Meta's code %(code)d") % {"code": code}, error_codes.sentence(code)
    return Row(told, cells, short=f"{code} · {told}", note=note)


def _answers(found: Figures) -> Sheet:
    told = gettext_lazy("From a customer's message to the next of ours, by a person or a robot, on the answer's day.")
    by_day = found.waits_by_day
    rows = [_day(day, _waited(by_day.get(day, Waits()))) for day in found.period.days]
    return Sheet("answers", ANSWER_TIME, told, gettext_lazy("Day"), WAITED, rows, _chart(found), "min")


def _answered_by(found: Figures) -> Sheet:
    told = gettext_lazy("A person answers in the console or on the phone, a robot by a rule or the company's system.")
    words = dict(DailyAnswers.By.choices)
    rows = [_named(str(words[by]), _waited(waits)) for by, waits in sorted(found.waits_by.items())]
    title = gettext_lazy("Answer time by who answered")
    return Sheet("answered_by", title, told, gettext_lazy("Answered by"), WAITED, rows, "rows", "min")


def _broken_down(name: str, title: Any, first: Any, rows: Iterable[tuple[str, Volume]]) -> Sheet:
    busy = [(label, volume) for label, volume in rows if volume.sent]
    told = gettext_lazy("What Recado sent, and what became of it.")
    ordered = sorted(busy, key=lambda row: (-row[1].sent, row[0]))
    lines = [_named(label, _all_of(volume)) for label, volume in ordered]
    return Sheet(name, title, told, first, BREAKDOWN, lines, "rows")


def _all_of(volume: Volume) -> list[Cell]:
    counts = [_count(n) for n in (volume.sent, volume.delivered, volume.read, volume.failed)]
    return [*counts, _share(volume.delivery_rate), _share(volume.read_rate)]


def _by_number(found: Figures, numbers: Sequence[PhoneNumber]) -> Iterable[tuple[str, Volume]]:
    words = {number.pk: phones.display(str(number)) for number in numbers}
    return ((words.get(pk, _("Another number")), volume) for pk, volume in found.by["number_id"].items())


def _by_kind(found: Figures) -> Iterable[tuple[str, Volume]]:
    for name, volume in found.by["kind"].items():
        kind = KINDS.get(name)
        yield str(kind.label) if kind else name or _("Without a kind"), volume


def _by_template(found: Figures) -> Iterable[tuple[str, Volume]]:
    return ((name or _("Free text, without a template"), volume) for name, volume in found.by["template_name"].items())


def _chart(found: Figures) -> str:
    return "bar" if len(found.period.days) <= MOST_BARS else "line"


def _day(day: date, cells: Sequence[Cell]) -> Row:
    return Row(date_format(day, "SHORT_DATE_FORMAT"), cells, short=f"{day:%d/%m}")


def _named(label: str, cells: Sequence[Cell]) -> Row:
    return Row(label, cells, short=label)


def _count(value: int) -> Cell:
    return Cell(number_format(value, force_grouping=True), value)


def _share(value: float | None) -> Cell:
    if value is None:
        return Cell(NOTHING, None)
    percent = round(value * 100, 1)
    return Cell(f"{number_format(percent, 1)} %", percent)


def _waited(waits: Waits) -> list[Cell]:
    return [_count(waits.answers), *(Cell(duration(s), _minutes(s)) for s in (waits.median, waits.p90))]


def _minutes(seconds: int | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 1)


def duration(seconds: int | None) -> str:
    """``45 s``, ``4 min``, ``3 h 05 min``, ``2 d 4 h``; a dash for none."""
    if seconds is None:
        return NOTHING
    minutes, hours = seconds // 60, seconds // 3600
    if minutes < 1:
        return f"{seconds} s"
    if hours < 1:
        return f"{minutes} min"
    return f"{hours} h {minutes % 60:02} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"


def _grown(now: int, was: int) -> str:
    if not was:
        return _before(_count(was).text, now)
    change = round((now - was) * 100 / was)
    sign = "+" if change > 0 else "−" if change < 0 else ""
    return _("%(change)s %%, %(before)s before") % {
        "change": f"{sign}{number_format(abs(change), force_grouping=True)}",
        "before": _count(was).text,
    }


def _points(now: float | None, was: float | None) -> str:
    return "" if now is None or was is None else _before(_share(was).text, 1)


def _before(text: str, matters: int) -> str:
    return _("%(before)s before") % {"before": text} if matters else ""
