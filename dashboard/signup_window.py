"""Meta's window on our pages: what the script is given, and what the browser must allow for it."""

import json
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse

from whatsapp.models import Signup
from whatsapp.onboarding import api

FACEBOOK = ("https://www.facebook.com", "https://web.facebook.com")


def sdk_origin() -> str:
    parts = urlsplit(settings.WHATSAPP_META_SDK_URL)
    return f"{parts.scheme}://{parts.netloc}"


# Added to the policy of these pages alone.
POLICY: dict[str, Any] = {
    "script-src": [sdk_origin()],
    "connect-src": [*FACEBOOK, "https://graph.facebook.com"],
    "frame-src": [*FACEBOOK, "https://staticxx.facebook.com"],
    "img-src": list(FACEBOOK),
}


def window(signup: Signup, url: str, *path: str) -> dict[str, Any]:
    """What the page's script needs; ``login`` is None where Meta's window has nothing to answer.

    ``url`` names the page's own address, ``path`` is what it takes (the signup's id unless given).
    """
    place, login = path or (signup.pk,), api.window_of(signup)
    return {
        "login": login,
        "login_json": json.dumps(login),
        "app": settings.WHATSAPP_META_APP_ID,
        "simulated": "1" if settings.IN_DEVELOPMENT else "",
        "sdk": settings.WHATSAPP_META_SDK_URL,
        "version": settings.WHATSAPP_META_API_VERSION,
        "give_up": "" if path else reverse("signup_give_up", args=place),
        "urls": {name: reverse(f"{url}_{name}", args=place) for name in ("steps", "session", "code")},
    }


def open_to_the_window(answer: HttpResponse) -> HttpResponse:
    """Lets the window that this page opens speak to it; Django's default would cut the two apart."""
    answer["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
    answer["Cache-Control"] = "no-store, private"
    return answer
