"""A person's saved filters of Messages, and the list as a spreadsheet."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from django.contrib import messages as results
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dashboard import access, spreadsheets
from dashboard.access import ConsoleRequest, console
from dashboard.forms.messages import FilterForm, SaveFilterForm
from dashboard.queries import messages
from tenants import audit, phones, roles, saved_filters
from tenants.models import PhoneNumber, Tenant

PAGE = "messages"
NOT_A_FILTER = ("before", "all", "tenant", "csrfmiddlewaretoken")


@require_POST
@console(roles.OPERATE)
def save(request: ConsoleRequest) -> HttpResponse:
    """By a name; a filter of the same name is replaced."""
    form = SaveFilterForm(request.POST)
    if not form.is_valid():
        results.error(request, _("Give the filter a name of at most 40 characters."))
        return redirect(PAGE)
    kept = form.cleaned_data | {"query": only_filters(QueryDict(form.cleaned_data["query"])).urlencode()}
    try:
        saved_filters.keep(request.tenant, request.user, PAGE, **kept)
    except saved_filters.TooMany:
        told = _("You keep %(most)d filters already. Remove one first.")
        results.error(request, told % {"most": saved_filters.MOST})
    else:
        results.success(request, _("Saved as “%(name)s”.") % {"name": kept["name"]})
    return redirect(f"{reverse(PAGE)}?{kept['query']}")


@require_POST
@console(roles.OPERATE)
def start(request: ConsoleRequest, filter_id: int) -> HttpResponse:
    """Messages begins with this filter, or no longer."""
    chosen, wanted = access.get_saved_filter(request, filter_id), "end" not in request.POST
    saved_filters.start_with(chosen, wanted)
    begins = _("Messages begins with “%(name)s” from now on.")
    told = begins if wanted else _("Messages no longer begins with “%(name)s”.")
    results.success(request, told % {"name": chosen.name})
    return redirect(f"{reverse(PAGE)}?{chosen.query}")


@require_POST
@console(roles.OPERATE)
def remove(request: ConsoleRequest, filter_id: int) -> HttpResponse:
    chosen = access.get_saved_filter(request, filter_id)
    chosen.delete()
    results.success(request, _("The filter “%(name)s” is removed.") % {"name": chosen.name})
    return redirect(f"{reverse(PAGE)}?all=1")


@require_POST
@console(roles.OPERATE)
def export(request: ConsoleRequest) -> HttpResponseBase:
    """All that the filters show, not only a page; that it was taken is a line of the trail."""
    numbers = list(PhoneNumber.objects.for_tenant(request.tenant).owned())
    filters = FilterForm(request.POST, numbers).filters()
    told = {name: str(value) for name, value in asdict(filters).items() if value}
    audit.record("message.exported", tenant=request.tenant, filters=told)
    header = [
        *(_("Created"), _("Customer"), _("Phone"), _("Kind"), _("State"), _("Reason"), _("Who acts"), _("Next step")),
        *(_("Meta's code"), _("Way"), _("Template"), _("Text"), _("Number"), _("Scheduled for"), _("Attempts")),
        *(_("Appointment"), _("Message id"), _("Id")),
    ]
    name = f"mensagens-{request.tenant.slug}-{timezone.localdate():%Y-%m-%d}"
    return spreadsheets.download(name, header, _rows(request.tenant, filters, get_language() or ""))


def only_filters(query: QueryDict) -> QueryDict:
    """What of an address narrows the list, without what was left empty."""
    kept = QueryDict(mutable=True)
    for name, value in query.items():
        if name not in NOT_A_FILTER and value:
            kept[name] = str(value)
    return kept


def _rows(tenant: Tenant, filters: messages.Filters, language: str) -> Iterator[Sequence[Any]]:
    """Read while they are sent, when the request's own zone and language are gone."""
    with timezone.override(tenant.zone), translation.override(language):
        found = messages.jobs(tenant, filters, timezone.now()).order_by("-created_at", "-pk")
        for job in found.iterator(chunk_size=1000):
            yield _cells(messages.row(job))


def _cells(row: messages.Row) -> Sequence[Any]:
    job, why, message = row.job, row.reason, row.job.message
    return (
        *(_at(job.created_at), row.customer, phones.display(job.to), row.kind, row.look.word),
        *((why.sentence, why.who, why.next_step, why.provider_code or "") if why else ("", "", "", "")),
        *(_way(job.mode), job.template_name, row.text, job.number.display_phone_number if job.number else ""),
        *(_at(job.scheduled_for), job.attempts, job.appointment.external_id if job.appointment else ""),
        *((message.provider_message_id or "") if message else "", job.pk),
    )


def _at(moment: Any) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds")


def _way(mode: str) -> str:
    return {"template": _("template"), "text": _("free text")}.get(mode, "")
