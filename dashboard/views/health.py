"""Health: what asks for attention, how numbers and pipeline are, the history of alerts, and the runbooks."""

import re
from collections.abc import Callable
from typing import Any

from django.contrib import messages as results
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dashboard import access, runbooks
from dashboard.access import ConsoleRequest, console
from dashboard.forms.alerts import AlertForm
from dashboard.navigation import frame
from dashboard.paging import placed
from dashboard.queries import alerts as history
from dashboard.queries import health, health_platform
from dashboard.versions import version_of
from dashboard.views.readiness import of_the_platform
from notifications import watching
from tenants import alerts, roles
from tenants.models import Alert

NOTHING_NEW = 204
FORM_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')  # another one each time
BACK = ("health", "health_platform", "alerts")  # pages that a form may come from


@require_GET
@console()
def health_page(request: ConsoleRequest) -> HttpResponse:
    """``live``: the version that an open page shows; answered by the part that changes, or 204."""
    days = max(health.SPANS) if request.GET.get("days") == str(max(health.SPANS)) else min(health.SPANS)
    page = health.page(request.tenant, timezone.now(), days)
    context = {"page": page, "days": days, "spans": health.SPANS, "back": "health", **_may(request)}
    return _live(request, "page", _("Health"), context)


@require_GET
@of_the_platform
@console()
def platform_page(request: ConsoleRequest) -> HttpResponse:
    """All companies' sums, for the platform's team."""
    context = {"page": health_platform.page(timezone.now()), "back": "health_platform", **_may(request)}
    return _live(request, "platform", _("Health of the platform"), context)


@require_GET
@console()
def alert_list(request: ConsoleRequest) -> HttpResponse:
    """Every alert that ever was, newest first; those of the platform for its team."""
    form = AlertForm(request.GET, is_platform=request.user.is_superuser)
    before, place = placed(request)
    context = {
        "form": form,
        "filters": form.filters(),
        "page": history.page(request.tenant, form.filters(), before),
        **place,
        "back": "alerts",
        **_may(request),
    }
    return render(request, "dashboard/health/alerts.html", frame(request, title=_("Alerts"), **context))


@require_POST
@console(roles.OPERATE)
def acknowledge(request: ConsoleRequest, alert_id: int) -> HttpResponse:
    """One click: somebody looks after it."""
    alert = access.get_alert(request, alert_id)
    return _act(
        request,
        lambda: alerts.acknowledge(alert, request.user, timezone.now()),
        _("Marked as seen, with your name and the time."),
        _("Somebody was faster: this alert has been seen or solved already."),
    )


@require_POST
@console(roles.OPERATE)
def solve(request: ConsoleRequest, alert_id: int) -> HttpResponse:
    """By hand and with a note, where nothing ends it by itself."""
    alert, note = access.get_alert(request, alert_id), request.POST.get("note", "").strip()
    if not _may_solve(alert):
        results.error(request, _("This alert ends by itself when its cause is gone."))
    elif not note:
        results.error(request, _("Say how it was solved: the note stays in the history."))
    else:
        return _act(
            request,
            lambda: alerts.solve_by_hand(alert, request.user, note, timezone.now()),
            _("Solved. The note stays in the history."),
            _("This alert was solved already."),
        )
    return _back(request)


@require_GET
@console()
def runbook(request: ConsoleRequest) -> HttpResponse:
    """``sobre``: which one; without it the list of all."""
    name = request.GET.get("sobre", "")
    if not name:
        context: dict[str, Any] = {"title": _("Help with alerts"), "books": runbooks.all_of_them()}
        return render(request, "dashboard/health/runbooks.html", frame(request, **context))
    book = runbooks.find(name)
    if book is None:
        raise Http404
    return render(request, "dashboard/health/runbook.html", frame(request, title=book.title, book=book))


def _may_solve(alert: Alert) -> bool:
    kind = watching.KINDS.get(alert.kind)
    return kind is None or kind.by_hand


def _act(request: ConsoleRequest, act: Callable[[], bool], done: str, too_late: str) -> HttpResponse:
    if act():
        results.success(request, done)
    else:
        results.warning(request, too_late)
    return _back(request)


def _back(request: ConsoleRequest) -> HttpResponse:
    """To the page whose form it was."""
    name = request.POST.get("back", "")
    return redirect(name if name in BACK else "health")


def _may(request: ConsoleRequest) -> dict[str, Any]:
    return {"may_operate": roles.may(request.role, roles.OPERATE), "is_platform": request.user.is_superuser}


def _live(request: ConsoleRequest, name: str, title: str, context: dict[str, Any]) -> HttpResponse:
    """A page around the part that changes; to a reader who has that part already, nothing at all."""
    part = render_to_string(f"dashboard/health/{name}_live.html", context, request)
    version = version_of(FORM_TOKEN.sub("", part))
    if request.GET.get("live") == version:
        return HttpResponse(status=NOTHING_NEW)
    context |= {"part": part, "live_version": version, "title": title}
    whole = "live" if "live" in request.GET else name
    return render(request, f"dashboard/health/{whole}.html", frame(request, **context))
