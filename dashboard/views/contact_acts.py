"""What managers do about a person's privacy: the data exported, the person blocked, everything erased."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages as results
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dashboard import access
from dashboard.access import ConsoleRequest, console
from dashboard.forms.contacts import BlockForm, EraseForm
from notifications import blocking
from tenants import archive, erasing, phones, roles
from tenants.models import Contact


@require_POST
@console(roles.MANAGE)
def export(request: ConsoleRequest, contact_id: int) -> HttpResponseBase:
    """Everything that is kept of the person, with its files, as a ZIP."""
    contact = access.get_contact(request, contact_id)
    return archive.download(contact, now=timezone.now(), actor=request.user)


@require_POST
@console(roles.MANAGE)
def block(request: ConsoleRequest, contact_id: int) -> HttpResponse:
    contact, form = access.get_contact(request, contact_id), BlockForm(request.POST)
    if not form.is_valid():
        results.error(request, _("Say why, in up to 200 characters."))
        return redirect("contact", contact_id)
    act = partial(blocking.block, contact, form.cleaned_data["reason"], now=timezone.now(), actor=request.user)
    return _ask(request, contact, act, _("Blocked. Nothing more is sent to %(name)s."))


@require_POST
@console(roles.MANAGE)
def unblock(request: ConsoleRequest, contact_id: int) -> HttpResponse:
    contact = access.get_contact(request, contact_id)
    act = partial(blocking.unblock, contact, actor=request.user)
    return _ask(request, contact, act, _("Unblocked. Messages may go to %(name)s again."))


@require_POST
@console(roles.MANAGE)
def erase(request: ConsoleRequest, contact_id: int) -> HttpResponse:
    contact = access.get_contact(request, contact_id)
    if not EraseForm(request.POST).is_valid():
        results.error(request, _("Nothing was erased: the word to confirm was not typed."))
        return redirect("contact", contact_id)
    try:
        erasing.erase(contact, now=timezone.now(), actor=request.user)
    except erasing.ErasureRefused as refusal:
        results.error(request, str(refusal))
    else:
        results.success(request, _("Erased. Nothing leads to this person any more."))
    return redirect("contact", contact_id)


def _ask(
    request: ConsoleRequest, contact: Contact, act: Callable[[], list[blocking.Answer]], done: str
) -> HttpResponse:
    """Does it and says so; then which numbers' provider did not do as asked."""
    try:
        answers = act()
    except blocking.AlreadySo as told:
        results.warning(request, str(told))
    else:
        results.success(request, done % {"name": phones.display(contact.display_name)})
        for answer in answers:
            if answer.refusal:
                results.warning(request, f"{answer.number}: {answer.refusal}")
    return redirect("contact", contact.pk)
