"""What a person does to a conversation: who answers in it, whether it is over, what colleagues should know."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages as results
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from dashboard import access
from dashboard.access import ConsoleRequest, console
from dashboard.forms.conversations import LabelForm, NoteForm
from dashboard.ids import parse_id
from dashboard.queries.people import name_of
from dashboard.views.conversations import head_context, panel_context, shared_context
from tenants import labels, roles
from whatsapp import conversations
from whatsapp.conversations import acts
from whatsapp.conversations.acts import ActRefused
from whatsapp.models import Conversation

DONE = 204
Act = Callable[[Conversation, ConsoleRequest], Conversation]
# Name -> what is done, and how its outcome is told.
ACTS: dict[str, tuple[Act, str | Promise]] = {
    "take": (
        lambda row, request: acts.take(row, request.user, seen=request.POST.get("seen")),
        gettext_lazy("You have this conversation now. The robot keeps still."),
    ),
    "hand_back": (
        lambda row, request: acts.hand_to_robot(row, request.user),
        gettext_lazy("Given back to the robot."),
    ),
    "close": (
        lambda row, request: acts.close(row, request.user),
        gettext_lazy("Closed. The customer's next message opens it again."),
    ),
    "reopen": (lambda row, request: acts.reopen(row, request.user), gettext_lazy("Opened again.")),
    "wait": (
        lambda row, request: acts.wait(row, request.user),
        gettext_lazy("Set aside until the customer writes."),
    ),
}


@require_POST
@console(roles.OPERATE)
def act(request: ConsoleRequest, conversation_id: int, name: str) -> HttpResponse:
    """Take, hand back, close, open again, set aside; the head of the conversation comes back with the result."""
    row = access.get_conversation(request, conversation_id)
    run, sentence = ACTS[name]
    try:
        run(row, request)
    except ActRefused as refusal:
        results.error(request, str(refusal))
    else:
        results.success(request, str(sentence))
    return _head(request, conversation_id)


@require_POST
@console(roles.OPERATE)
def assign(request: ConsoleRequest, conversation_id: int) -> HttpResponse:
    """Gives it to the colleague ``person`` (an id), or, without one, to nobody."""
    row = access.get_conversation(request, conversation_id)
    chosen = request.POST.get("person", "")
    member = acts.answering(request.tenant).filter(user=parse_id(chosen)).first() if chosen else None
    if chosen and member is None:
        results.error(request, _("This person does not answer customers of this company."))
        return _head(request, conversation_id)
    try:
        acts.assign(row, member.user if member else None, request.user, seen=request.POST.get("seen"))
    except ActRefused as refusal:
        results.error(request, str(refusal))
    else:
        told = _("%(name)s has this conversation now.") % {"name": name_of(member.user)} if member else None
        results.success(request, told or _("Nobody in particular has this conversation now."))
    return _head(request, conversation_id)


@require_POST
@console(roles.OPERATE)
def read(request: ConsoleRequest, conversation_id: int) -> HttpResponse:
    """What stood on the page is read: all up to ``until``, else all there is."""
    row, now = access.get_conversation(request, conversation_id), timezone.now()
    conversations.mark_read(row, _moment(request.POST.get("until", "")) or now, now)
    return HttpResponse(status=DONE, headers={"HX-Trigger": "refresh"})


@require_POST
@console(roles.OPERATE)
def note(request: ConsoleRequest, conversation_id: int) -> HttpResponse:
    """Keeps a note for colleagues."""
    row, form = access.get_conversation(request, conversation_id), NoteForm(request.POST)
    if form.is_valid():
        acts.note(row, form.cleaned_data["text"], request.user, timezone.now())
    else:
        results.error(request, _("Write the note first; it has room for 4,000 characters."))
    return _panel(request, row)


@require_POST
@console(roles.OPERATE)
def label(request: ConsoleRequest, conversation_id: int) -> HttpResponse:
    """Puts the label ``name`` on the customer, or takes the label ``remove`` (an id) off."""
    row, form = access.get_conversation(request, conversation_id), LabelForm(request.POST)
    if (removed := parse_id(request.POST.get("remove", ""))) is not None:
        labels.take_off(row.contact, removed, request.user)
    elif form.is_valid():
        labels.put(row.contact, form.cleaned_data["name"], request.user)
    else:
        results.error(request, _("Write the label's name, at most 40 characters."))
    return _panel(request, row)


def _moment(text: str) -> datetime | None:
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    return at if at and at.tzinfo else None


def _head(request: ConsoleRequest, conversation_id: int) -> HttpResponse:
    if "HX-Request" not in request.headers:
        return redirect("conversation", conversation_id)
    context = head_context(request, access.get_conversation(request, conversation_id)) | shared_context(request)
    response = render(request, "dashboard/conversations/panel_head.html", context | {"is_part": True})
    response["HX-Trigger"] = "refresh"
    return response


def _panel(request: ConsoleRequest, row: Conversation) -> HttpResponse:
    if "HX-Request" not in request.headers:
        return redirect("conversation", row.pk)
    context = panel_context(request, row, timezone.now()) | {"is_part": True}
    return render(request, "dashboard/conversations/panel.html", context)
