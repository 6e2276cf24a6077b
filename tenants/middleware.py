"""Puts the tenant a person works for on the request, with its time zone and language."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.contrib.auth.models import User
from django.db.models import F
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from tenants.acting import NOBODY, Actor, acting
from tenants.models import Member, Tenant
from tenants.sessions import find_arrival

SESSION_KEY = "tenant_id"


class TenantRequest(HttpRequest):
    """What the middleware adds. ``tenant`` and ``role`` are None for whoever belongs to no company."""

    tenants: list[Tenant]
    tenant: Tenant | None
    role: str | None


def tenants_of(request: HttpRequest) -> list[Tenant]:
    """The tenants that the signed-in person may work for: all for platform staff, else those of its memberships.

    Each of the latter with the person's ``role``.
    """
    user = request.user
    if not user.is_authenticated:
        return []
    rows = Tenant.objects.exclude(state=Tenant.State.CLOSED)
    if user.is_superuser:
        return list(rows)
    if (arrival := find_arrival(request.session)) and arrival.person.pk == user.pk:
        return arrival.tenants
    return list(rows.filter(memberships__user=user).annotate(role=F("memberships__role")))


class PersonMiddleware(AuthenticationMiddleware):
    """Django's, where the session's own statement did not bring the person already."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _person(request))  # type: ignore[assignment]


def _person(request: Any) -> Any:
    if not hasattr(request, "_cached_user") and (arrival := find_arrival(request.session)):
        request._cached_user = arrival.person
    return get_user(request)


class TenantMiddleware:
    """Sets ``request.tenants``, ``request.tenant`` and ``request.role`` (Member.Role).

    Platform staff act as owner of whatever tenant they look at.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: TenantRequest) -> HttpResponseBase:
        if request.path.startswith("/api/"):  # keys, secrets and signatures speak there, not sessions
            with acting(NOBODY):  # until tenants.rest knows the key
                return self.get_response(request)
        with acting(Actor.of(request.user)):
            return self._for_a_person(request)

    def _for_a_person(self, request: TenantRequest) -> HttpResponseBase:
        request.tenants = tenants_of(request)
        request.tenant = _current(request)
        request.role = _role(request)
        if request.tenant is None:
            return self.get_response(request)
        with timezone.override(request.tenant.zone), translation.override(_language(request, request.tenant)):
            response = self.get_response(request)
            return response.render() if isinstance(response, SimpleTemplateResponse) else response


def _current(request: TenantRequest) -> Tenant | None:
    if not request.tenants:
        return None
    chosen = request.session.get(SESSION_KEY)
    return next((tenant for tenant in request.tenants if str(tenant.pk) == chosen), request.tenants[0])


def _role(request: TenantRequest) -> str | None:
    if request.tenant is None:
        return None
    user = cast(User, request.user)
    if user.is_superuser:
        return Member.Role.OWNER
    return str(request.tenant.role)  # type: ignore[attr-defined]


def _language(request: HttpRequest, tenant: Tenant) -> str:
    chosen = request.COOKIES.get("django_language", "")
    return chosen if chosen in {"pt-br", "en"} else tenant.language
