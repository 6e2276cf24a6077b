"""One connection: how it stands, what is expected and found, and what a person may do to it."""

from collections.abc import Callable

from django.contrib import messages as results
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from dashboard import access
from dashboard.access import ConsoleRequest, console
from dashboard.forms.connections import NumberForm, TokenForm
from dashboard.navigation import frame
from dashboard.queries import connection as query
from tenants import connections, roles
from tenants.models import PhoneNumber
from whatsapp import comparison, health, lifecycle, renumbering


@require_GET
@console()
def connection_detail(request: ConsoleRequest, number_id: int) -> HttpResponse:
    return _page(request, access.get_number(request, number_id))


@require_POST
@console(roles.MANAGE)
def check(request: ConsoleRequest, number_id: int) -> HttpResponse:
    """Asks Meta now for the number's health and for what it is set to."""
    number, now = access.get_number(request, number_id), timezone.now()
    health.check(number, now)
    wrong = comparison.differences(comparison.check(number, now))
    if wrong:
        results.warning(request, _("Asked Meta now. Something is not as it should be: see below."))
    else:
        results.success(request, _("Asked Meta now. Nothing differs from what is expected."))
    return redirect("connection", number_id)


@require_POST
@console(roles.MANAGE)
def mend(request: ConsoleRequest, number_id: int) -> HttpResponse:
    number, now = access.get_number(request, number_id), timezone.now()
    told = _("Done. Meta was asked again, and the list below is new.")

    def act() -> None:
        comparison.mend(number, request.POST.get("fact", ""), actor=request.user, now=now)

    return _try(request, number, told, act)


@require_POST
@console(roles.MANAGE)
def reconnect(request: ConsoleRequest, number_id: int) -> HttpResponse:
    number = access.get_number(request, number_id)
    told = _("Connected again. Messages that waited go out now.")
    return _try(request, number, told, lambda: lifecycle.reconnect(number, actor=request.user, now=timezone.now()))


@require_POST
@console(roles.MANAGE)
def disconnect(request: ConsoleRequest, number_id: int) -> HttpResponse:
    number, reason = access.get_number(request, number_id), request.POST.get("reason", "").strip()[:200]
    told = _("Disconnected. Nothing leaves through this number; what waits is kept.")

    def act() -> None:
        lifecycle.disconnect(number, reason=reason, actor=request.user, now=timezone.now())

    return _try(request, number, told, act)


@sensitive_post_parameters("access_token")
@require_POST
@console(roles.MANAGE)
def rotate_token(request: ConsoleRequest, number_id: int) -> HttpResponse:
    """The secret is read from the form and shown nowhere again, in an error neither."""
    number, form = access.get_number(request, number_id), TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, number, token=form)
    token = form.cleaned_data["access_token"]
    told = _("The new token passed its test and took the old one's place.")
    now = timezone.now()
    return _try(request, number, told, lambda: lifecycle.rotate_token(number, token, actor=request.user, now=now))


@require_POST
@console(roles.MANAGE)
def change_number(request: ConsoleRequest, number_id: int) -> HttpResponse:
    """Another number takes this one's place, and its page follows."""
    number = access.get_number(request, number_id)
    form = NumberForm(number, request.POST)
    if not form.is_valid():
        return _page(request, number, change=form)
    try:
        new = renumbering.change(number, **form.cleaned_data, actor=request.user, now=timezone.now())
    except lifecycle.LifeRefused as refused:
        results.error(request, str(refused))
        return redirect("connection", number.pk)
    told = _("%(new)s took the place of %(old)s. Conversations go on, and what waited goes by the new number.")
    results.success(request, told % {"new": new.display_phone_number, "old": number.display_phone_number})
    return redirect("connection", new.pk)


def _try(request: ConsoleRequest, number: PhoneNumber, told: str, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except (connections.MoveRefused, comparison.MendRefused, lifecycle.LifeRefused) as refused:
        results.error(request, str(refused))
    else:
        results.success(request, told)
    return redirect("connection", number.pk)


def _page(
    request: ConsoleRequest, number: PhoneNumber, *, token: TokenForm | None = None, change: NumberForm | None = None
) -> HttpResponse:
    context = {
        "page": query.page(number, timezone.now()),
        "form": token or TokenForm(),
        "change_form": change or NumberForm(number),
        "may_manage": roles.may(request.role, roles.MANAGE),
    }
    return render(request, "dashboard/connections/detail.html", frame(request, title=_("Connection"), **context))
