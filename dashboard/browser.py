"""What browsers may do with our pages: the policy of all of them is in config.sign_in, exceptions by view are here."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]

FACEBOOK = ("https://www.facebook.com", "https://web.facebook.com", "https://graph.facebook.com")
# What none of our pages uses, so that nothing that slips into one can; passkeys are asked for by ourselves alone.
UNUSED = ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone",
          "midi", "payment", "usb", "browsing-topics")  # fmt: skip
PERMISSIONS = ", ".join(
    [*(f"{name}=()" for name in UNUSED), *(f"publickey-credentials-{act}=(self)" for act in ("create", "get"))]
)


class PermissionsMiddleware:
    """Takes camera, place and the like from every page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS)
        return response


def with_meta_sdk(view: View) -> View:
    """A page that loads Meta's JavaScript SDK (of the simulator, in development) and talks to the window it opens."""
    origins = sdk_origins()
    sources = {"script-src": origins[:1], **dict.fromkeys(("connect-src", "frame-src", "img-src"), origins)}

    @csp_update(sources)
    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
        return response

    return inner


def sdk_origins() -> list[str]:
    """Where the SDK comes from, first; with Meta's own, whom else it speaks to."""
    address = urlsplit(settings.WHATSAPP_META_SDK_URL)
    origin = f"{address.scheme}://{address.netloc}"
    return [origin, *FACEBOOK] if origin.endswith(".facebook.net") else [origin]


def with_own_styles(view: View) -> View:
    """A library's page (the API's description) that writes styles, but no script, into itself."""
    return csp_replace({"script-src": [SELF], "style-src": [SELF, UNSAFE_INLINE]})(view)
