"""People: the company's members and their roles, invitations by e-mail, and what is demanded at sign-in."""

from collections.abc import Callable
from smtplib import SMTPException

import structlog
from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib import messages as results
from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard import access
from dashboard.access import ConsoleRequest, console
from dashboard.forms.people import InviteForm, JoinForm, RoleForm
from dashboard.navigation import frame
from dashboard.queries import people as query
from tenants import people, roles
from tenants.middleware import SESSION_KEY
from tenants.models import Invitation, Member

log = structlog.get_logger(__name__)


@require_GET
@console(roles.OWN)
def people_list(request: ConsoleRequest) -> HttpResponse:
    return _page(request, InviteForm())


@require_POST
@console(roles.OWN)
def invite(request: ConsoleRequest) -> HttpResponse:
    """Sends the link; where the e-mail does not leave, the owner gets it to pass on."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    email, role = form.cleaned_data["email"], form.cleaned_data["role"]
    try:
        invitation, token = people.invite(request.tenant, email, role, request.user, timezone.now())
    except people.PeopleRefused as refusal:
        form.add_error("email", str(refusal))
        return _page(request, form)
    _send(request, invitation, f"{settings.PUBLIC_URL}{reverse('invitation', args=[token])}")
    return redirect("people")


@require_POST
@console(roles.OWN)
def revoke(request: ConsoleRequest, invitation_id: int) -> HttpResponse:
    invitation = access.get_invitation(request, invitation_id)
    people.revoke(invitation, request.user, timezone.now())
    results.success(request, _("The invitation to %(email)s is withdrawn.") % {"email": invitation.email})
    return redirect("people")


@require_POST
@console(roles.OWN)
def change_role(request: ConsoleRequest, member_id: int) -> HttpResponse:
    member, form = access.get_member(request, member_id), RoleForm(request.POST)
    if form.is_valid():
        role = form.cleaned_data["role"]
        told = _("%(name)s is now %(role)s.") % {"name": query.name_of(member.user), "role": Member.Role(role).label}
        _try(request, told, lambda: people.change_role(member, role))
    return redirect("people" if member.user != request.user else "messages")


@require_POST
@console(roles.OWN)
def remove(request: ConsoleRequest, member_id: int) -> HttpResponse:
    member = access.get_member(request, member_id)
    told = _("%(name)s no longer belongs to this company.") % {"name": query.name_of(member.user)}
    _try(request, told, lambda: people.remove(member))
    return redirect("people" if member.user != request.user else "messages")


@require_POST
@console(roles.OWN)
def second_factor(request: ConsoleRequest) -> HttpResponse:
    """Demands it of everybody, or of nobody."""
    wanted = "demand" in request.POST
    people.demand_second_factor(request.tenant, wanted)
    on = _("From now on everybody needs a second factor. Who has none sets it up at the next page.")
    results.success(request, on if wanted else _("A second factor is each person's own choice again."))
    return redirect("people")


@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """The link of an invitation: a new person chooses a password, a known one signs in and accepts."""
    found = people.find_invitation(token, timezone.now())
    if found is None:
        return render(request, "dashboard/people/link_dead.html", frame(request, title=_("Invitation")), status=404)
    if request.user.is_authenticated:
        return _accept(request, found) if request.method == "POST" else _show(request, found, None)
    if people.find_person(found.email) is not None:
        results.info(request, _("Sign in with %(email)s to accept the invitation.") % {"email": found.email})
        return redirect(f"{reverse('account_login')}?next={request.path}")
    form = JoinForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _join(request, found, form)
    return _show(request, found, form)


def _accept(request: HttpRequest, found: Invitation) -> HttpResponse:
    try:
        people.accept(found, request.user, timezone.now())
    except people.PeopleRefused as refusal:
        results.error(request, str(refusal))
        return redirect("messages")
    request.session[SESSION_KEY] = str(found.tenant_id)
    results.success(request, _("Welcome to %(name)s.") % {"name": found.tenant.name})
    return redirect("messages")


def _join(request: HttpRequest, found: Invitation, form: JoinForm) -> HttpResponseBase:
    try:
        user = people.join(found, form.cleaned_data["name"], form.cleaned_data["password1"], timezone.now())
    except people.PeopleRefused as refusal:
        results.error(request, str(refusal))
        return redirect("account_login")
    return perform_login(request, Login(user=user))


def _show(request: HttpRequest, found: Invitation, form: JoinForm | None) -> HttpResponse:
    context = {"invitation": found, "form": form, "title": _("Invitation")}
    return render(request, "dashboard/people/invitation.html", frame(request, **context))


def _page(request: ConsoleRequest, form: InviteForm) -> HttpResponse:
    context = query.page(request.tenant, timezone.now()) | {"form": form, "title": _("Settings")}
    status = 400 if form.errors else 200
    return render(request, "dashboard/people/list.html", frame(request, **context), status=status)


def _try(request: ConsoleRequest, told: str, act: Callable[[], None]) -> None:
    try:
        act()
    except people.PeopleRefused as refusal:
        results.error(request, str(refusal))
    else:
        results.success(request, told)


def _send(request: ConsoleRequest, invitation: Invitation, link: str) -> None:
    context = {"invitation": invitation, "link": link, "by": query.name_of(request.user)}
    subject = _("[Recado] Your invitation to %(name)s") % {"name": invitation.tenant.name}
    try:
        send_mail(subject, render_to_string("dashboard/people/invitation.txt", context), None, [invitation.email])
    except (OSError, SMTPException) as error:
        log.warning("invitation_not_sent", invitation=invitation.pk, error=type(error).__name__)
        told = _("The e-mail to %(email)s did not leave. Pass this link on yourself, it works for seven days: %(link)s")
        results.warning(request, told % {"email": invitation.email, "link": link})
    else:
        results.success(request, _("The invitation to %(email)s is on its way.") % {"email": invitation.email})
