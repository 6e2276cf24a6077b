"""What became of a template's messages, and of another one's beside it."""

from django.contrib import messages as results
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dashboard import access
from dashboard.access import ConsoleRequest, console
from dashboard.ids import parse_id
from dashboard.navigation import frame
from dashboard.queries import template_results as query
from templates_mgmt import insights
from templates_mgmt.models import MessageTemplate
from tenants import audit, roles


@require_GET
@console()
def template_results(request: ConsoleRequest, template_id: int) -> HttpResponse:
    """``days`` is 7, 30 or 90; ``with`` the id of a template to compare with."""
    template = access.get_template(request, template_id)
    days = query.read_days(request.GET.get("days", ""))
    context = {
        "template": template,
        "days": str(days),
        "periods": query.DAYS,
        "page": query.page(template, _other(request), days, query.today()),
        "others": query.comparable(request.tenant, template),
        "may_manage": roles.may(request.role, roles.MANAGE),
    }
    return render(request, "dashboard/template_results/page.html", frame(request, title=_("Results"), **context))


def _other(request: ConsoleRequest) -> MessageTemplate | None:
    asked = parse_id(request.GET.get("with", ""))
    return None if asked is None else access.get_template(request, asked)


@require_POST
@console(roles.MANAGE)
def count_at_meta(request: ConsoleRequest, template_id: int) -> HttpResponse:
    """Lets Meta count the account's templates, for good."""
    template = access.get_template(request, template_id)
    problem = insights.enable(template.account, timezone.now())
    if problem:
        results.error(request, problem)
    else:
        audit.record("account.insights_enabled", tenant=request.tenant, actor=request.user, obj=template.account)
        results.success(request, _("Meta counts from now on. Its figures appear here a day later."))
    return redirect("template_results", template_id)
