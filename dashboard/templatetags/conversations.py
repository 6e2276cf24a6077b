"""How the list of conversations writes times, people and messages without words."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dashboard import said
from dashboard.templatetags.recado import second, written_once
from tenants.models import Contact

FACES = ("teal", "blue", "violet", "amber", "green", "slate")

register = template.Library()


@register.filter
@written_once
def brief(at: datetime | None) -> str:
    """``14:05`` of today, ``ontem``, else the date; the full time to the second on hover."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    days = (timezone.localdate() - local.date()).days
    text = f"{local:%H:%M}" if days == 0 else _("yesterday") if days == 1 else date_format(local, "SHORT_DATE_FORMAT")
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), second(at), text)


@register.filter
def kind_word(type_: str) -> str:
    """What a message without words is: a photo, an audio."""
    return said.brief(type_, "")


@register.filter
def face(contact: Contact) -> SafeString:
    """A person's sign: a first letter in a colour that stays the same wherever the person is met."""
    tone = FACES[contact.pk % len(FACES)]
    letter = _initial(contact.display_name)
    return format_html('<span class="rc-avatar tone-{}" aria-hidden="true">{}</span>', tone, letter)


def _initial(name: str) -> str:
    """The first letter of a name; of what has none a sign."""
    return next((char.upper() for char in name if char.isalpha()), "#")
