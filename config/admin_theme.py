"""How the admin and the console look: one theme for both. Its colours are in theme.css (dashboard.navigation)."""

from typing import Any

from django.templatetags.static import static

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Recado",
    "SITE_HEADER": "Recado",
    "SITE_URL": None,
    "SITE_ICON": lambda _request: static("dashboard/recado.svg"),
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("dashboard/recado.svg")}
    ],
    "SHOW_LANGUAGES": True,
    "SHOW_BACK_BUTTON": True,
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": [
        lambda _request: static("dashboard/theme.css"),
        lambda _request: static("dashboard/recado.css"),
    ],
    "GLOBAL_CALLBACK": "dashboard.navigation.frame_context",
    "SIDEBAR": {"navigation": "dashboard.navigation.navigation"},
}
