"""Who may see what: the only way a console view gets a row, and the door in front of every console view.

Another tenant's id is answered like an id that does not exist: 404.
"""

import functools
from collections.abc import Callable
from typing import Any, Protocol
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Prefetch, Q
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.navigation import frame
from dashboard.queries.thread_token import Glance, glance
from notifications.models import Appointment, NotificationJob
from templates_mgmt.models import MessageTemplate, TemplateMapping
from tenants import roles, visits
from tenants.models import (
    Alert,
    Contact,
    ContactMerge,
    ContactMergeProposal,
    Invitation,
    Member,
    PhoneNumber,
    SavedFilter,
    Tenant,
    TenantApiKey,
    WhatsAppAccount,
)
from whatsapp.models import (
    CannedAnswer,
    Conversation,
    Media,
    Signup,
    SignupInvitation,
    UploadedFile,
    WebhookEvent,
)


class ConsoleRequest(HttpRequest):
    """A request behind the door: signed in, for one tenant, with a role there."""

    tenant: Tenant
    tenants: list[Tenant]
    role: str


class View(Protocol):
    def __call__(self, request: ConsoleRequest, *args: Any, **kwargs: Any) -> HttpResponseBase: ...


def console(needs: str = roles.VIEW) -> Callable[[View], Callable[..., HttpResponseBase]]:
    """The door: signed in, member of a tenant, a role that may do ``needs``, and a form of the tenant it works for.

    A POST carries the tenant its page was made for. Where that is not the current one (two tabs, a switch between),
    it is refused with a page: what it says would happen to another company's rows.
    """

    def decorate(view: View) -> Callable[..., HttpResponseBase]:
        @functools.wraps(view)
        @login_required
        def guarded(request: ConsoleRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if _holds_nul(request):
                raise BadRequest("a NUL, which no database text takes and nobody types")
            if request.tenant is None:
                context = frame(request, title=_("You are in no company yet"))
                return render(request, "dashboard/errors/no_company.html", context, status=403)
            if not roles.may(request.role, needs):
                raise PermissionDenied
            if request.method == "POST" and request.POST.get("tenant") != str(request.tenant.pk):
                context = frame(request, title=_("This page belonged to another company"))
                return render(request, "dashboard/errors/other_company.html", context, status=409)
            response = view(request, *args, **kwargs)
            if _is_page(request, response):
                visits.note(request, request.tenant, timezone.now(), page=_page_of_a_row(request))
            return response

        guarded.console_needs = needs  # type: ignore[attr-defined]
        return guarded

    return decorate


def _holds_nul(request: ConsoleRequest) -> bool:
    return any(
        "\x00" in value for sent in (request.GET, request.POST) for _name, all_ in sent.lists() for value in all_
    )


def _is_page(request: ConsoleRequest, response: HttpResponseBase) -> bool:
    """Something to read was shown: not a file within a page, not a form that was sent."""
    is_html = response.headers.get("Content-Type", "").startswith("text/html")
    return request.method == "GET" and response.status_code == 200 and is_html


def _page_of_a_row(request: ConsoleRequest) -> str:
    """The address where it names a row, else nothing."""
    match = request.resolver_match
    return request.path if match and match.captured_kwargs else ""  # type: ignore[attr-defined]


def get_job(request: ConsoleRequest, job_id: UUID) -> NotificationJob:
    """The job with what its drawer shows."""
    rows = NotificationJob.objects.for_tenant(request.tenant).select_related(
        "tenant", "contact", "number", "appointment", "message", "message__conversation"
    )
    return get_object_or_404(rows, pk=job_id)


def find_jobs(request: ConsoleRequest, job_ids: list[UUID]) -> list[NotificationJob]:
    """Those of the given jobs that are this tenant's, in the order given."""
    rows = NotificationJob.objects.for_tenant(request.tenant).select_related("tenant", "contact", "number", "message")
    found = rows.in_bulk(job_ids)
    return [found[job_id] for job_id in job_ids if job_id in found]


def get_appointment(request: ConsoleRequest, appointment_id: int) -> Appointment:
    """The appointment with its contact and, oldest first, its notices with their messages."""
    jobs = NotificationJob.objects.select_related("message").order_by("scheduled_for", "created_at")
    rows = Appointment.objects.for_tenant(request.tenant).select_related("tenant", "contact")
    return get_object_or_404(rows.prefetch_related(Prefetch("jobs", jobs)), pk=appointment_id)


def get_contact(request: ConsoleRequest, contact_id: int, *, erased: bool = False) -> Contact:
    """With ``erased`` also one that was forgotten: there is nothing to do with it."""
    rows = Contact.objects.for_tenant(request.tenant).select_related("tenant")
    return get_object_or_404(rows if erased else rows.filter(erased_at=None), pk=contact_id)


def get_proposal(request: ConsoleRequest, proposal_id: int) -> ContactMergeProposal:
    """Whether two contacts are one person."""
    rows = ContactMergeProposal.objects.for_tenant(request.tenant)
    return get_object_or_404(rows.select_related("tenant", "one", "other"), pk=proposal_id)


def get_merge(request: ConsoleRequest, merge_id: int) -> ContactMerge:
    """A merge of two contacts, undone or not."""
    rows = ContactMerge.objects.for_tenant(request.tenant).filter(kept__erased_at=None)
    return get_object_or_404(rows.select_related("tenant"), pk=merge_id)


def get_number(request: ConsoleRequest, number_id: int) -> PhoneNumber:
    """A number that the tenant owns now."""
    rows = PhoneNumber.objects.for_tenant(request.tenant).owned()
    return get_object_or_404(rows.select_related("tenant", "account"), pk=number_id)


def get_signup(request: ConsoleRequest, signup_id: UUID) -> Signup:
    return get_object_or_404(Signup.objects.for_tenant(request.tenant).select_related("tenant"), pk=signup_id)


def get_signup_invitation(request: ConsoleRequest, link_id: int) -> SignupInvitation:
    return get_object_or_404(SignupInvitation.objects.for_tenant(request.tenant).select_related("tenant"), pk=link_id)


def get_conversation(request: ConsoleRequest, conversation_id: int) -> Conversation:
    """The conversation with all that its page asks of the row."""
    rows = Conversation.objects.for_tenant(request.tenant)
    rows = rows.select_related("tenant", "contact", "number", "assigned_to", "window_message")
    return get_object_or_404(rows, pk=conversation_id)


def glance_at_conversation(request: ConsoleRequest, conversation_id: int) -> Glance:
    """As much of it as says whether anything changed: an open page asks every few seconds."""
    if (found := glance(request.tenant, conversation_id)) is None:
        raise Http404
    return found


def get_media(request: ConsoleRequest, media_id: int) -> Media:
    return get_object_or_404(Media.objects.for_tenant(request.tenant), pk=media_id)


def get_upload(request: ConsoleRequest, upload_id: int) -> UploadedFile:
    return get_object_or_404(UploadedFile.objects.for_tenant(request.tenant), pk=upload_id)


def get_member(request: ConsoleRequest, member_id: int) -> Member:
    return get_object_or_404(Member.objects.for_tenant(request.tenant).select_related("user", "tenant"), pk=member_id)


def get_invitation(request: ConsoleRequest, invitation_id: int) -> Invitation:
    return get_object_or_404(Invitation.objects.for_tenant(request.tenant).select_related("tenant"), pk=invitation_id)


def get_event(request: ConsoleRequest, event_id: int) -> WebhookEvent:
    """An event of the tenant; for the platform's team also one of nobody."""
    seen = Q(tenant=request.tenant) | (Q(tenant=None) if request.user.is_superuser else Q(pk__in=[]))
    return get_object_or_404(WebhookEvent.objects.filter(seen).select_related("tenant", "number"), pk=event_id)


def get_saved_filter(request: ConsoleRequest, filter_id: int) -> SavedFilter:
    """The person's own, of this tenant."""
    rows = SavedFilter.objects.for_tenant(request.tenant).filter(user=request.user.pk)
    return get_object_or_404(rows.select_related("tenant"), pk=filter_id)


def get_api_key(request: ConsoleRequest, prefix: str) -> TenantApiKey:
    """By the part that is shown of it."""
    return get_object_or_404(TenantApiKey.objects.for_tenant(request.tenant), prefix=prefix)


def get_template(request: ConsoleRequest, template_id: int) -> MessageTemplate:
    rows = MessageTemplate.objects.for_tenant(request.tenant).select_related("tenant", "account__tenant")
    return get_object_or_404(rows, pk=template_id)


def get_mapping(request: ConsoleRequest, mapping_id: int) -> TemplateMapping:
    rows = TemplateMapping.objects.for_tenant(request.tenant)
    return get_object_or_404(rows.select_related("tenant", "template"), pk=mapping_id)


def get_account(request: ConsoleRequest, account_id: int) -> WhatsAppAccount:
    """A WABA that the tenant owns now."""
    rows = WhatsAppAccount.objects.for_tenant(request.tenant).owned()
    return get_object_or_404(rows.select_related("tenant"), pk=account_id)


def get_alert(request: ConsoleRequest, alert_id: int) -> Alert:
    """An alert of the tenant; for the platform's team also one of the platform itself."""
    seen = Q(tenant=request.tenant) | (Q(tenant=None) if request.user.is_superuser else Q(pk__in=[]))
    return get_object_or_404(Alert.objects.filter(seen).select_related("tenant"), pk=alert_id)


def get_canned_answer(request: ConsoleRequest, answer_id: int) -> CannedAnswer:
    return get_object_or_404(CannedAnswer.objects.for_tenant(request.tenant), pk=answer_id)
