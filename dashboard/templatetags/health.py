"""How the Health page writes its figures."""

from datetime import timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dashboard import alert_looks
from dashboard.templatetags.recado import chip
from notifications.watching import Told
from notifications.watching.figures import MANY
from notifications.watching.shares import Share

register = template.Library()
NOTHING = SafeString('<span class="rc-muted">–</span>')


@register.simple_tag
def alert_chip(told: Told) -> SafeString:
    state = told.alert.state
    return chip(alert_looks.STATES.get(state), "" if state in alert_looks.STATES else state)


@register.simple_tag
def alert_place(told: Told) -> Any:
    return alert_looks.place(told)


@register.filter
def lasted(told: Told) -> timedelta:
    """From the first time to the end, or to now."""
    return (told.alert.solved_at or timezone.now()) - told.alert.first_at


@register.filter
def many(value: int) -> str:
    """``1.234``; counts that stopped counting show a plus."""
    shown = number_format(value, force_grouping=True)
    return f"{shown}+" if value >= MANY else shown


@register.simple_tag
def figure(value: Any, limit: int = 0) -> SafeString:
    """A number that is amber over its limit."""
    tone = "amber" if value > limit else "slate"
    return format_html('<b class="rc-figure tone-{}">{}</b>', tone, many(value))


@register.simple_tag
def share(found: Share, limit: int) -> SafeString:
    """``2 % (3 of 150)``, red over its limit (percent)."""
    if not found.total:
        return NOTHING
    tone = "red" if found.percent > limit else "slate"
    return format_html(
        '<b class="rc-figure tone-{}">{}&nbsp;%</b> <span class="rc-muted rc-small">{} / {}</span>',
        tone,
        found.percent,
        many(found.failed),
        many(found.total),
    )
