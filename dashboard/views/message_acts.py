"""What a person does to messages: one, many, or writing to a customer."""

from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages as results
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from dashboard import access, acts
from dashboard.access import ConsoleRequest, console
from dashboard.forms.messages import FilterForm, ReasonForm, WriteForm
from dashboard.ids import parse_id, parse_uuid
from dashboard.queries import messages, pages
from dashboard.queries.writing import writing
from dashboard.views.messages import detail
from notifications import sending
from notifications.actions import ActionRefused
from notifications.models import NotificationJob
from tenants import phones, roles
from tenants.models import PhoneNumber
from whatsapp.content import Text
from whatsapp.models import Message

BULK_LIMIT = 200  # of a page
EVERYTHING_LIMIT = 1000  # of all that a filter shows, at once
NAMED = 3  # customers named of those whose message was not touched for one reason


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
    if chosen is None or chosen.among is None:
        raise Http404
    if chosen.needs_reason and not ReasonForm(request.POST).is_valid():
        results.error(request, _("Say why, in a few words."))
        return _back(request)
    everything = "everything" in request.POST
    jobs = _everything(request, chosen) if everything else access.find_jobs(request, _ticked(request))
    _tell(request, [(job, *_perform(request, job, chosen)) for job in jobs[:EVERYTHING_LIMIT]])
    if len(jobs) > EVERYTHING_LIMIT:
        results.warning(request, _("More messages fit the filter. Do it once more for the next ones."))
    return _back(request)


@require_POST
@console(roles.OPERATE)
def write(request: ConsoleRequest, contact_id: int) -> HttpResponse:
    """Free text to a contact while its window is open; closed, it is told plainly and nothing is queued."""
    contact = access.get_contact(request, contact_id)
    number_id = request.POST.get("number", "")
    number = access.get_number(request, parse_id(number_id) or 0) if number_id else None
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
            phones.recipient(contact.address),
            content,
            origin=Message.Origin.OPERATOR,
            number=told.number,
            actor=request.user,
            dedupe_key=form.dedupe_key(f"contact:{contact.pk}"),
            now=now,
        )
        results.success(request, _("Your message to %(name)s is on its way.") % {"name": contact.display_name})
    return _back(request)


def _ticked(request: ConsoleRequest) -> list[UUID]:
    return list(pages.parse_seen(",".join(request.POST.getlist("job")), parse_uuid))[:BULK_LIMIT]


def _everything(request: ConsoleRequest, chosen: acts.Act) -> list[NotificationJob]:
    """All that the page's filters show and the act is open for, newest first; one more than is done at once."""
    numbers = list(PhoneNumber.objects.for_tenant(request.tenant).owned())
    filters = FilterForm(QueryDict(urlsplit(request.POST.get("back", "")).query), numbers).filters()
    rows = messages.jobs(request.tenant, filters, timezone.now()).select_related("tenant").order_by("-created_at")
    return list((chosen.among(rows) if chosen.among else rows)[: EVERYTHING_LIMIT + 1])


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
    """How many were done, and of the others how many and whose, for each reason."""
    done = sum(worked for _job, worked, _sentence in outcomes)
    refused: dict[str, list[str]] = defaultdict(list)
    for job, worked, sentence in outcomes:
        if not worked:
            refused[sentence].append(str(messages.row(job).customer))
    if done:
        told = ngettext("%(count)d message done.", "%(count)d messages done.", done) % {"count": done}
        results.success(request, told)
    for why, names in refused.items():
        told = ngettext(
            "%(count)d message was not touched (%(names)s): %(why)s",
            "%(count)d messages were not touched (%(names)s): %(why)s",
            len(names),
        )
        results.warning(request, told % {"count": len(names), "names": _first_of(names), "why": why})
    if not outcomes:
        results.warning(request, _("Choose at least one message that this can be done with."))


def _first_of(names: Iterable[str]) -> str:
    different = list(dict.fromkeys(names))
    return ", ".join(different[:NAMED]) + (" …" if len(different) > NAMED else "")


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
