"""Readiness: what a company, and the platform itself, still lacks before real customers are written to."""

import functools
from collections.abc import Callable
from typing import Any

from django.contrib import messages as results
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dashboard import chips
from dashboard.access import ConsoleRequest, console
from dashboard.forms.readiness import TickForm
from dashboard.navigation import frame
from notifications.readiness import checklist, permissions, platform
from notifications.readiness.checklist import ConfirmationRefused
from tenants import flags, roles
from tenants.models import AutomationSettings


def of_the_platform(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Only the platform's team, whatever company it looks at."""

    @functools.wraps(view)
    @login_required
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_superuser:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    guarded.console_needs = "platform"  # type: ignore[attr-defined]
    return guarded


@require_GET
@console()
def readiness(request: ConsoleRequest) -> HttpResponse:
    mode = flags.resolve(request.tenant).mode
    context = {
        "found": checklist.of(request.tenant, timezone.now()),
        "mode": AutomationSettings.Mode(mode).label if mode in AutomationSettings.Mode.values else mode,
        "may_manage": roles.may(request.role, roles.MANAGE),
        "is_platform": request.user.is_superuser,
    }
    return render(request, "dashboard/readiness/company.html", frame(request, title=_("Readiness"), **context))


@require_POST
@console(roles.MANAGE)
def confirm(request: ConsoleRequest) -> HttpResponse:
    """A person vouches for an item, with a word on how they know."""
    name, note = request.POST.get("item", ""), request.POST.get("note", "").strip()
    told = _("Confirmed. It stands with your name and the time.")

    def act() -> None:
        checklist.confirm_item(request.tenant, name, note=note, actor=request.user, now=timezone.now())

    return _try(request, told, act, "readiness")


@require_POST
@console(roles.MANAGE)
def withdraw(request: ConsoleRequest) -> HttpResponse:
    name = request.POST.get("item", "")
    if name != checklist.OVERRIDE and checklist.withdraw(request.tenant, name, actor=request.user, now=timezone.now()):
        results.success(request, _("The confirmation is withdrawn."))
    return redirect("readiness")


@require_POST
@of_the_platform
@console()
def override(request: ConsoleRequest) -> HttpResponse:
    """The platform's team alone, with a reason; the same button takes it back."""
    reason, now = request.POST.get("reason", "").strip()[:300], timezone.now()
    if "end" in request.POST:
        checklist.withdraw(request.tenant, checklist.OVERRIDE, actor=request.user, now=now)
        results.success(request, _("The override has ended."))
    elif reason:
        checklist.override(request.tenant, reason, actor=request.user, now=now)
        results.success(request, _("Overridden. The company may be enabled though something is missing."))
    else:
        results.error(request, _("Say why: the reason stays in the audit trail."))
    return redirect("readiness")


@require_GET
@of_the_platform
def platform_readiness(request: HttpRequest) -> HttpResponse:
    context = {"rows": platform.matrix(), "form": TickForm(initial={"day": timezone.localdate()})}
    title = _("Readiness of the platform")
    return render(request, "dashboard/readiness/platform.html", frame(request, title=title, **context))


@require_POST
@of_the_platform
def platform_tick(request: HttpRequest) -> HttpResponse:
    """Ticks a step outside with the day it was done, or takes the tick back."""
    name, now, form = request.POST.get("item", ""), timezone.now(), TickForm(request.POST)
    if "end" in request.POST:
        platform.untick(name, actor=request.user, now=now)
        return redirect("readiness_platform")
    if not form.is_valid():
        results.error(request, _("Give the day it was done, not later than today."))
        return redirect("readiness_platform")
    day, note = form.cleaned_data["day"], form.cleaned_data["note"]
    told = _("Ticked.")
    act = functools.partial(platform.tick, name, day=day, note=note, actor=request.user, now=now)
    return _try(request, told, act, "readiness_platform")


@require_GET
@of_the_platform
def app_review(request: HttpRequest) -> HttpResponse:
    """What Meta's reviewers read of each permission, and how far each one is."""
    context = {
        "standings": permissions.standings(),
        "way": [(state, chips.PERMISSIONS[state].word) for state in permissions.WAY],
        "form": TickForm(initial={"day": timezone.localdate()}),
    }
    return render(request, "dashboard/readiness/review.html", frame(request, title=_("App Review"), **context))


@require_POST
@of_the_platform
def app_review_tick(request: HttpRequest) -> HttpResponse:
    """A permission came a step further on a day, or a step is taken back."""
    name, state = request.POST.get("permission", ""), request.POST.get("state", "")
    now, form = timezone.now(), TickForm(request.POST)
    act: Callable[[], object]
    if "end" in request.POST:
        act = functools.partial(permissions.untick, name, state, actor=request.user, now=now)
        return _try(request, _("The step is taken back."), act, "app_review")
    if not form.is_valid():
        results.error(request, _("Give the day it was done, not later than today."))
        return redirect("app_review")
    day, note = form.cleaned_data["day"], form.cleaned_data["note"]
    act = functools.partial(permissions.tick, name, state, day=day, note=note, actor=request.user, now=now)
    return _try(request, _("Recorded, with your name and the day."), act, "app_review")


def _try(request: HttpRequest, told: str, act: Callable[[], object], page: str) -> HttpResponse:
    try:
        act()
    except ConfirmationRefused as refused:
        results.error(request, str(refused))
    else:
        results.success(request, told)
    return redirect(page)
