"""Settings of a company: its sections, each a form on a page of its own, and the kill switch."""

from typing import Any

from django.contrib import messages as results
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from dashboard.access import ConsoleRequest, console
from dashboard.forms.hours import HoursForm, LimitsForm
from dashboard.forms.settings import CompanyForm, DeskForm, SendingForm
from dashboard.forms.stop import StopForm
from dashboard.navigation import frame
from dashboard.queries import settings as query
from dashboard.versions import version_of
from tenants import flags, roles

BOTH = ["GET", "POST"]


@require_http_methods(BOTH)
@console(roles.MANAGE)
def sending(request: ConsoleRequest) -> HttpResponse:
    """What is sent by itself; and the kill switch above it."""
    return _section(request, "settings", SendingForm, stop=query.stop_of(request.tenant, timezone.now()))


@require_http_methods(BOTH)
@console(roles.MANAGE)
def hours(request: ConsoleRequest) -> HttpResponse:
    return _section(request, "settings_hours", HoursForm)


@require_http_methods(BOTH)
@console(roles.MANAGE)
def limits(request: ConsoleRequest) -> HttpResponse:
    return _section(request, "settings_limits", LimitsForm)


@require_http_methods(BOTH)
@console(roles.MANAGE)
def desk(request: ConsoleRequest) -> HttpResponse:
    return _section(request, "settings_desk", DeskForm)


@require_http_methods(BOTH)
@console(roles.OWN)
def company(request: ConsoleRequest) -> HttpResponse:
    return _section(request, "settings_company", CompanyForm)


@require_POST
@console(roles.MANAGE)
def stop(request: ConsoleRequest) -> HttpResponse:
    """The kill switch: nothing of the company goes out until somebody, or the time given, ends it."""
    form = StopForm(request.POST)
    if not form.is_valid():
        results.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    else:
        flags.stop(request.tenant, form.cleaned_data["reason"], request.user, form.cleaned_data["until"])
        results.success(request, _("Sending is stopped. Messages wait and nothing is lost."))
    return redirect("settings")


@require_POST
@console(roles.MANAGE)
def resume(request: ConsoleRequest) -> HttpResponse:
    held = query.stop_of(request.tenant, timezone.now()).held
    if flags.resume(request.tenant, request.user, timezone.now()):
        told = ngettext(
            "Sending is on again. %(count)d message that waited goes out, unless it is too late for it.",
            "Sending is on again. %(count)d messages that waited go out, unless it is too late for them.",
            held,
        )
        results.success(request, told % {"count": held})
    else:
        results.warning(request, _("Nothing of this company was stopped."))
    return redirect("settings")


def _section(request: ConsoleRequest, name: str, form_class: Any, **context: Any) -> HttpResponse:
    """Shows the form, or takes it: changes come into the audit trail by themselves (config.audited).

    A form carries what its page showed: where somebody else changed that, saving would undo it, and nothing is saved.
    """
    form = form_class(request.tenant, request.POST) if request.method == "POST" else form_class(request.tenant)
    shown = version_of(sorted(form.initial.items()))
    if form.is_bound and request.POST.get("seen", shown) != shown:
        results.error(request, _("Nothing was saved: somebody else changed these settings meanwhile. Here they are."))
        return redirect(name)
    if form.is_bound and form.is_valid():
        form.save()
        results.success(request, _("Saved. It holds from now on."))
        return redirect(name)
    context |= {"form": form, "here": name, "seen": shown, "stop_form": StopForm(), "section": form_class.title}
    status = 400 if form.errors else 200
    page = frame(request, title=_("Settings"), **context)
    return render(request, f"dashboard/settings/{TEMPLATES.get(name, 'section')}.html", page, status=status)


TEMPLATES = {"settings": "sending", "settings_hours": "hours", "settings_limits": "limits"}
