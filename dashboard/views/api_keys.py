"""Keys with which the company's systems call the API: made, shown once, revoked."""

from django.contrib import messages as results
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from dashboard import access
from dashboard.access import ConsoleRequest, console
from dashboard.forms.keys import KeyForm
from dashboard.navigation import frame
from tenants import api_keys, roles
from tenants.models import TenantApiKey


@require_GET
@console(roles.OWN)
def key_list(request: ConsoleRequest) -> HttpResponse:
    return _page(request, KeyForm())


@never_cache
@require_POST
@console(roles.OWN)
def create(request: ConsoleRequest) -> HttpResponse:
    """The page that answers is the only one that ever shows the key."""
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    row, key = api_keys.create(request.tenant, form.cleaned_data["name"], until=form.cleaned_data["until"])
    return _page(request, KeyForm(), new=row, key=key)


@require_POST
@console(roles.OWN)
def revoke(request: ConsoleRequest) -> HttpResponse:
    """Ends at once, and for good."""
    row = access.get_api_key(request, request.POST.get("prefix", ""))
    row.revoked = True
    row.save()
    results.success(request, _("The key “%(name)s” is revoked: no call with it works any more.") % {"name": row.name})
    return redirect("api_keys")


def _page(request: ConsoleRequest, form: KeyForm, new: TenantApiKey | None = None, key: str = "") -> HttpResponse:
    rows = TenantApiKey.objects.for_tenant(request.tenant).order_by("revoked", "-created")
    context = {"form": form, "keys": rows, "new": new, "new_key": key}
    page = frame(request, title=_("Settings"), **context)
    return render(request, "dashboard/settings/api_keys.html", page, status=400 if form.errors else 200)
