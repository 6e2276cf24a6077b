"""The customer's pages: no login, nothing but the appointment."""

import secrets
from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from notifications import voucher
from notifications.models import Appointment

Page = Callable[[HttpRequest, Appointment], HttpResponse]


def for_customer(page: Page) -> Callable[[HttpRequest, str], HttpResponse]:
    """Shows the appointment of an unguessable id in its tenant's language and time, and keeps it private."""

    @wraps(page)
    def view(request: HttpRequest, public_id: str) -> HttpResponse:
        appointment = voucher.find(public_id)
        if appointment is None:
            return _private(request, _not_found(request))
        tenant = appointment.tenant
        with timezone.override(tenant.zone), translation.override(tenant.language):
            return _private(request, page(request, appointment))

    return require_safe(view)


@for_customer
def voucher_page(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """What is booked, where and when, as it stands now."""
    facts = {
        "appointment": appointment,
        "tenant": appointment.tenant,
        "first_name": voucher.first_name(appointment),
        "day": voucher.day(appointment),
        "place": voucher.place(appointment),
        "map_url": voucher.map_url(appointment),
        "whatsapp_url": voucher.whatsapp_url(appointment.tenant),
        "url": voucher.url(appointment),
        "look": voucher.look(appointment, timezone.now()),
        "is_ahead": voucher.is_ahead(appointment, timezone.now()),
        "nonce": _nonce(request),
    }
    return render(request, "voucher/voucher.html", facts)


@for_customer
def voucher_calendar(_request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """The calendar file; phones open it, browsers of computers save it."""
    answer = HttpResponse(voucher.calendar(appointment), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="agenda.ics"'
    return answer


def _not_found(request: HttpRequest) -> HttpResponse:
    return render(request, "voucher/not_found.html", {"nonce": _nonce(request)}, status=404)


def _nonce(request: HttpRequest) -> str:
    """One for the whole answer; only what carries it may style or run."""
    if not hasattr(request, "voucher_nonce"):
        request.voucher_nonce = secrets.token_urlsafe(16)  # type: ignore[attr-defined]
    return request.voucher_nonce  # type: ignore[attr-defined]


def _private(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Kept by no cache, found by no search engine, told to no other site; nothing from outside runs in it."""
    nonce = f"'nonce-{_nonce(request)}'"
    answer["Cache-Control"] = "no-store, private"
    answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer["Referrer-Policy"] = "no-referrer"
    answer["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {nonce}; script-src {nonce}; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return answer
