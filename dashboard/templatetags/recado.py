"""How values are written on pages: chips, times, phone numbers."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache, partial, wraps
from typing import Any, TypeVar

from django import template
from django.forms import BoundField, CheckboxInput
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from dashboard import chips, whatsapp_text
from notifications import reasons
from notifications.states import StateLook
from notifications.timeline import STATUSES, Line
from tenants import phones
from tenants.models import Member

register = template.Library()
Text = TypeVar("Text", bound=str)
NEAR_DAYS = {-1: gettext_lazy("yesterday"), 0: gettext_lazy("today"), 1: gettext_lazy("tomorrow")}
UNKNOWN = StateLook("?", "question", "grey")
# The first mark that is found counts: most browsers name their ancestors too.
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
            ("Chrome", "Chrome"), ("CriOS", "Chrome"), ("Safari", "Safari"))  # fmt: skip
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
           ("Mac OS", "Mac"), ("Linux", "Linux"))  # fmt: skip
# What of a line's detail is shown as its proof; the rest is in its sentence, or for machines.
EVIDENCE = {
    "provider_message_id": gettext_lazy("message id"),
    "number": gettext_lazy("number"),
    "template": gettext_lazy("template"),
    "until": gettext_lazy("until"),
    "window_message_id": gettext_lazy("window opened by"),
    "last_inbound_at": gettext_lazy("customer's last message"),
    "fbtrace_id": gettext_lazy("Meta's trace"),
    "text_key": gettext_lazy("text"),
}


@register.simple_tag
def chip(look: StateLook | None, word: str = "") -> SafeString:
    """Icon, word and colour; the tip on hover and for screen readers."""
    look = look or UNKNOWN
    struck = " rc-chip-cancelled" if look.tone == "grey" and look.icon == "line" else ""
    return format_html(
        '<span class="rc-chip tone-{}{}" title="{}">{}<span>{}</span></span>',
        look.tone,
        struck,
        look.tip,
        icon(look.icon),
        word or look.word,
    )


def chip_of(looks: Mapping[str, StateLook], state: str) -> SafeString:
    """The chip of a state; one that nobody knows is shown as it is."""
    return chip(looks.get(state), "" if state in looks else state)


for _name, _looks in {
    "appointment_chip": chips.APPOINTMENTS,
    "connection_chip": chips.CONNECTIONS,
    "readiness_chip": chips.READINESS,
    "permission_chip": chips.PERMISSIONS,
    "finding_chip": chips.FINDINGS,
}.items():
    register.simple_tag(partial(chip_of, _looks), name=_name)


@register.simple_tag
def quality(rating: str) -> SafeString:
    """A coloured dot with its word."""
    look = chips.QUALITIES.get(rating, chips.QUALITIES["UNKNOWN"])
    return format_html('<span class="rc-dot tone-{}" aria-hidden="true"></span> {}', look.tone, look.word)


@register.simple_tag
@lru_cache
def icon(name: str) -> SafeString:
    glyph = chips.glyph(name)
    return format_html('<span class="material-symbols-outlined" aria-hidden="true">{}</span>', glyph)


@register.filter
def as_input(field: BoundField) -> SafeString:
    """The field's widget in our look, whoever made the form."""
    return field.as_widget(attrs={} if is_box(field) else {"class": "rc-input"} | field.field.widget.attrs)


@register.filter
def is_box(field: BoundField) -> bool:
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def role_word(role: str) -> str:
    """A member's role as people call it."""
    return str(Member.Role(role).label) if role in Member.Role.values else role


@register.filter
def phone(value: Any) -> str:
    """+55 (11) 98888-7777; what is no phone stays as it is."""
    return phones.display(str(value or ""))


@register.filter
def browser_name(user_agent: str) -> str:
    """``Chrome, Android``: what people know their browser and device by; else what it says of itself."""
    names = (next((word for mark, word in known if mark in user_agent), "") for known in (BROWSERS, SYSTEMS))
    return ", ".join(filter(None, names)) or user_agent[:60] or _("unknown browser")


@register.filter
def as_whatsapp(text: str) -> SafeString:
    """A message as the customer's phone shows it."""
    return whatsapp_text.to_html(text)


def written_once(write: Callable[[Any], Text]) -> Callable[[Any], Text]:
    """``write``, asked once for a time as it is told on this day, here and in this language: lists and polls repeat."""
    kept = lru_cache(maxsize=10_000)(lambda at, *_around: write(at))

    @wraps(write)
    def written(at: Any) -> Text:
        return kept(at, timezone.localdate(), timezone.get_current_timezone(), get_language())

    return written


@register.filter
@written_once
def when(at: datetime | None) -> str:
    """``hoje 14:05``, ``amanhã 09:00``, else the date; the full time to the second on hover."""
    if at is None:
        return ""
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), second(at), moment(at))


@register.filter
@written_once
def moment(at: datetime) -> str:
    """As ``when``, without the element."""
    local = timezone.localtime(at)
    near = NEAR_DAYS.get((local.date() - timezone.localdate()).days)
    return f"{near or _short(local.date(), get_language())} {local:%H:%M}"


@register.filter
def long_day(day: date) -> str:
    """``Sábado, 21 de novembro``: Portuguese writes months and weekdays small, Django's names have capitals."""
    text = date_format(timezone.localtime(day) if isinstance(day, datetime) else day, _("l, F j"))
    return text.capitalize() if (get_language() or "").startswith("pt") else text


@register.filter
def second(at: datetime | None) -> str:
    """``21/11/2026 14:05:09`` in the tenant's zone."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    return f"{_short(local.date(), get_language())} {local:%H:%M:%S}"


@lru_cache(maxsize=1_000)
def _short(day: date, _language: str | None) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


@register.filter
def ago(at: datetime | None) -> SafeString | str:
    """``há 3 min`` for what is less than a day old, then as ``when``."""
    if at is None:
        return ""
    passed = timezone.now() - at
    if not timedelta(0) <= passed < timedelta(days=1):
        return when(at)
    minutes = int(passed.total_seconds() // 60)
    if minutes < 1:
        text = _("just now")
    elif minutes < 60:
        text = ngettext("%(count)d min ago", "%(count)d min ago", minutes) % {"count": minutes}
    else:
        text = ngettext("%(count)d h ago", "%(count)d h ago", minutes // 60) % {"count": minutes // 60}
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), second(at), text)


@register.filter
def count(value: int) -> str:
    """``1.234``, as the language groups digits."""
    return number_format(value, force_grouping=True)


@register.filter
def span(length: timedelta) -> str:
    """``3 h 05 min``, ``45 min``."""
    hours, minutes = divmod(max(int(length.total_seconds()), 0) // 60, 60)
    return f"{hours} h {minutes:02} min" if hours and minutes else f"{hours} h" if hours else f"{minutes} min"


@register.simple_tag
def moment_look(line: Line) -> tuple[str, str]:
    """Glyph and tone of a line of the timeline."""
    return chips.MOMENTS.get(line.event, chips.PLAIN_MOMENT)


@register.simple_tag
def evidence(line: Line) -> str:
    """The proof behind a line that its sentence does not say: message id, number, whose words opened the window.

    A status says no id: it is that of the line before, and of the message.
    """
    detail = line.detail if isinstance(line.detail, Mapping) else {}
    shown = [
        f"{EVIDENCE[name]}: {phones.display(value) if name == 'number' else reasons.shown(value)}"
        for name, value in detail.items()
        if name in EVIDENCE and value and not (name == "provider_message_id" and line.event in STATUSES)
    ]
    return " · ".join([*shown, *_window(detail.get("window"))])


def _window(facts: Any) -> list[str]:
    """What the 24-hour window was when it was looked at."""
    if not isinstance(facts, Mapping):
        return []
    if not facts.get("open"):
        return [_("24-hour window closed")]
    at = reasons.shown(facts.get("last_inbound_at") or "")
    return [_("24-hour window open: the customer's last message came at %(at)s") % {"at": at}]


@register.simple_tag
def connection_look(state: str) -> StateLook:
    return chips.CONNECTIONS.get(state, UNKNOWN)
