"""Choosing the company to work for."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dashboard.access import ConsoleRequest
from tenants.middleware import SESSION_KEY


@require_POST
@login_required
def switch_tenant(request: ConsoleRequest) -> HttpResponse:
    """Works for another of the person's companies from now on; leads to the first page, since ids differ by company."""
    chosen = next((tenant for tenant in request.tenants if str(tenant.pk) == request.POST.get("to")), None)
    if chosen is None:
        raise Http404
    request.session[SESSION_KEY] = str(chosen.pk)
    return redirect("messages")
