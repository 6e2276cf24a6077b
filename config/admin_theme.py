"""How the admin and the console look: one theme for both. Colours are deep green-teal on a ground that leans to it."""

from typing import Any

from django.templatetags.static import static

PRIMARY = {
    "50": "oklch(97.6% .013 184)",
    "100": "oklch(94.2% .028 184)",
    "200": "oklch(88.4% .05 185)",
    "300": "oklch(79.8% .073 186)",
    "400": "oklch(70.2% .088 187)",
    "500": "oklch(60.5% .09 188)",
    "600": "oklch(46.5% .078 190)",
    "700": "oklch(40.2% .067 191)",
    "800": "oklch(34% .055 192)",
    "900": "oklch(28.5% .044 193)",
    "950": "oklch(21% .032 194)",
}
BASE = {
    "50": "oklch(98.3% .003 195)",
    "100": "oklch(96.4% .004 195)",
    "200": "oklch(92.2% .006 197)",
    "300": "oklch(86.5% .009 200)",
    "400": "oklch(70.5% .014 205)",
    "500": "oklch(54.5% .018 208)",
    "600": "oklch(44.2% .019 210)",
    "700": "oklch(36% .019 212)",
    "800": "oklch(26.6% .017 214)",
    "900": "oklch(19.6% .014 216)",
    "950": "oklch(14% .011 218)",
}

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
    "BORDER_RADIUS": "8px",
    "COLORS": {"primary": PRIMARY, "base": BASE},
    "STYLES": [lambda _request: static("dashboard/recado.css")],
    "GLOBAL_CALLBACK": "dashboard.navigation.frame_context",
    "SIDEBAR": {"navigation": "dashboard.navigation.navigation"},
}
