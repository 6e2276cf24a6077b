"""Error pages, as carefully made as the rest. Under /api/ the answer is JSON in REST's one form."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from dashboard.navigation import frame
from tenants.rest import error_body


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    sentence = _("The address or the form came damaged. Go back, reload the page and try once more.")
    return _answer(request, 400, "invalid", _("This request cannot be read"), sentence)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    sentence = _("Your role in this company does not allow it. Ask an owner or a manager.")
    return _answer(request, 403, "permission_denied", _("You may not do this"), sentence, icon="lock")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    sentence = _("The address may be wrong. Check it and try again.")
    if getattr(request, "tenant", None) is not None:
        sentence = _("The address may be wrong, or what it showed is another company's. Check the company in the menu.")
    return _answer(request, 404, "not_found", _("Nothing here"), sentence)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF failure: nearly always a page that stayed open for long or across a sign-in."""
    sentence = _("The page was open for too long, or you signed in again in another tab. Reload it and try once more.")
    return _answer(request, 403, "permission_denied", _("This page is no longer fresh"), sentence, icon="history")


def server_error(request: HttpRequest) -> HttpResponse:
    """Reads nothing from the database or the session: they may be what failed."""
    if request.path.startswith("/api/"):
        return JsonResponse(error_body("error", _("Something failed on our side")), status=500)
    nonce = {"nonce": getattr(request, "csp_nonce", "")}
    return HttpResponse(render_to_string("dashboard/errors/500.html", nonce), status=500)


def _answer(request: HttpRequest, status: int, code: str, title: str, sentence: str, **context: Any) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse(error_body(code, sentence), status=status)
    signed_in = getattr(request, "tenant", None) is not None
    context |= {"code": status, "title": title, "sentence": sentence, "signed_in": signed_in}
    return render(request, "dashboard/errors/error.html", frame(request, **context), status=status)
