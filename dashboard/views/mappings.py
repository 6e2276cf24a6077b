"""Who says what: which template speaks for each kind of notice, and what stands in its variables."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages as results
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard import access
from dashboard.access import ConsoleRequest, console
from dashboard.forms.mappings import OPTIONAL, MappingForm, read_asked
from dashboard.ids import parse_id
from dashboard.navigation import frame
from dashboard.queries import mappings as query
from notifications.models import Appointment
from notifications.variants import stopping
from templates_mgmt import changing
from templates_mgmt.models import MessageTemplate, TemplateMapping
from templates_mgmt.preview import bubble
from templates_mgmt.speech import Speech
from tenants import roles

NAMED = ("kind", "language", "next", "variant")  # what an editor's address may say
Save = Callable[[ConsoleRequest, MappingForm], HttpResponse | None]  # None: the form says why not


@require_GET
@console()
def mapping_list(request: ConsoleRequest) -> HttpResponse:
    context = {
        "lines": query.lines(request.tenant),
        "may_manage": roles.may(request.role, roles.MANAGE),
    }
    return render(request, "dashboard/mappings/list.html", frame(request, title=_("Who says what"), **context))


@require_http_methods(["GET", "POST"])
@console(roles.MANAGE)
def mapping_edit(request: ConsoleRequest) -> HttpResponse:
    """The editor of ``?kind=&language=``; with ``template`` in a GET, as if that one were chosen."""
    return edit(request, _form(request), _save)


def edit(request: ConsoleRequest, form: MappingForm, save: Save) -> HttpResponse:
    """``part=slots`` answers the fields and the preview alone, ``part=preview`` the preview."""
    if request.method == "POST":
        form.keep_file(request.tenant, request.FILES, request.user.get_username())
        return save(request, form) or show(request, form, status=400)
    part = request.GET.get("part", "")
    name = {"slots": "workspace", "preview": "preview"}.get(part, "edit")
    return show(request, form, name)


def show(request: ConsoleRequest, form: MappingForm, name: str = "edit", status: int = 200) -> HttpResponse:
    context = _context(request, form, whole=name == "edit")
    return render(request, f"dashboard/mappings/{name}.html", context, status=status)


def _form(request: ConsoleRequest) -> MappingForm:
    speech, language = asked(request)
    rows = query.of_kind(request.tenant, speech.kind, language)
    current = rows.get(True) if "next" in request.GET else rows.get(False)
    return bound_form(request, query.templates(request.tenant, language), current, query.version(rows))


def asked(request: ConsoleRequest) -> tuple[Speech, str]:
    """Kind and language of the address; Http404 where templates speak for no such kind."""
    found = read_asked(request.GET.get("kind", ""), request.GET.get("language", ""))
    if found is None:
        raise Http404
    return found


def bound_form(
    request: ConsoleRequest,
    choosable: list[MessageTemplate],
    current: TemplateMapping | None,
    seen: str,
    *,
    has_fallback: bool = True,
) -> MappingForm:
    """The editor's form with what a person sent, or chose so far; else with what ``current`` says."""
    given = request.POST if request.method == "POST" else request.GET
    named = [current.template, current.fallback] if current else []
    choosable = choosable + [row for row in named if row and row not in choosable]
    data = given.dict() if request.method == "POST" or "template" in given else None
    return MappingForm(*asked(request), choosable, data, current=current, seen=seen, has_fallback=has_fallback)


def _context(request: ConsoleRequest, form: MappingForm, *, whole: bool) -> dict[str, Any]:
    draft, appointment = form.draft(request.tenant), _appointment(request)
    shown = query.shown(draft, appointment) if draft else None
    context: dict[str, Any] = {"form": form, "shown": shown, "speech": form.speech, "language": form.language}
    if draft and shown:
        context["bubble"] = bubble(
            draft.template.components, shown.trial.texts, language=draft.language, category=draft.template.category
        )
        context["body"] = json.dumps(shown.trial.body, ensure_ascii=False, indent=2) if shown.trial.body else ""
    if not whole:
        return context
    context["is_variant"] = "fallback" not in form.fields
    context["address"] = (
        f"{request.path}?{urlencode({name: request.GET[name] for name in NAMED if name in request.GET})}"
    )
    context["back"] = (
        query.address(form.speech.kind, form.language) if context["is_variant"] else reverse("template_mappings")
    )
    context["optional"] = " ".join(OPTIONAL)
    context["appointments"] = query.appointments(request.tenant, timezone.now())
    return frame(request, title=str(form.speech.label), **context)


def _appointment(request: ConsoleRequest) -> Appointment | None:
    asked = (request.POST if request.method == "POST" else request.GET).get("with", "")
    appointment_id = parse_id(asked)
    return None if appointment_id is None else access.get_appointment(request, appointment_id)


def _save(request: ConsoleRequest, form: MappingForm) -> HttpResponse | None:
    draft = form.check(request.tenant)
    if draft is not None:
        try:
            saved = changing.put(draft, form.cleaned_data["seen"], timezone.now())
        except changing.Overtaken:
            form.add_error(None, _("Somebody changed this since you opened it. Look at it anew before you save."))
        else:
            results.success(request, _told(saved))
            return redirect("template_mappings")
    return None


def _told(saved: TemplateMapping) -> str:
    if saved.is_next:
        return _("Saved. The present template goes on speaking until Meta approves %(name)s.") % {
            "name": saved.template.name
        }
    return _("Saved. %(name)s speaks from now on.") % {"name": saved.template.name}


@require_POST
@console(roles.MANAGE)
def mapping_remove(request: ConsoleRequest, mapping_id: int) -> HttpResponse:
    """Nothing speaks for the kind any more; of one that waits for its approval, or a variant, the main one goes on."""
    row = access.get_mapping(request, mapping_id)
    changing.remove(row, timezone.now())
    stopping.tell(timezone.now())
    results.success(request, _("Taken away."))
    return redirect(query.address(row.kind, row.language) if row.is_variant else "template_mappings")
