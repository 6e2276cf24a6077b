"""What a person does to messages: one, many, or writing to a customer."""

from uuid import UUID

from django.contrib import messages as results
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from dashboard import access, acts
from dashboard.access import ConsoleRequest, console
from dashboard.forms import ReasonForm, WriteForm
from dashboard.queries import messages
from dashboard.queries.writing import writing
from dashboard.views.messages import detail
from notifications import sending
from notifications.actions import ActionRefused
from notifications.models import NotificationJob
from tenants import phones, roles
from tenants.models import Contact
from whatsapp.content import Text
from whatsapp.models import Message

BULK_LIMIT = 200


@require_POST
@console(roles.OPERATE)
def act(request: ConsoleRequest, job_id: UUID, name: str) -> HttpResponse:
    """Send now, try again, discard or mark as failed; the drawer or the page comes back with the result."""
    job = access.get_job(request, job_id)
    done, sentence = _perform(request, job, acts.ACTS[name])
    (results.success if done else results.error)(request, sentence)
    return _answer(request, job_id)


@require_POST
@console(roles.OPERATE)
def bulk(request: ConsoleRequest) -> HttpResponse:
    """The same for many: each by itself, and a result that says how many, and of the others why not."""
    chosen = acts.ACTS.get(request.POST.get("act", ""))
    if chosen is None or not chosen.in_bulk:
        raise Http404
    ids = list(messages.parse_seen(",".join(request.POST.getlist("job"))))[:BULK_LIMIT]
    outcomes = [(job, *_perform(request, job, chosen)) for job in access.find_jobs(request, ids)]
    _tell(request, outcomes)
    return _back(request)


@require_POST
@console(roles.OPERATE)
def write(request: ConsoleRequest, contact_id: int) -> HttpResponse:
    """Free text to a contact while its window is open; closed, it is told plainly and nothing is queued."""
    contact = access.get_contact(request, contact_id)
    number_id = request.POST.get("number", "")
    number = access.get_number(request, int(number_id)) if number_id.isdecimal() else None
    form, now = WriteForm(request.POST), timezone.now()
    told = writing(request.tenant, contact, number, now)
    if not form.is_valid():
        results.error(request, _("Write the message first."))
    elif not told.is_open:
        results.error(request, told.sentence)
    else:
        content = Text(form.cleaned_data["text"])
        sending.send(
            request.tenant,
            contact,
            address(contact),
            content,
            origin=Message.Origin.OPERATOR,
            number=told.number,
            actor=request.user,
            now=now,
        )
        results.success(request, _("Your message to %(name)s is on its way.") % {"name": contact.display_name})
    return _back(request)


def address(contact: Contact) -> str:
    """Where a message to the contact goes: E.164 with +, or the user id as Meta gave it."""
    return f"+{contact.address}" if phones.is_wa_id(contact.address) else contact.address


def _perform(request: ConsoleRequest, job: NotificationJob, chosen: acts.Act) -> tuple[bool, str]:
    reason = ReasonForm(request.POST)
    if chosen.needs_reason and not reason.is_valid():
        return False, _("Say why, in a few words.")
    why = reason.cleaned_data.get("reason", "") if reason.is_valid() else ""
    try:
        chosen.run(job, request.user, timezone.now(), why, "confirmed" in request.POST)
    except ActionRefused as refusal:
        return False, str(refusal)
    return True, str(chosen.done)


def _tell(request: ConsoleRequest, outcomes: list[tuple[NotificationJob, bool, str]]) -> None:
    done = sum(worked for _job, worked, _sentence in outcomes)
    refused = [f"{messages.row(job).customer}: {sentence}" for job, worked, sentence in outcomes if not worked]
    if done:
        told = ngettext("%(count)d message done.", "%(count)d messages done.", done) % {"count": done}
        results.success(request, told)
    for line in refused[:5]:
        results.warning(request, line)
    if len(refused) > 5:
        more = len(refused) - 5
        told = ngettext("%(count)d more was not touched.", "%(count)d more were not touched.", more) % {"count": more}
        results.warning(request, told)
    if not done and not refused:
        results.warning(request, _("Choose at least one message."))


def _answer(request: ConsoleRequest, job_id: UUID) -> HttpResponse:
    if "HX-Request" not in request.headers:
        return redirect("message", job_id)
    context = detail(request, access.get_job(request, job_id)) | {"in_drawer": "in_drawer" in request.POST}
    response = render(request, "dashboard/messages/detail.html", context)
    response["HX-Trigger"] = "refresh"
    return response


def _back(request: ConsoleRequest) -> HttpResponse:
    """To the page that the person came from, if it is ours."""
    target = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = reverse("messages")
    return HttpResponseRedirect(target)
