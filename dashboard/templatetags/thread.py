"""How a thread's times and words are written."""

from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dashboard.bubbles import Ticks
from dashboard.templatetags.recado import second, written_once

register = template.Library()
WORDS_FOR_DAYS = {0: lambda: _("Today"), 1: lambda: _("Yesterday")}


@register.filter
def day_word(day: date) -> str:
    """``Hoje``, ``Ontem``, else ``19/11/2026``."""
    passed = (timezone.localdate() - day).days
    word = WORDS_FOR_DAYS.get(passed)
    return word() if word else date_format(day, "SHORT_DATE_FORMAT")


@register.filter
@written_once
def clock(at: datetime) -> SafeString:
    """``14:05`` in the tenant's zone; the full time to the second on hover."""
    local = f"{timezone.localtime(at):%H:%M}"
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), second(at), local)


@register.filter
def told(ticks: Ticks) -> str:
    """All times of a message in one line, for a tip and for screen readers."""
    return " · ".join([str(ticks.look.word), *(f"{word} {second(at)}" for word, at in ticks.times)])
