"""Conversations: the list with its filters, what is new since, one conversation, and what is known of its customer."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages as results
from django.db.models import F
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dashboard import access, navigation
from dashboard.access import ConsoleRequest, console
from dashboard.forms.conversations import ConversationFilterForm, LabelForm, NoteForm
from dashboard.ids import parse_id
from dashboard.navigation import frame
from dashboard.queries import contact_panel, pages
from dashboard.queries import conversations as query
from dashboard.queries.list_look import look
from dashboard.queries.people import name_of
from dashboard.versions import version_of
from dashboard.views.thread import thread_context
from notifications.wording import fold
from tenants import labels, roles, search
from tenants.models import PhoneNumber
from whatsapp.conversations import acts
from whatsapp.models import Conversation

NOTHING_NEW = 204
JUMPS, JUMPS_AMONG = 8, 200  # conversations, of so many people who were last seen
LIST_PARTS = ("inbox", "inbox-results")
PASSING = ("before", "seen", "since", "fresh", "tabs", "live")  # of an address: what no filter is


@require_GET
@console()
def conversation_list(request: ConsoleRequest) -> HttpResponse:
    """The list, and beside it a place for the conversation that is chosen; ``before`` is the key of its beginning."""
    context = _inbox(request, timezone.now())
    if request.headers.get("HX-Target") in LIST_PARTS:
        return render(request, "dashboard/conversations/list.html", context)
    return render(request, "dashboard/conversations/page.html", frame(request, title=_("Conversations"), **context))


@require_GET
@console()
def list_news(request: ConsoleRequest) -> HttpResponse:
    """What an open list must change: lines, tabs, and how many are new. 204 when nothing did.

    The list sends what it shows: ``seen`` (id:version,…), ``since`` (key), ``fresh`` and ``tabs``.
    """
    now, asked, filters = timezone.now(), request.GET, _asked(request)
    seen, since = pages.parse_seen(asked.get("seen", ""), parse_id), pages.Key.parse(asked.get("since", ""))
    found = look(request.tenant, request.user, filters, seen, since)
    moved = [
        line.id for line in found.lines if query.version(line, line.last_id, line.last_status, now) != seen[line.id]
    ]
    fresh = _count_found(request, filters, since, seen) if since and filters.searches else found.fresh
    told = (str(fresh), version_of(found.unread))
    if not moved and told == (asked.get("fresh"), asked.get("tabs")):
        return HttpResponse(status=NOTHING_NEW)
    context = {"rows": query.rows_of(request.tenant, moved, now), "fresh": fresh, "enough": query.ENOUGH}
    context |= {"tabs": query.tabs(found.unread), "tabs_version": told[1], "filters": filters, "oob": True}
    return render(request, "dashboard/conversations/list_news.html", context | shared_context(request))


@require_GET
@console()
def conversation(request: ConsoleRequest, conversation_id: int) -> HttpResponse:
    """One conversation: a page of its own, or, beside the list, its two panes. The list and the panel come after it."""
    row, now = access.get_conversation(request, conversation_id), timezone.now()
    if "live" in request.GET:
        return _live(request, row)
    context = head_context(request, row) | thread_context(request, row, now) | shared_context(request)
    if request.headers.get("HX-Target") == "open":
        return render(request, "dashboard/conversations/panel_open.html", context)
    return render(request, "dashboard/conversations/page.html", frame(request, title=_("Conversations"), **context))


@require_GET
@console()
def panel(request: ConsoleRequest, conversation_id: int) -> HttpResponse:
    """What is known of the customer."""
    row = access.get_conversation(request, conversation_id)
    return render(request, "dashboard/conversations/panel.html", panel_context(request, row, timezone.now()))


@require_GET
@console()
def of_contact(request: ConsoleRequest, contact_id: int) -> HttpResponse:
    """Leads to the customer's newest conversation; where there is none, to the list, which says so."""
    contact = access.get_contact(request, contact_id)
    newest = contact.conversations.order_by(F("last_message_at").desc(nulls_last=True), "-pk").first()
    if newest:
        return redirect("conversation", newest.pk)
    results.info(request, _("Nothing was said with %(name)s yet.") % {"name": contact.display_name})
    return redirect("conversations")


@require_GET
@console()
def jump(request: ConsoleRequest) -> HttpResponse:
    """Where ``q`` may lead: pages by their word, conversations by name or number; without it the newest."""
    q = request.GET.get("q", "").strip()
    rows = Conversation.objects.for_tenant(request.tenant).filter(last_message_at__isnull=False)
    if q:
        rows = rows.filter(contact__in=search.contacts(request.tenant, q).values("pk")[:JUMPS_AMONG])
    found = rows.select_related("contact", "number").order_by("-last_message_at", "-pk")[:JUMPS]
    allowed = (page for page in navigation.PAGES if roles.may(request.role, page.needs))
    context = {"pages": [page for page in allowed if fold(q) in fold(str(page.word))], "conversations": found, "q": q}
    return render(request, "dashboard/conversations/list_jump.html", context)


def head_context(request: ConsoleRequest, row: Conversation) -> dict[str, Any]:
    """Who it is, who has it, and what a person may do about it."""
    may_operate = roles.may(request.role, roles.OPERATE)
    told = (row.state, row.handler, row.handler_reason, row.assigned_to_id, row.contact.display_name)
    return {
        "conversation": row,
        "holder": name_of(row.assigned_to) if row.assigned_to else "",
        "is_mine": row.assigned_to_id == request.user.pk,
        "colleagues": _colleagues(request, row) if may_operate else [],
        "head_version": version_of(told),
        "may_operate": may_operate,
    }


def panel_context(request: ConsoleRequest, row: Conversation, now: datetime) -> dict[str, Any]:
    return {
        "conversation": row,
        "panel": contact_panel.panel(row, now),
        "note_form": NoteForm(),
        "label_form": LabelForm(),
        "may_operate": roles.may(request.role, roles.OPERATE),
    }


def _colleagues(request: ConsoleRequest, row: Conversation) -> list[tuple[int, str]]:
    """Whom it may be given to: everybody who answers customers, but who has it already."""
    members = acts.answering(request.tenant).exclude(user=row.assigned_to_id)
    return sorted(((each.user_id, name_of(each.user)) for each in members), key=lambda person: person[1].lower())


def _live(request: ConsoleRequest, row: Conversation) -> HttpResponse:
    context = head_context(request, row)
    if request.GET["live"] == context["head_version"]:
        return HttpResponse(status=NOTHING_NEW)
    return render(request, "dashboard/conversations/panel_head.html", context | shared_context(request))


def _inbox(request: ConsoleRequest, now: datetime) -> dict[str, Any]:
    form = _filters(request)
    filters = form.filters()
    page = query.page(request.tenant, request.user, filters, pages.Key.parse(request.GET.get("before", "")), now)
    unread = look(request.tenant, request.user, filters).unread
    return {
        "form": form,
        "filters": filters,
        "page": page,
        "since": _since(request, page, now),
        "is_first": "before" not in request.GET,
        "tabs": query.tabs(unread),
        "tabs_version": version_of(unread),
        **shared_context(request),
    }


def _filters(request: ConsoleRequest) -> ConversationFilterForm:
    numbers = PhoneNumber.objects.for_tenant(request.tenant).owned()
    return ConversationFilterForm(request.GET, list(numbers), list(labels.of_tenant(request.tenant)))


def _asked(request: ConsoleRequest) -> query.Filters:
    """As ``_filters``, with no query for choices that nobody made, and no form where none was."""
    if not {*request.GET} & {*ConversationFilterForm.base_fields}:
        return query.Filters()
    if request.GET.get("number") or request.GET.get("label"):
        return _filters(request).filters()
    return ConversationFilterForm(request.GET, [], []).filters()


def _since(request: ConsoleRequest, page: pages.Page, now: datetime) -> pages.Key:
    """From where on a conversation that the page does not show is new.

    On the first page from its end on: Meta's times are whole seconds, and what was written first may come last.
    """
    if "before" in request.GET:
        return page.newest or pages.Key(now, "0")
    return page.older or pages.BEGINNING


def _count_found(request: ConsoleRequest, filters: query.Filters, since: pages.Key, seen: dict[int, str]) -> int:
    return query.count_newer(query.conversations(request.tenant, request.user, filters), since, seen)


def shared_context(request: ConsoleRequest) -> dict[str, Any]:
    """``back`` keeps the filters in the addresses of conversations, ``rest`` all but the tab.

    An act knows them from the address of the page that it was done on.
    """
    posted_on = urlsplit(request.headers.get("HX-Current-URL", "")).query
    asked = QueryDict(posted_on, mutable=True) if request.method == "POST" else request.GET.copy()
    for name in [name for name, value in asked.items() if name in PASSING or not value]:
        del asked[name]
    back = asked.urlencode()
    asked.pop("show", None)
    return {"back": back, "rest": asked.urlencode()}
