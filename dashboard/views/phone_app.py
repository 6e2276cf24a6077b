"""The phone app that shares a number: the two requests to Meta, the import of the history, signs of life."""

from django.contrib import messages as results
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dashboard import access
from dashboard.access import ConsoleRequest, console
from dashboard.navigation import frame
from dashboard.queries import phone_app as query
from tenants import audit, roles
from whatsapp import coexistence


@require_GET
@console()
def phone_app(request: ConsoleRequest, number_id: int) -> HttpResponse:
    """The page; with ``?live`` only what changes by itself."""
    number = access.get_number(request, number_id)
    context = {"page": query.page(number, timezone.now()), "may_manage": roles.may(request.role, roles.MANAGE)}
    if "live" in request.GET:
        return render(request, "dashboard/connections/phone_app_live.html", context)
    return render(
        request, "dashboard/connections/phone_app.html", frame(request, title=_("App on the phone"), **context)
    )


@require_POST
@console(roles.MANAGE)
def ask(request: ConsoleRequest, number_id: int) -> HttpResponse:
    """Asks Meta, once, for the address book and the history; pressed twice it asks no second time."""
    number, now = access.get_number(request, number_id), timezone.now()
    if not query.page(number, now).may_ask:
        results.error(request, _("This was asked for before. Meta takes it once."))
        return redirect("phone_app", number_id)
    audit.record("connection.phone_app_asked", tenant=number.tenant, actor=request.user, obj=number)
    coexistence.start_sync(number, now)
    results.success(request, _("Meta was asked. What comes shows below by itself."))
    return redirect("phone_app", number_id)
