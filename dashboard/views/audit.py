"""Audit: who did what, when; open to the company itself."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dashboard import spreadsheets
from dashboard.access import ConsoleRequest, console
from dashboard.forms.audit import AuditForm
from dashboard.navigation import frame
from dashboard.paging import placed
from dashboard.queries import audit as query
from tenants import audit, roles
from tenants.models import Tenant


@require_GET
@console(roles.MANAGE)
def audit_list(request: ConsoleRequest) -> HttpResponse:
    form = AuditForm(request.GET, query.choices(request.tenant))
    before, place = placed(request)
    context = {
        "form": form,
        "filters": form.filters(),
        "page": query.page(request.tenant, form.filters(), before),
        **place,
    }
    return render(request, "dashboard/audit/list.html", frame(request, title=_("Audit"), **context))


@require_POST
@console(roles.MANAGE)
def audit_export(request: ConsoleRequest) -> HttpResponseBase:
    """The filtered trail as CSV; that it was taken is a line of the trail."""
    filters = AuditForm(request.POST, query.choices(request.tenant)).filters()
    told = {name: str(value) for name, value in asdict(filters).items() if value}
    audit.record("audit.exported", tenant=request.tenant, filters=told)
    header = [_("Time"), _("Who"), _("What"), _("Kind of row"), _("Row"), _("Detail")]
    name = f"auditoria-{request.tenant.slug}-{timezone.localdate():%Y-%m-%d}"
    return spreadsheets.download(name, header, _rows(request.tenant, filters, get_language() or ""))


def _rows(tenant: Tenant, filters: query.Filters, language: str) -> Iterator[Sequence[Any]]:
    """Read while they are sent, when the request's own zone and language are gone."""
    with timezone.override(tenant.zone), translation.override(language):
        for entry in query.entries(tenant, filters).iterator(chunk_size=1000):
            line = query.line(entry)
            detail = "; ".join(f"{name}: {told}" for name, told in line.facts)
            at = timezone.localtime(entry.at).isoformat(timespec="seconds")
            yield at, entry.actor_label or "Recado", line.sentence, entry.object_type, entry.object_label, detail
