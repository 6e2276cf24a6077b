"""Puts the tenant a person works for on the request, with its time zone and language."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from tenants.models import Member, Tenant

SESSION_KEY = "tenant_id"


def tenants_of(request: HttpRequest) -> list[Tenant]:
    """The tenants that the signed-in person may work for: all for platform staff, else those of its memberships."""
    user = request.user
    if not user.is_authenticated:
        return []
    rows = Tenant.objects.exclude(state=Tenant.State.CLOSED)
    return list(rows if user.is_superuser else rows.filter(memberships__user=user))


class TenantMiddleware:
    """Sets ``request.tenants``, ``request.tenant`` (None without any) and ``request.role`` (Member.Role or None).

    Platform staff act as owner of whatever tenant they look at.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/"):  # keys, secrets and signatures speak there, not sessions
            return self.get_response(request)
        request.tenants = tenants_of(request)
        request.tenant = self._current(request)
        request.role = self._role(request)
        if request.tenant is None:
            return self.get_response(request)
        with timezone.override(request.tenant.zone), translation.override(self._language(request)):
            response = self.get_response(request)
            if hasattr(response, "render") and not response.is_rendered:
                response.render()
        return response

    def _current(self, request: HttpRequest) -> Tenant | None:
        if not request.tenants:
            return None
        chosen = request.session.get(SESSION_KEY)
        return next((tenant for tenant in request.tenants if str(tenant.pk) == chosen), request.tenants[0])

    def _role(self, request: HttpRequest) -> str | None:
        if request.tenant is None:
            return None
        if request.user.is_superuser:
            return Member.Role.OWNER
        return Member.objects.values_list("role", flat=True).get(tenant=request.tenant, user=request.user)

    def _language(self, request: HttpRequest) -> str:
        chosen = request.COOKIES.get("django_language")
        return chosen if chosen in {"pt-br", "en"} else request.tenant.language
