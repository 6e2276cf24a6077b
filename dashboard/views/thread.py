"""The thread of a conversation: what its page shows, what came before, and what is new."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from dashboard import access
from dashboard.access import ConsoleRequest, console
from dashboard.forms.base import new_key
from dashboard.queries import pages
from dashboard.queries import thread as query
from dashboard.queries.composer import composer
from dashboard.queries.conversations import window_look
from dashboard.versions import version_of
from tenants import roles
from whatsapp import conversations
from whatsapp.content import TEXT_LIMIT
from whatsapp.conversations import Presence
from whatsapp.models import CannedAnswer, Conversation

NOTHING_NEW = 204


def thread_context(request: ConsoleRequest, conversation: Conversation, now: datetime) -> dict[str, Any]:
    """All that ``conversations/thread.html`` needs, under ``thread``.

    The conversation comes with its contact, its number and the message that opened its window.
    """
    around = _around(request, conversation, _stand(request, conversation.pk, now), now)
    told = query.page(conversation)
    return {
        "thread": around
        | {
            "conversation": conversation,
            "shown": told.shown,
            "older": told.older,
            "key": new_key(),
            "text_limit": TEXT_LIMIT,
        }
    }


@require_GET
@console()
def older(request: ConsoleRequest, conversation_id: int) -> HttpResponse:
    """The messages before the key ``before``, and the button to those before them."""
    conversation = access.get_conversation(request, conversation_id)
    before = pages.Key.parse(request.GET.get("before", ""))
    told = query.page(conversation, before)
    context = {"conversation": conversation, "shown": told.shown, "older": told.older, "may_write": _may_write(request)}
    return render(request, "dashboard/conversations/thread_older.html", {"thread": context})


@require_GET
@console()
def news(request: ConsoleRequest, conversation_id: int) -> HttpResponse:
    """204 while the page that has the version ``after`` would look the same, else what it shows now.

    ``typing``: the person writes; ``visible``: the page is looked at, so what is new is read.
    """
    now = timezone.now()
    stand = _stand(request, conversation_id, now, typing="typing" in request.GET)
    if request.GET.get("after") == stand.version:
        return HttpResponse(status=NOTHING_NEW)
    conversation = access.get_conversation(request, conversation_id)
    if "visible" in request.GET and _may_write(request):
        conversations.mark_read(conversation, now, now)
    return JsonResponse(_told(request, conversation, _around(request, conversation, stand, now)))


@require_GET
@console(roles.OPERATE)
def canned_answers(request: ConsoleRequest, conversation_id: int) -> HttpResponse:
    """The company's ready answers, by shortcut."""
    conversation = access.get_conversation(request, conversation_id)
    rows = CannedAnswer.objects.for_tenant(conversation.tenant_id).values("shortcut", "text")
    return JsonResponse({"answers": list(rows)})


def told_now(request: ConsoleRequest, conversation: Conversation, now: datetime) -> dict[str, Any]:
    """What the page shows at this moment, as ``news`` answers it; with the key of the next message."""
    around = _around(request, conversation, _stand(request, conversation.pk, now), now)
    return _told(request, conversation, around) | {"key": new_key()}


@dataclass(frozen=True)
class Stand:
    """``others``: who else is there, in a sentence. ``version`` is of it, and of all that the page shows."""

    others: str
    version: str


def _stand(request: ConsoleRequest, conversation_id: int, now: datetime, *, typing: bool = False) -> Stand:
    """How the conversation stands for this person, whose page is there from now on. One query."""
    seen = access.glance_at_conversation(request, conversation_id)
    present = conversations.touch_presence(seen.pk, request.user, typing, now)
    others = _others([one for one in present if one.person_id != request.user.pk])
    told = (others, _may_write(request), window_look(seen, now), timezone.localdate(now))
    return Stand(others, f"{seen.token}-{version_of(told)}")


def _around(request: ConsoleRequest, conversation: Conversation, stand: Stand, now: datetime) -> dict[str, Any]:
    """What stands around the messages. One query."""
    may_write = _may_write(request)
    return {
        "may_write": may_write,
        "composer": composer(conversation, now) if may_write else None,
        "others": stand.others,
        "version": stand.version,
    }


def _may_write(request: ConsoleRequest) -> bool:
    return roles.may(request.role, roles.OPERATE)


def _others(present: list[Presence]) -> str:
    """Who else has it open, in a sentence; who writes is named first."""
    typing = [one.name for one in present if one.typing]
    if typing:
        told = {"names": _joined(typing)}
        return ngettext("%(names)s is typing…", "%(names)s are typing…", len(typing)) % told
    if not present:
        return ""
    told = {"names": _joined([one.name for one in present])}
    return ngettext("%(names)s is here, too.", "%(names)s are here, too.", len(present)) % told


def _joined(names: list[str]) -> str:
    *first, last = names
    return _("%(names)s and %(last)s") % {"names": ", ".join(first), "last": last} if first else last


def _told(request: ConsoleRequest, conversation: Conversation, around: dict[str, Any]) -> dict[str, Any]:
    told = query.page(conversation)
    context = {"thread": around | {"conversation": conversation, "shown": told.shown, "key": new_key()}}
    context["thread"]["text_limit"] = TEXT_LIMIT
    return {
        "version": around["version"],
        "items": render_to_string("dashboard/conversations/thread_items.html", context, request),
        "composer": render_to_string("dashboard/conversations/composer.html", context, request),
        "others": around["others"],
    }
