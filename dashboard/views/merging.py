"""Contacts that may be one person: the open questions, one of them side by side, and a person's answer."""

from django.conf import settings
from django.contrib import messages as results
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dashboard import access
from dashboard.access import ConsoleRequest, console
from dashboard.navigation import frame
from dashboard.paging import placed
from dashboard.queries import merging as query
from tenants import merging, phones, roles, unmerging
from tenants.models import ContactMergeProposal


@require_GET
@console()
def merge_list(request: ConsoleRequest) -> HttpResponse:
    before, place = placed(request)
    page = query.page(request.tenant, before)
    context = {"page": page, "lines": [(row, query.why(row)) for row in page.rows], **place}
    title = _("Contacts that may be one person")
    return render(request, "dashboard/contacts/merges.html", frame(request, title=title, **context))


@require_GET
@console()
def merge_detail(request: ConsoleRequest, proposal_id: int) -> HttpResponse:
    """Both beside each other, and what joining them would do."""
    proposal = access.get_proposal(request, proposal_id)
    context = {
        "proposal": proposal,
        "is_open": proposal.state == ContactMergeProposal.State.OPEN,
        "why": query.why(proposal),
        "sides": query.sides(proposal),
        "undo_days": settings.CONTACT_MERGE_UNDO_DAYS,
        "may_decide": roles.may(request.role, roles.MANAGE),
    }
    return render(request, "dashboard/contacts/merge.html", frame(request, title=_("One person or two?"), **context))


@require_POST
@console(roles.MANAGE)
def merge_join(request: ConsoleRequest, proposal_id: int) -> HttpResponse:
    """They are one person. The contact that stays is shown; what was decided meanwhile stands."""
    proposal = access.get_proposal(request, proposal_id)
    try:
        kept = merging.merge(proposal, request.user, timezone.now())
    except merging.DecisionRefused as refusal:
        results.error(request, str(refusal))
        return redirect("merges")
    told = _("Joined: everything is now with %(name)s.") % {"name": phones.display(kept.display_name)}
    results.success(request, told)
    return redirect("contact", kept.pk)


@require_POST
@console(roles.MANAGE)
def merge_undo(request: ConsoleRequest, merge_id: int) -> HttpResponse:
    """They are two people after all. The contact that comes back is shown."""
    merge = access.get_merge(request, merge_id)
    try:
        back = unmerging.undo(merge, request.user, timezone.now())
    except unmerging.UndoRefused as refusal:
        results.error(request, str(refusal))
        return redirect("contact", merge.kept_id)
    results.success(
        request, _("Undone: %(name)s is a contact of its own again.") % {"name": phones.display(back.display_name)}
    )
    return redirect("contact", back.pk)


@require_POST
@console(roles.MANAGE)
def merge_keep_apart(request: ConsoleRequest, proposal_id: int) -> HttpResponse:
    """They are two people, and are not asked about again."""
    proposal = access.get_proposal(request, proposal_id)
    try:
        merging.reject(proposal, request.user, timezone.now())
    except merging.DecisionRefused as refusal:
        results.error(request, str(refusal))
    else:
        results.success(request, _("Kept apart. This pair is not asked about again."))
    return redirect("merges")
