"""`/conectar/<token>/`: a client's owner connects a number without an account; the link is all that is asked."""

from collections.abc import Callable
from functools import wraps

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard.navigation import frame
from dashboard.queries import onboarding as query
from dashboard.signup_window import POLICY, open_to_the_window, window
from dashboard.views.onboarding import (
    COOKIE,
    WITH_WINDOW,
    browser_of,
    fragment,
    hand_over,
    has_app,
    remember,
    told,
    values_of,
)
from whatsapp.models import Signup, SignupInvitation
from whatsapp.onboarding import entry, invitations
from whatsapp.onboarding.entry import Caller
from whatsapp.onboarding.problems import NotAllowed

Page = Callable[..., HttpResponse]


def by_link(page: Page) -> Page:
    """Shows the page of a link that still works, in its company's language; private, and told to no other site."""

    @wraps(page)
    def view(request: HttpRequest, token: str, **rest: str) -> HttpResponse:
        invitation = invitations.find(token, timezone.now())
        if invitation is None:
            return _private(render(request, "dashboard/onboarding/link_over.html", frame(request), status=404))
        tenant = invitation.tenant
        with timezone.override(tenant.zone), translation.override(tenant.language):
            return _private(page(request, token, invitation, **rest))

    return view


@csp_update(POLICY)
@require_http_methods(["GET", "POST"])
@by_link
def welcome(request: HttpRequest, token: str, invitation: SignupInvitation) -> HttpResponse:
    """The choice of a way, then the steps of what this browser began."""
    if request.method == "POST":
        return _begin(request, token, invitation)
    invitations.opened(invitation, timezone.now())
    signup = _find(request, invitation)
    context = {"invitation": invitation, "tenant": invitation.tenant, "token": token, "ready": has_app()}
    if signup:
        shown = query.progress_of(signup, timezone.now())
        context |= {"progress": shown, "window": window(signup, "invited", token), "by_link": token}
    return open_to_the_window(render(request, "dashboard/onboarding/invited.html", frame(request, **context)))


@require_GET
@by_link
def steps(request: HttpRequest, token: str, invitation: SignupInvitation) -> HttpResponse:
    signup = _find(request, invitation)
    return _fragment(request, token, signup) if signup else HttpResponse(status=404)


@require_POST
@by_link
def session(request: HttpRequest, token: str, invitation: SignupInvitation) -> HttpResponse:
    signup = _find(request, invitation)
    if signup is None:
        return HttpResponse(status=404)
    return _take(
        request, token, signup, lambda caller: entry.take_session(signup, told(request), caller, timezone.now())
    )


@require_POST
@by_link
def code(request: HttpRequest, token: str, invitation: SignupInvitation) -> HttpResponse:
    signup = _find(request, invitation)
    if signup is None:
        return HttpResponse(status=404)
    return _take(request, token, signup, lambda caller: hand_over(request, signup, caller))


@require_POST
@by_link
def retry(request: HttpRequest, token: str, invitation: SignupInvitation, name: str) -> HttpResponse:
    signup = _find(request, invitation)
    if signup is not None:
        _try(request, signup, invitation, name)
    return redirect("invited", token)


def _try(request: HttpRequest, signup: Signup, invitation: SignupInvitation, name: str) -> None:
    """What is refused shows by itself: the step stays as it was."""
    try:
        entry.retry(signup, name, values_of(request), _caller(request, invitation), timezone.now())
    except NotAllowed:
        return


def _begin(request: HttpRequest, token: str, invitation: SignupInvitation) -> HttpResponse:
    """One connection a link: where one is done, its steps are shown instead."""
    browser, way = browser_of(request), request.POST.get("way")
    if way in WITH_WINDOW and invitation.used_at is None:
        caller = Caller(Signup.Source.INVITATION, None, browser, invitation)
        entry.begin(invitation.tenant, str(way), caller, timezone.now())
    return remember(redirect("invited", token), browser)


def _find(request: HttpRequest, invitation: SignupInvitation) -> Signup | None:
    """What this browser began by this link, the newest."""
    mine = _caller(request, invitation).browser_hash
    rows = invitation.signups.exclude(state__in=(Signup.State.CANCELLED, Signup.State.EXPIRED))
    return rows.filter(browser_hash=mine).first() if mine else None


def _caller(request: HttpRequest, invitation: SignupInvitation) -> Caller:
    return Caller(Signup.Source.INVITATION, None, request.COOKIES.get(COOKIE, ""), invitation)


def _take(request: HttpRequest, token: str, signup: Signup, act: Callable[[Caller], None]) -> HttpResponse:
    caller = Caller(Signup.Source.INVITATION, None, request.COOKIES.get(COOKIE, ""))
    try:
        act(caller)
    except NotAllowed as refused:
        return _fragment(request, token, signup, refused.sentence)
    return _fragment(request, token, signup)


def _fragment(request: HttpRequest, token: str, signup: Signup, refusal: str = "") -> HttpResponse:
    return fragment(request, signup, refusal, "invited", token)


def _private(answer: HttpResponse) -> HttpResponse:
    answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer["Cache-Control"] = "no-store, private"
    return answer
