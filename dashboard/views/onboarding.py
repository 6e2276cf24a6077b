"""Connecting a number: the choice of a way, the page that shows each step, and the links for a client's owner."""

import json
from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages as results
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard import access
from dashboard.access import ConsoleRequest, console
from dashboard.forms.onboarding import InvitationForm, ManualForm
from dashboard.navigation import frame
from dashboard.queries import onboarding as query
from dashboard.signup_window import POLICY, open_to_the_window, window
from tenants import roles, tokens
from whatsapp.models import Signup
from whatsapp.onboarding import entry, invitations
from whatsapp.onboarding.entry import Caller, Pasted
from whatsapp.onboarding.problems import NotAllowed

COOKIE = "recado_connect"
COOKIE_SECONDS = int(entry.LIFE.total_seconds())
VALUES = ("pin", "to", "waba_id", "phone_number_id", "access_token")
WITH_WINDOW = (Signup.Way.COEXISTENCE, Signup.Way.NEW_NUMBER)


@require_http_methods(["GET", "POST"])
@console(roles.MANAGE)
def start(request: ConsoleRequest) -> HttpResponse:
    """The three ways; choosing one of the first two leads to Meta's window."""
    if request.method == "POST" and request.POST.get("way") in WITH_WINDOW:
        browser = browser_of(request)
        caller = Caller(Signup.Source.CONSOLE, request.user, browser)
        signup = entry.begin(request.tenant, request.POST["way"], caller, timezone.now())
        return remember(redirect("signup", signup.pk), browser)
    now = timezone.now()
    shown = {"unfinished": query.unfinished(request.tenant), "links": query.invitations(request.tenant, now)}
    context = frame(request, title=_("Connect a number"), invite=InvitationForm(), ready=has_app(), **shown)
    return render(request, "dashboard/onboarding/start.html", context)


@require_http_methods(["GET", "POST"])
@console(roles.MANAGE)
def by_hand(request: ConsoleRequest) -> HttpResponse:
    """Ids and token, checked at Meta before anything is saved."""
    form = ManualForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        caller = Caller(Signup.Source.CONSOLE, request.user)
        pasted = Pasted(**form.cleaned_data)
        signup = entry.begin(request.tenant, Signup.Way.MANUAL, caller, timezone.now(), pasted)
        return redirect("signup", signup.pk)
    context = frame(request, title=_("Connect by ids and token"), form=form)
    return render(request, "dashboard/onboarding/manual.html", context)


@csp_update(POLICY)
@require_GET
@console(roles.MANAGE)
def detail(request: ConsoleRequest, signup_id: Any) -> HttpResponse:
    """Each step, its outcome, and what to do; it looks again by itself while something happens."""
    signup = access.get_signup(request, signup_id)
    shown = {"progress": query.progress_of(signup, timezone.now()), "window": window(signup, "signup")}
    context = frame(request, title=_("Connect a number"), **shown)
    return open_to_the_window(render(request, "dashboard/onboarding/detail.html", context))


@require_GET
@console(roles.MANAGE)
def steps(request: ConsoleRequest, signup_id: Any) -> HttpResponse:
    """The part of the page that changes."""
    return fragment(request, access.get_signup(request, signup_id))


@require_POST
@console(roles.MANAGE)
def session(request: ConsoleRequest, signup_id: Any) -> HttpResponse:
    """What Meta's window told of account and number."""
    signup = access.get_signup(request, signup_id)
    return take(request, signup, lambda: entry.take_session(signup, told(request), caller_of(request), timezone.now()))


@require_POST
@console(roles.MANAGE)
def code(request: ConsoleRequest, signup_id: Any) -> HttpResponse:
    """The code of Meta's window, exchanged before this answers."""
    signup = access.get_signup(request, signup_id)
    return take(request, signup, lambda: hand_over(request, signup, caller_of(request)))


@require_POST
@console(roles.MANAGE)
def retry(request: ConsoleRequest, signup_id: Any, name: str) -> HttpResponse:
    """Tries one step again, alone."""
    signup, browser = access.get_signup(request, signup_id), browser_of(request)
    caller = Caller(Signup.Source.CONSOLE, request.user, browser)
    try:
        entry.retry(signup, name, values_of(request), caller, timezone.now())
    except NotAllowed as refused:
        results.error(request, refused.sentence)
    return remember(redirect("signup", signup.pk), browser)


@require_POST
@console(roles.MANAGE)
def give_up(request: ConsoleRequest, signup_id: Any) -> HttpResponse:
    """Ends it; nothing was connected."""
    signup = access.get_signup(request, signup_id)
    entry.give_up(signup, caller_of(request), timezone.now())
    results.success(request, _("Given up. Nothing was connected."))
    return redirect("connect")


@require_POST
@console(roles.MANAGE)
def invite(request: ConsoleRequest) -> HttpResponse:
    """Makes a link for a client's owner; it is shown on this page and never again."""
    form = InvitationForm(request.POST)
    if not form.is_valid():
        results.error(request, _("Say in at most 120 characters for whom the link is."))
        return redirect("connect")
    row, address = invitations.make(request.tenant, form.cleaned_data["note"], request.user, timezone.now())
    context = frame(request, title=_("Link to connect"), invitation=row, address=address)
    return render(request, "dashboard/onboarding/link.html", context)


@require_POST
@console(roles.MANAGE)
def revoke(request: ConsoleRequest, link_id: int) -> HttpResponse:
    """The link leads nowhere from now on."""
    invitations.revoke(access.get_signup_invitation(request, link_id), request.user, timezone.now())
    results.success(request, _("Revoked. The link no longer works."))
    return redirect("connect")


def has_app() -> bool:
    """Whether the platform's app at Meta is set up, without which there is no window to open."""
    return bool(
        settings.WHATSAPP_META_APP_ID and settings.WHATSAPP_META_CONFIG_ID and settings.WHATSAPP_META_APP_SECRETS
    )


def caller_of(request: HttpRequest) -> Caller:
    return Caller(Signup.Source.CONSOLE, request.user, browser_of(request))


def browser_of(request: HttpRequest) -> str:
    """The secret by which this browser is known again; a new one where it has none yet."""
    return request.COOKIES.get(COOKIE) or tokens.make()


def remember(answer: HttpResponse, browser: str) -> HttpResponse:
    answer.set_cookie(
        COOKIE, browser, COOKIE_SECONDS, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )
    return answer


def hand_over(request: HttpRequest, signup: Signup, caller: Caller) -> None:
    """The code of Meta's window, its state, and who answered there."""
    code, state, granter = (request.POST.get(name, "") for name in ("code", "state", "user_id"))
    entry.take_code(signup, code, state, caller, timezone.now(), granter)


def told(request: HttpRequest) -> dict[str, Any]:
    """The window's message as the page passed it on; empty when it cannot be read."""
    try:
        read = json.loads(request.POST.get("told", ""))
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def values_of(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST[name].strip() for name in VALUES if request.POST.get(name, "").strip()}


def take(request: HttpRequest, signup: Signup, act: Any) -> HttpResponse:
    """Does it and answers the steps as they stand then; 409 and the sentence for what is refused."""
    try:
        act()
    except NotAllowed as refused:
        return fragment(request, signup, refused.sentence)
    return fragment(request, signup)


def fragment(request: HttpRequest, signup: Signup, refusal: str = "", url: str = "signup", *path: str) -> HttpResponse:
    shown = {"progress": query.progress_of(signup, timezone.now()), "refusal": refusal}
    context = {**shown, "window": window(signup, url, *path)}
    return render(request, "dashboard/onboarding/steps.html", context, status=409 if refusal else 200)
