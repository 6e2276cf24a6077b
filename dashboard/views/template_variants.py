"""Several templates for one kind of notice: what became of each, and who takes part in the choice."""

from typing import Any

from django.contrib import messages as results
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard import access
from dashboard.access import ConsoleRequest, console
from dashboard.forms.mappings import MappingForm
from dashboard.navigation import frame
from dashboard.queries import mappings as query
from dashboard.queries import variants as figures
from dashboard.views.mappings import asked, bound_form, edit
from notifications.variants import stopping
from templates_mgmt import variants
from templates_mgmt.models import TemplateMapping
from tenants import roles


@require_GET
@console()
def variant_list(request: ConsoleRequest) -> HttpResponse:
    """Of ``?kind=&language=``."""
    speech, language = asked(request)
    context: dict[str, Any] = {
        "speech": speech,
        "language": language,
        "page": figures.page(request.tenant, speech.kind, language, timezone.now()),
        "most": variants.MOST,
        "may_manage": roles.may(request.role, roles.MANAGE),
    }
    return render(request, "dashboard/mappings/variants.html", frame(request, title=str(speech.label), **context))


@require_http_methods(["GET", "POST"])
@console(roles.MANAGE)
def variant_edit(request: ConsoleRequest) -> HttpResponse:
    """The editor of a new variant of ``?kind=&language=``, or of that one which ``variant`` names."""
    main, row = _named(request)
    taken = {main.template_id, *(one.template_id for one in variants.of(main))} - {row.template_id if row else None}
    choosable = [one for one in query.templates(request.tenant, main.language) if one.pk not in taken]
    form = bound_form(request, choosable, row, variants.version(row), has_fallback=False)
    return edit(request, form, lambda asker, filled: _save(asker, filled, row))


def _named(request: ConsoleRequest) -> tuple[TemplateMapping, TemplateMapping | None]:
    speech, language = asked(request)
    main = query.of_kind(request.tenant, speech.kind, language).get(False)
    if main is None:
        raise Http404
    name = request.GET.get("variant", "")
    if not name:
        return main, None
    row = next((one for one in variants.of(main) if str(one.pk) == name), None)
    if row is None:
        raise Http404
    return main, row


def _save(request: ConsoleRequest, form: MappingForm, row: TemplateMapping | None) -> HttpResponse | None:
    draft = form.check(request.tenant)
    if draft is None:
        return None
    try:
        saved = variants.put(draft, row, timezone.now(), seen=form.cleaned_data["seen"])
    except variants.Refused as refused:
        form.add_error(None, str(refused))
        return None
    results.success(request, _("Saved. %(name)s shares in these messages.") % {"name": saved.template.name})
    return redirect(query.address(saved.kind, saved.language))


@require_POST
@console(roles.MANAGE)
def variant_switch(request: ConsoleRequest, mapping_id: int) -> HttpResponse:
    """Turns the choice among a main mapping's variants on or off (``on``)."""
    main = access.get_mapping(request, mapping_id)
    variants.switch(main, request.POST.get("on") == "1")
    told = _("The choice is made from now on.") if main.has_choice else _("The main template speaks alone from now on.")
    results.success(request, told)
    return redirect(query.address(main.kind, main.language))


@require_POST
@console(roles.MANAGE)
def variant_back(request: ConsoleRequest, mapping_id: int) -> HttpResponse:
    """Lets a stopped one speak again."""
    row = access.get_mapping(request, mapping_id)
    stopping.bring_back(row, timezone.now())
    results.success(request, _("It speaks again. From tomorrow on new opt-outs count against it."))
    return redirect(query.address(row.kind, row.language))
