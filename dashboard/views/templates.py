"""Templates: the list, and reading them anew from Meta."""

from django.contrib import messages as results
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dashboard.access import ConsoleRequest, console
from dashboard.forms.templates import TemplateFilterForm
from dashboard.navigation import frame
from dashboard.queries import templates as query
from templates_mgmt import standing, sync
from tenants import roles
from tenants.models import WhatsAppAccount


@require_GET
@console()
def template_list(request: ConsoleRequest) -> HttpResponse:
    """One line a template, by name; ``after`` is the key of the page's beginning."""
    standings = standing.of(request.tenant)
    accounts = [one.account for one in standings]
    form = TemplateFilterForm(request.GET, query.choices(request.tenant), accounts)
    filters = form.filters()
    context = {
        "form": form,
        "filters": filters,
        "page": query.page(request.tenant, filters, request.GET.get("after", ""), timezone.now()),
        "is_first": "after" not in request.GET,
        "asked": _asked(request),
        "accounts": accounts,
        "standings": standings,
        "several": len(accounts) > 1,
        "may_manage": roles.may(request.role, roles.MANAGE),
    }
    return render(request, "dashboard/templates/list.html", frame(request, title=_("Templates"), **context))


@require_POST
@console(roles.MANAGE)
def synchronise(request: ConsoleRequest) -> HttpResponse:
    """Every account in turn; one that fails stops no other, and is named."""
    for account in query.accounts(request.tenant):
        _tell(request, account, sync.sync_account(account, timezone.now()))
    return redirect("templates")


def _tell(request: ConsoleRequest, account: WhatsAppAccount, result: sync.SyncResult) -> None:
    if result.error:
        results.error(request, f"{account}: {result.error}")
        return
    told = _("%(account)s: %(created)d new, %(updated)d changed, %(missing)d no longer at Meta.")
    counts = {"created": result.created, "updated": result.updated, "missing": result.missing}
    results.success(request, told % {"account": str(account), **counts})


def _asked(request: ConsoleRequest) -> str:
    """The filters, for the addresses of other pages."""
    query_ = request.GET.copy()
    query_.pop("after", None)
    return query_.urlencode()
