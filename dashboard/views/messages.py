"""Messages: the list with its filters, what is new since, one message, and what was received."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dashboard import access, acts
from dashboard.access import ConsoleRequest, console
from dashboard.forms.messages import FilterForm, SaveFilterForm, WriteForm
from dashboard.ids import parse_uuid
from dashboard.navigation import frame
from dashboard.paging import placed
from dashboard.queries import banners, messages, pages, received
from dashboard.queries.writing import writing
from dashboard.versions import version_of
from dashboard.views.message_filters import PAGE, only_filters
from notifications import timeline, waiting
from notifications.models import NotificationJob
from tenants import roles, saved_filters
from tenants.models import PhoneNumber, SavedFilter, Tenant
from whatsapp.models import Status

ARRIVED = frozenset({Status.DELIVERED, Status.READ, Status.PLAYED})

NOTHING_NEW = 204
LOWEST_ID = str(UUID(int=0))


@require_GET
@console()
def message_list(request: ConsoleRequest) -> HttpResponse:
    """The table, one line a message; ``before`` is the key of the page's beginning.

    An address without any filter begins with the person's own, where one was chosen; ``all`` asks for none.
    """
    saved = list(saved_filters.of(request.tenant, request.user, PAGE))
    start = next((row for row in saved if row.is_start), None)
    if start and not request.GET:
        return redirect(f"{reverse(PAGE)}?{start.query}")
    now, numbers = timezone.now(), _numbers(request.tenant)
    form = FilterForm(request.GET, numbers)
    filters = form.filters()
    page = messages.page(request.tenant, filters, pages.Key.parse(request.GET.get("before", ""), parse_uuid), now)
    counters = messages.counters(request.tenant, now)
    context = {
        "form": form,
        "filters": filters,
        "page": page,
        "newest": page.newest or pages.Key(now, LOWEST_ID),
        "is_first": "before" not in request.GET,
        "counters": counters,
        "counters_version": version_of([(counter.name, counter.count) for counter in counters]),
        "banners": banners.of(request.tenant, numbers, now),
        "kept_events": messages.count_kept_events(request.tenant),
        "has_number": bool(numbers),
        **_saved(request, saved),
        **_shared(request),
    }
    return render(request, "dashboard/messages/list.html", frame(request, title=_("Messages"), **context))


@require_GET
@console()
def message_news(request: ConsoleRequest) -> HttpResponse:
    """What a page that is open must change: rows, counters, and how many are new. 204 when nothing did.

    The page sends what it shows: ``seen`` (id:version,…), ``newest`` (key), ``fresh`` and ``counters``.
    """
    now, query = timezone.now(), request.GET
    form = FilterForm(query, _numbers(request.tenant) if query.get("number") else [])
    filters, newest = form.filters(), pages.Key.parse(query.get("newest", ""), parse_uuid)
    rows = messages.changed(request.tenant, pages.parse_seen(query.get("seen", ""), parse_uuid))
    fresh = messages.count_newer(request.tenant, filters, newest, now) if newest else 0
    counters = messages.counters(request.tenant, now)
    told = (str(fresh), version_of([(counter.name, counter.count) for counter in counters]))
    if not rows and told == (query.get("fresh"), query.get("counters")):
        return HttpResponse(status=NOTHING_NEW)
    context = {"rows": rows, "fresh": fresh, "enough": messages.ENOUGH, "counters": counters, "filters": filters}
    context |= {"counters_version": told[1], **_shared(request)}
    return render(request, "dashboard/messages/news.html", context)


@require_GET
@console()
def message_detail(request: ConsoleRequest, job_id: UUID) -> HttpResponse:
    """One message with its timeline: a drawer beside the list, or a page of its own."""
    job = access.get_job(request, job_id)
    if "live" in request.GET:
        return _live(request, job)
    context = detail(request, job)
    if "HX-Request" in request.headers:
        return render(request, "dashboard/messages/detail.html", context | {"in_drawer": True})
    title = f"{context['row'].kind} · {context['row'].customer}"
    return render(request, "dashboard/messages/page.html", frame(request, title=title, **context))


@require_GET
@console()
def received_list(request: ConsoleRequest) -> HttpResponse:
    """What customers wrote, newest first."""
    q, (before, place) = request.GET.get("q", ""), placed(request)
    page = received.page(request.tenant, q, before)
    context = {"page": page, "q": q, "kept_events": messages.count_kept_events(request.tenant), **place}
    return render(request, "dashboard/messages/received.html", frame(request, title=_("Messages"), **context))


def detail(request: ConsoleRequest, job: NotificationJob) -> dict[str, Any]:
    """The context of one message's drawer or page."""
    may_operate = roles.may(request.role, roles.OPERATE)
    told = writing(request.tenant, job.contact, job.number, timezone.now()) if may_operate else None
    talk = messages.conversation_id(job)
    return live(request, job) | {"writing": told, "form": WriteForm(), "talk": talk, **_shared(request)}


def live(request: ConsoleRequest, job: NotificationJob) -> dict[str, Any]:
    """The part of it that changes while it is looked at."""
    row, lines = messages.row(job), timeline.lines(job)
    buttons = acts.open_for(job) if roles.may(request.role, roles.OPERATE) else []
    place = waiting.place(job, timezone.now())
    digest = version_of([row.version, place and place.ahead, [(line.at, line.sentence) for line in lines]])
    found = {"row": row, "job": job, "place": place, "lines": lines, "buttons": buttons, "live_version": digest}
    return found | {"has_arrived": job.message is not None and job.message.status in ARRIVED}


def _live(request: ConsoleRequest, job: NotificationJob) -> HttpResponse:
    context = live(request, job)
    if request.GET["live"] == context["live_version"]:
        return HttpResponse(status=NOTHING_NEW)
    return render(request, "dashboard/messages/live.html", context | _shared(request))


def _shared(request: ConsoleRequest) -> dict[str, Any]:
    """What rows need; ``back`` keeps the filters in the addresses of messages."""
    query = request.GET.copy()
    for name in ("before", "seen", "newest", "fresh", "counters", "live"):
        query.pop(name, None)
    return {"back": query.urlencode(), "may_operate": roles.may(request.role, roles.OPERATE)}


def _saved(request: ConsoleRequest, saved: list[SavedFilter]) -> dict[str, Any]:
    """The person's own filters, and which of them the page shows now."""
    asked = only_filters(request.GET)
    here = next((row for row in saved if only_filters(QueryDict(row.query)) == asked), None)
    return {"saved": saved, "saved_here": here, "given": asked, "save_form": SaveFilterForm()}


def _numbers(tenant: Tenant) -> list[PhoneNumber]:
    return list(PhoneNumber.objects.for_tenant(tenant).owned())
