"""What browsers may do with our pages: the policy of all of them is in config.sign_in, exceptions by view are here
and, for Meta's window, in dashboard.signup_window."""

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.http import HttpRequest
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]

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


def with_own_styles(view: View) -> View:
    """A library's page (the API's description) that writes styles, but no script, into itself."""
    return csp_replace({"script-src": [SELF], "style-src": [SELF, UNSAFE_INLINE]})(view)
