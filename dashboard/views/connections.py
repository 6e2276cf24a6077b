"""Connections: the company's numbers, how they are, and pausing and resuming them."""

from django.contrib import messages as results
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dashboard import access
from dashboard.access import ConsoleRequest, console
from dashboard.navigation import frame
from dashboard.queries import connections as query
from tenants import connections, roles
from tenants.models import PhoneNumber

State = PhoneNumber.State


@require_GET
@console()
def connection_list(request: ConsoleRequest) -> HttpResponse:
    context = {"numbers": query.numbers(request.tenant), "may_manage": roles.may(request.role, roles.MANAGE)}
    return render(request, "dashboard/connections/list.html", frame(request, title=_("Connections"), **context))


@require_POST
@console(roles.MANAGE)
def move(request: ConsoleRequest, number_id: int, to_state: str) -> HttpResponse:
    """Pauses a number (its messages wait) or connects it again (they go out)."""
    number = access.get_number(request, number_id)
    reason = _("Paused by a person") if to_state == State.PAUSED else ""
    try:
        connections.move(number, to_state, reason=reason, actor=request.user, now=timezone.now())
    except connections.MoveRefused as refusal:
        results.error(request, str(refusal))
    else:
        paused = _("Paused. Messages of this number wait until somebody resumes it.")
        results.success(request, paused if to_state == State.PAUSED else _("Resumed. Messages that waited go out now."))
    return redirect("connections")
