"""Events: what webhooks told, as it came; what became of it; processing it again, one or all that a filter shows."""

from dataclasses import asdict
from typing import Any

from django.contrib import messages as results
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from dashboard import access
from dashboard.access import ConsoleRequest, console
from dashboard.forms.events import FIELDS, ITEMS, EventForm
from dashboard.ids import parse_id
from dashboard.navigation import frame
from dashboard.queries import events as query
from tenants import audit, roles
from tenants.models import PhoneNumber
from whatsapp import inbox, replay

STEP = 1000  # events that one request puts back in the line
OF_THE_WALK = ("tenant", "csrfmiddlewaretoken", "after", "done", "last", "before")  # beside the filters


@require_GET
@console()
def event_list(request: ConsoleRequest) -> HttpResponse:
    """One line an event, newest first; ``before`` is the id that the page begins before."""
    form, is_platform = _form(request, request.GET), request.user.is_superuser
    filters, before = form.filters(), parse_id(request.GET.get("before", ""))
    context = {
        "form": form,
        "filters": filters,
        "page": query.page(request.tenant, filters, before),
        "counters": query.counters(request.tenant, is_platform=is_platform),
        "asked": _asked(request.GET).urlencode(),
        "given": list(_asked(request.GET).items()),
        "is_first": before is None,
        "fields": FIELDS,
        "items": ITEMS,
        "may_replay": _may_replay(request, filters),
    }
    return render(request, "dashboard/events/list.html", frame(request, title=_("Events"), **context))


@require_GET
@console()
def event_detail(request: ConsoleRequest, event_id: int) -> HttpResponse:
    event = access.get_event(request, event_id)
    found = query.detail(event, is_platform=request.user.is_superuser)
    context = {"event": event, "found": found, "may_manage": roles.may(request.role, roles.MANAGE)}
    title = _("Event %(id)s") % {"id": event.pk}
    return render(request, "dashboard/events/detail.html", frame(request, title=title, **context))


@require_POST
@console(roles.MANAGE)
def event_replay(request: ConsoleRequest, event_id: int) -> HttpResponse:
    """Puts the event back in the line; what it did before is not done twice."""
    event = access.get_event(request, event_id)
    if replay.replay(query.only(event), timezone.now()):
        audit.record("webhookevent.replayed", tenant=event.tenant, obj=event)
        results.success(request, _("It is processed again now. What it did before is not done twice."))
    else:
        results.warning(request, _("This event is still in the line, or there is nothing in it to process."))
    return redirect("event", event_id)


@require_POST
@console(roles.MANAGE)
def events_replay(request: ConsoleRequest) -> HttpResponse:
    """All that the filters show, in steps: each answer asks for the next one and tells how far it is."""
    filters, after = _form(request, request.POST).filters(), parse_id(request.POST.get("after", "")) or 0
    if not _may_replay(request, filters):
        results.warning(request, _("Choose a filter first: what is processed again should be meant."))
        return redirect("events")
    last = parse_id(request.POST.get("last", "")) or query.newest()
    if not after:
        told = {name: str(value) for name, value in asdict(filters).items() if value}
        audit.record("webhookevent.replayed", tenant=None if filters.nobody else request.tenant, filters=told)
    rows = query.events(request.tenant, filters).filter(pk__lte=last)
    moved, after = replay.replay_next(rows, timezone.now(), after=after, size=STEP)
    done = (parse_id(request.POST.get("done", "")) or 0) + moved
    walk = {"after": after, "done": done, "last": last, "given": list(_asked(request.POST).items())}
    return _next_step(request, walk, _asked(request.POST)) if after else _end(request, done)


@require_POST
@console()
def event_release(request: ConsoleRequest, event_id: int) -> HttpResponse:
    """Gives all that waits for the event's number, or account, to whoever owns it now, however old it is."""
    event = access.get_event(request, event_id)  # first, so that another company's is not there at all
    if not request.user.is_superuser:
        raise PermissionDenied
    owner = query.detail(event, is_platform=True).owner
    if owner is None:
        results.warning(request, _("Nobody owns its number now. Connect it first, and its events follow."))
        return redirect("event", event_id)
    count = inbox.release_waiting(owner, timezone.now(), everything=True)
    audit.record("webhookevent.released", tenant=owner.tenant, obj=event, name=owner.tenant.name)
    told = ngettext("%(count)d event goes to %(name)s.", "%(count)d events go to %(name)s.", count)
    results.success(request, told % {"count": count, "name": owner.tenant.name})
    return redirect(f"{reverse('events')}?nobody=1")


event_release.console_needs = "platform"  # type: ignore[attr-defined]


def _form(request: ConsoleRequest, data: QueryDict) -> EventForm:
    numbers = list(PhoneNumber.objects.for_tenant(request.tenant).owned())
    return EventForm(data, numbers, is_platform=request.user.is_superuser)


def _may_replay(request: ConsoleRequest, filters: query.Filters) -> bool:
    """Whoever manages, and only what was asked for; of nobody's events only what failed or was not used."""
    if not roles.may(request.role, roles.MANAGE) or not filters.any:
        return False
    return not filters.nobody or filters.state in replay.REPLAYABLE


def _asked(data: QueryDict) -> QueryDict:
    """The filters alone, as they were given."""
    asked = data.copy()
    for name in OF_THE_WALK:
        asked.pop(name, None)
    return asked


def _next_step(request: ConsoleRequest, walk: dict[str, Any], asked: QueryDict) -> HttpResponse:
    if "HX-Request" in request.headers:
        return render(request, "dashboard/events/walk.html", walk)
    context = frame(request, title=_("Events"), asked=asked.urlencode(), **walk)
    return render(request, "dashboard/events/walk_page.html", context)


def _end(request: ConsoleRequest, done: int) -> HttpResponse:
    """Back to the list, with the result; htmx goes there by a header."""
    told = ngettext("%(count)d event is back in the line.", "%(count)d events are back in the line.", done)
    results.success(request, told % {"count": done})
    address = f"{reverse('events')}?{_asked(request.POST).urlencode()}"
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
