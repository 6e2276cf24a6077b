"""What stands side by side under Settings, as far as the person's role opens it."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants import roles

register = template.Library()


@dataclass(frozen=True)
class Tab:
    """``url`` is the name of its address."""

    url: str
    word: str | Promise
    needs: str = roles.MANAGE


TABS = (
    Tab("settings", _("Sending of messages")),
    Tab("settings_hours", _("Quiet hours")),
    Tab("settings_limits", _("Limits")),
    Tab("settings_desk", _("Conversations")),
    Tab("texts", _("Texts")),
    Tab("answers", _("Ready answers")),
    Tab("settings_company", _("Company"), roles.OWN),
    Tab("people", _("People"), roles.OWN),
    Tab("api_keys", _("Keys of the API"), roles.OWN),
)


@register.inclusion_tag("dashboard/settings/tabs.html", takes_context=True)
def settings_tabs(context: template.Context, here: str) -> dict[str, Any]:
    """``here`` is the url of the tab that is open."""
    role = context["request"].role
    return {"tabs": [tab for tab in TABS if roles.may(role, tab.needs)], "here": here}
