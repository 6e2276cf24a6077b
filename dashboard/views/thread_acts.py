"""What a person sends in a conversation, and the signs that the customer sees of it: read, typing."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import structlog
from django.contrib import messages as results
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dashboard import access
from dashboard.access import ConsoleRequest, console
from dashboard.forms.thread import FileForm, Sent, TemplateForm, TextForm
from dashboard.queries.composer import FREE, NOTHING, TEMPLATE, composer
from dashboard.views.thread import told_now
from notifications import actions, sending
from notifications.actions import ActionRefused
from tenants import phones, roles
from whatsapp import conversations, receipts, uploads
from whatsapp.content import Content, File, Text
from whatsapp.content.limits.lengths import WITHOUT_CAPTION
from whatsapp.errors import InvalidContent, OutcomeUnknown, ProviderError, Refused
from whatsapp.models import Conversation, Message
from whatsapp.providers.base import Upload
from whatsapp.providers.meta import error_codes

INVALID = 422
NO_CONTENT = 204
Problems = dict[str, list[str]]  # by field; what concerns none under ""

log = structlog.get_logger(__name__)


@require_POST
@console(roles.OPERATE)
def send_text(request: ConsoleRequest, conversation_id: int) -> HttpResponse:
    """Free text, while the window is open."""
    conversation, form = access.get_conversation(request, conversation_id), TextForm(request.POST)
    return send(request, conversation, form, lambda _now: Text(form.cleaned_data["text"]), FREE)


@require_POST
@console(roles.OPERATE)
def send_file(request: ConsoleRequest, conversation_id: int) -> HttpResponse:
    """A file with its caption, while the window is open; it is given to the provider first."""
    conversation, form = access.get_conversation(request, conversation_id), FileForm(request.POST, request.FILES)
    return send(request, conversation, form, lambda now: _file(conversation, form, now), FREE)


@require_POST
@console(roles.OPERATE)
def retry(request: ConsoleRequest, conversation_id: int, job_id: UUID) -> HttpResponse:
    """Tries a message of the conversation again; one whose fate is unknown only when the risk was confirmed."""
    conversation, job = access.get_conversation(request, conversation_id), access.get_job(request, job_id)
    if job.contact_id != conversation.contact_id:
        raise Http404
    try:
        actions.retry(job, request.user, timezone.now(), confirmed="confirmed" in request.POST)
    except ActionRefused as refusal:
        return answer(request, conversation, {"": [refusal.sentence]})
    return answer(request, conversation, {})


@require_POST
@console(roles.OPERATE)
def sign(request: ConsoleRequest, conversation_id: int) -> HttpResponse:
    """Shows the customer that the message was read, and with ``typing`` that somebody writes.

    Nobody is told when that does not work: it is a courtesy.
    """
    conversation, now = access.get_conversation(request, conversation_id), timezone.now()
    conversations.mark_read(conversation, now, now)
    if conversation.number.may_send:
        with suppress(receipts.NothingToRead):
            try:
                receipts.show(conversation, now, typing="typing" in request.POST)
            except (ProviderError, OutcomeUnknown) as error:
                log.info("sign_not_shown", conversation=conversation.pk, error=str(error))
    return HttpResponse(status=NO_CONTENT)


def send(
    request: ConsoleRequest, conversation: Conversation, form: Sent, make: Callable[[datetime], Content], mode: str
) -> HttpResponse:
    """Queues what the form says, once, where ``mode`` may be sent now; else every problem at its field."""
    now = timezone.now()
    can = composer(conversation, now)
    if not form.is_valid():
        return answer(request, conversation, problems_of(form))
    if can.mode == NOTHING or (mode == FREE and can.mode == TEMPLATE):
        return answer(request, conversation, {"": [can.sentence]})
    try:
        content = make(now)
        _promise(request, conversation, form, content, now)
    except InvalidContent as invalid:
        return answer(request, conversation, _refused(form, invalid))
    except (ProviderError, OutcomeUnknown) as error:
        return answer(request, conversation, {"file": [_why(error)]})
    return answer(request, conversation, {})


def give(conversation: Conversation, upload: Upload, now: datetime) -> str:
    """The provider's name for a file of the conversation's number."""
    return uploads.give(conversation.number, upload, now).media_id


def answer(request: ConsoleRequest, conversation: Conversation, problems: Problems) -> HttpResponse:
    """To our script what the page shows now, or the problems; to a plain form its page again, with the problems."""
    if request.headers.get("Accept") == "application/json":
        if problems:
            return JsonResponse({"problems": problems}, status=INVALID)
        return JsonResponse(told_now(request, conversation, timezone.now()))
    for sentence in (sentence for sentences in problems.values() for sentence in sentences):
        results.error(request, sentence)
    return redirect("conversation", conversation.pk)


def problems_of(form: Sent) -> Problems:
    return {"" if name in {"__all__", "key"} else name: list(map(str, told)) for name, told in form.errors.items()}


def _promise(request: ConsoleRequest, conversation: Conversation, form: Sent, content: Content, now: datetime) -> None:
    sending.send(
        request.tenant,
        conversation.contact,
        phones.recipient(conversation.contact.address),
        content,
        origin=Message.Origin.OPERATOR,
        number=conversation.number,
        reply_to=_answered(conversation, form.cleaned_data["reply_to"]),
        actor=request.user,
        dedupe_key=form.dedupe_key(str(conversation.pk)),
        now=now,
    )


def _answered(conversation: Conversation, message_id: int | None) -> str:
    """The wamid of the conversation's message that is answered; empty for none."""
    if message_id is None:
        return ""
    rows = conversation.messages.filter(pk=message_id, revoked_at=None)
    return rows.values_list("provider_message_id", flat=True).first() or ""


def _file(conversation: Conversation, form: FileForm, now: datetime) -> File:
    upload = form.upload
    kind = uploads.check(upload.mime_type, len(upload.content))
    caption = form.cleaned_data["caption"] if kind not in WITHOUT_CAPTION else ""
    return File(kind, give(conversation, upload, now), caption=caption, filename=_name(kind, upload))


def _name(kind: str, upload: Upload) -> str:
    return upload.filename if kind == "document" else ""


def _refused(form: Sent, invalid: InvalidContent) -> Problems:
    if isinstance(form, TemplateForm):
        form.take_problems(invalid)
        return problems_of(form)
    return {"": list(invalid.fields.values())}


def _why(error: ProviderError | OutcomeUnknown) -> str:
    if isinstance(error, Refused):
        return error_codes.sentence(error.code, error.details)
    return _("Meta did not take the file. Try again in a moment.")
