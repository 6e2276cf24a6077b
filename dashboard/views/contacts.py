"""Contacts: the list, one person with all that hangs on it, name and note, and its word on being written to."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages as results
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard import access
from dashboard.access import ConsoleRequest, console
from dashboard.forms.contacts import ConsentForm, ContactFilterForm, ContactForm
from dashboard.navigation import frame
from dashboard.paging import placed
from dashboard.queries import contacts as query
from dashboard.versions import version_of
from notifications import optout
from tenants import labels, phones, profiles, roles
from tenants.models import Consent, Contact

WORDS: dict[str, tuple[Callable[..., bool], Any]] = {
    Consent.Decision.OPT_OUT: (optout.opt_out, gettext_lazy("Recorded: %(name)s wants no messages of this kind.")),
    Consent.Decision.OPT_IN: (optout.opt_in, gettext_lazy("Recorded: %(name)s wants messages of this kind.")),
}


@require_GET
@console()
def contact_list(request: ConsoleRequest) -> HttpResponse:
    """One line a contact, last seen first; ``before`` is the key of the page's beginning."""
    form = ContactFilterForm(request.GET, list(labels.of_tenant(request.tenant)))
    before, place = placed(request)
    context = {
        "form": form,
        "filters": form.filters(),
        "page": query.page(request.tenant, form.filters(), before),
        **place,
        "questions": query.count_open_proposals(request.tenant),
        "enough": query.ENOUGH,
    }
    return render(request, "dashboard/contacts/list.html", frame(request, title=_("Contacts"), **context))


@require_GET
@console()
def contact_detail(request: ConsoleRequest, contact_id: int) -> HttpResponse:
    """The contact; what happened with it follows by ``contact_history``."""
    contact = access.get_contact(request, contact_id, erased=True)
    may_manage = roles.may(request.role, roles.MANAGE)
    if contact.erased_at:
        page = frame(request, title=_("Contact"), contact=contact, may_manage=may_manage)
        return render(request, "dashboard/contacts/erased.html", page)
    threads = query.conversations(contact)
    context = {
        "contact": contact,
        "named": query.named(contact),
        "stands": query.stands(contact),
        "words": query.words(contact),
        "said_aloud": query.SAID_ALOUD,
        "labels": contact.labels.all(),
        "conversations": threads,
        "leads": query.leads(contact),
        "proposals": query.proposals(contact),
        "merges": query.merges(contact, timezone.now()),
        "kept_out": query.kept_out(threads),
        "may_operate": roles.may(request.role, roles.OPERATE),
        "may_manage": may_manage,
    }
    title = phones.display(contact.display_name)
    return render(request, "dashboard/contacts/detail.html", frame(request, title=title, **context))


@require_GET
@console()
def contact_history(request: ConsoleRequest, contact_id: int) -> HttpResponse:
    """Appointments, tickets and messages: a part of the contact's page, or, without scripts, a page."""
    contact = access.get_contact(request, contact_id)
    context = {"contact": contact, **query.history(contact)}
    if "HX-Request" in request.headers:
        return render(request, "dashboard/contacts/history.html", context)
    title = phones.display(contact.display_name)
    return render(request, "dashboard/contacts/history_page.html", frame(request, title=title, **context))


@require_http_methods(["GET", "POST"])
@console(roles.OPERATE)
def contact_edit(request: ConsoleRequest, contact_id: int) -> HttpResponse:
    """Where somebody else changed it meanwhile, what stands there now is told, and the next saving replaces it."""
    contact = access.get_contact(request, contact_id)
    form = ContactForm.of(contact) if request.method == "GET" else ContactForm(request.POST)
    seen = version_of([contact.name, contact.note])
    overtaken = request.POST.get("seen", seen) != seen
    if overtaken:
        told = _(
            "Somebody else changed this contact meanwhile. It says now: %(name)s · %(note)s. Save again for yours."
        )
        results.warning(request, told % {"name": contact.name or "–", "note": contact.note or "–"})
    elif request.method == "POST" and form.is_valid():
        changed = profiles.change(contact, form.cleaned_data, request.user)
        results.success(request, _("Saved.") if changed else _("Nothing was different."))
        return redirect("contact", contact_id)
    context: dict[str, Any] = frame(request, title=_("Change contact"), contact=contact, form=form, seen=seen)
    status = 422 if form.errors or overtaken else 200
    return render(request, "dashboard/contacts/form.html", context, status=status)


@require_POST
@console(roles.OPERATE)
def contact_consent(request: ConsoleRequest, contact_id: int, decision: str) -> HttpResponse:
    """The customer's word as a person heard it; with what proves it, or nothing is recorded."""
    contact, form = access.get_contact(request, contact_id), ConsentForm(request.POST)
    if form.is_valid():
        _record(request, contact, decision, form.cleaned_data)
    else:
        results.error(request, _("Say how the customer told it, in up to 200 characters."))
    return redirect("contact", contact_id)


def _record(request: ConsoleRequest, contact: Contact, decision: str, said: dict[str, Any]) -> None:
    record, told = WORDS[decision]
    record(contact, source=Consent.Source.OPERATOR, now=timezone.now(), actor=request.user, **said)
    results.success(request, str(told) % {"name": phones.display(contact.display_name)})
