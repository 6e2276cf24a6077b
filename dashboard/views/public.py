"""Pages for everybody: what Meta and the law want to be readable without signing in."""

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from dashboard import public_texts
from dashboard.navigation import frame
from tenants.models import DataDeletion


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return _answer(request, public_texts.PRIVACY)


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    return _answer(request, public_texts.TERMS)


@require_safe
def support(request: HttpRequest) -> HttpResponse:
    return _answer(request, public_texts.SUPPORT)


@require_safe
def data_deletion(request: HttpRequest) -> HttpResponse:
    return _answer(request, public_texts.DELETION)


@require_safe
def data_deletion_status(request: HttpRequest, code: str) -> HttpResponse:
    """What became of a request; its code names nobody, and one that does not exist is a 404."""
    row = get_object_or_404(DataDeletion, code=code)
    context = {"title": _("Data deletion"), "deletion": row, **_operator()}
    return render(request, "dashboard/public/deletion_status.html", frame(request, **context))


def _answer(request: HttpRequest, page: public_texts.Page) -> HttpResponse:
    context = {**public_texts.of(page), "updated": date.fromisoformat(public_texts.UPDATED), **_operator()}
    return render(request, "dashboard/public/page.html", frame(request, **context))


def _operator() -> dict[str, str]:
    """Who runs this Recado, as the foot of each page says."""
    return {
        "company": settings.COMPANY_NAME,
        "tax_id": settings.COMPANY_TAX_ID,
        "address": settings.COMPANY_ADDRESS,
        "email": settings.SUPPORT_EMAIL,
    }
