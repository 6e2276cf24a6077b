"""Analytics: how much was sent, how it arrived, how long customers waited; and each table of it as CSV."""

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dashboard import spreadsheets
from dashboard.access import ConsoleRequest, console
from dashboard.forms.analytics import AnalyticsForm
from dashboard.navigation import frame
from dashboard.queries import analytics as query
from notifications.analytics import figures
from tenants.models import PhoneNumber, Tenant


@require_GET
@console()
def analytics(request: ConsoleRequest) -> HttpResponse:
    """The period's numbers as tiles, charts and tables."""
    numbers = _numbers(request.tenant)
    form = AnalyticsForm(request.GET, numbers, timezone.localdate())
    found = figures.read(request.tenant, form.asked, form.asked_number)
    context = {
        "form": form,
        "period": form.asked,
        "tiles": query.tiles(found),
        "sheets": query.sheets(found, numbers),
        "counted_at": figures.counted_at(request.tenant, form.asked),
        "is_empty": not (found.total.received or found.total.sent or found.total.by_app),
        "asked": request.GET.urlencode(),
    }
    return render(request, "dashboard/analytics/page.html", frame(request, title=_("Analytics"), **context))


@require_GET
@console()
def analytics_export(request: ConsoleRequest) -> HttpResponseBase:
    """One table of the page as CSV: ``table`` is its name, the rest as of the page."""
    numbers = _numbers(request.tenant)
    form = AnalyticsForm(request.GET, numbers, timezone.localdate())
    found = query.sheets(figures.read(request.tenant, form.asked, form.asked_number), numbers)
    sheet = next((sheet for sheet in found if sheet.name == request.GET.get("table")), None)
    if sheet is None:
        raise Http404
    header = [sheet.first, *(column.title for column in sheet.columns)]
    rows = [[row.label, *("" if cell.value is None else cell.value for cell in row.cells)] for row in sheet.rows]
    name = f"analises-{sheet.name}-{request.tenant.slug}-{form.asked.since:%Y-%m-%d}-{form.asked.until:%Y-%m-%d}"
    return spreadsheets.download(name, header, rows)


def _numbers(tenant: Tenant) -> list[PhoneNumber]:
    """Also those that are no longer the company's: they sent too."""
    return list(PhoneNumber.objects.for_tenant(tenant).order_by("pk"))
