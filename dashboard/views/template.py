"""One template: how it stands, what a person does to it, and a test of it."""

from django.contrib import messages as results
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard import access, template_acts
from dashboard.access import ConsoleRequest, console
from dashboard.forms.templates import FILE, TrialForm
from dashboard.navigation import frame
from dashboard.queries import template_page
from notifications import sending
from notifications.models import NotificationJob
from templates_mgmt import mapping, preview, trial
from templates_mgmt.models import MessageTemplate
from templates_mgmt.refusals import NotWritten
from tenants import flags, roles
from tenants.contacts import get_or_create_for_phone
from tenants.models import PhoneNumber
from whatsapp import uploads
from whatsapp.content.values import File
from whatsapp.errors import InvalidContent, OutcomeUnknown, ProviderError
from whatsapp.models import Message
from whatsapp.providers.base import Upload

TOLD = 5


@require_GET
@console()
def detail(request: ConsoleRequest, template_id: int) -> HttpResponse:
    template = access.get_template(request, template_id)
    may_manage = roles.may(request.role, roles.MANAGE)
    context = {
        "page": template_page.page(template, timezone.now()),
        "template": template,
        "may_manage": may_manage,
        "may_try": roles.may(request.role, roles.OPERATE) and template.is_sendable and trial.may_be_tried(template),
        "may_edit": may_manage and template_acts.is_editable(template),
        "acts": template_acts.open_for(template) if may_manage else [],
    }
    return render(request, "dashboard/templates/detail.html", frame(request, title=template.name, **context))


@require_POST
@console(roles.MANAGE)
def act(request: ConsoleRequest, template_id: int, name: str) -> HttpResponse:
    """Submits, takes up again, archives, deletes …; why not is told in words."""
    template, chosen = access.get_template(request, template_id), template_acts.ACTS[name]
    try:
        chosen.run(template, request.user, timezone.now())
    except NotWritten as refused:
        for problem in refused.problems[:TOLD]:
            results.error(request, problem.sentence)
    else:
        results.success(request, str(chosen.done))
    return redirect("template", template.pk) if template_page.is_there(template) else redirect("templates")


@require_http_methods(["GET", "POST"])
@console(roles.OPERATE)
def send_test(request: ConsoleRequest, template_id: int) -> HttpResponse:
    """Sends the template with values of one's own to one phone, through the queue like every message."""
    template = access.get_template(request, template_id)
    own = flags.resolve(request.tenant).test_recipient
    form = TrialForm(template, request.POST or None, request.FILES or None, initial={"to": own})
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("message", _send(request, template, form).pk)
        except _Refused as refused:
            form.add_error(refused.field, str(refused))
    components = template.components
    bubble = preview.bubble(components, form.shown(), language=template.language, category=template.category)
    context = {"template": template, "form": form, "bubble": bubble, "redirected_to": own}
    status = 400 if form.errors else 200
    context = frame(request, title=_("Send a test"), **context)
    return render(request, "dashboard/templates/test.html", context, status=status)


class _Refused(Exception):
    """Why no test left; ``field`` of the form (None: none of them)."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


def _send(request: ConsoleRequest, template: MessageTemplate, form: TrialForm) -> NotificationJob:
    number, now = _number(template), timezone.now()
    try:
        mapping.sendable(template, template.account)
        content = trial.content(template, form.values(), _files(form, template, number))
        phone = form.cleaned_data["to"]
        contact = get_or_create_for_phone(request.tenant, phone)
        return sending.send(
            request.tenant,
            contact,
            phone,
            content,
            origin=Message.Origin.OPERATOR,
            number=number,
            actor=request.user,
            now=now,
        )
    except mapping.MappingProblem as problem:
        raise _Refused(_("Meta does not let this template be sent now.")) from problem
    except InvalidContent as invalid:
        raise _Refused(" ".join(invalid.fields.values())) from invalid


def _number(template: MessageTemplate) -> PhoneNumber:
    number = template_page.number_of(template)
    if number is None:
        raise _Refused(_("No number of this account is connected, so nothing can be sent with its templates."))
    return number


def _files(form: TrialForm, template: MessageTemplate, number: PhoneNumber) -> dict[str, File]:
    kinds = trial.files(template)
    return {slot: _file(FILE + slot, kinds[slot], file, number) for slot, file in form.files_given().items()}


def _file(field: str, kind: str, file: UploadedFile, number: PhoneNumber) -> File:
    """The file given to Meta. Raises _Refused at ``field``."""
    mime_type = str(file.content_type or "").split(";")[0].strip().lower()
    try:
        if uploads.check(mime_type, file.size or 0) != kind:
            raise _Refused(_("This is another kind of file than the template's header."), field)
        given = uploads.give(number, Upload(file.read(), mime_type, str(file.name)[:240]), timezone.now())
    except InvalidContent as invalid:
        raise _Refused(" ".join(invalid.fields.values()), field) from invalid
    except (ProviderError, OutcomeUnknown) as error:
        raise _Refused(_("Meta did not take the file. Try again in a minute."), field) from error
    return File(kind, id=given.media_id)
