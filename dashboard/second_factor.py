"""A company may demand a second factor of its people: who has none sets it up before anything else."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from tenants.middleware import TenantRequest
from tenants.sign_in import has_second_factor

SET_UP = "mfa_index"


class SecondFactorMiddleware:
    """Leads to the set-up from every page of the console and the admin; the pages of one's own access stay open."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: TenantRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponseBase | None:
        return redirect(SET_UP) if is_behind_it(request, view) and is_missing(request) else None


def is_behind_it(request: HttpRequest, view: Callable[..., Any]) -> bool:
    match = request.resolver_match
    return hasattr(view, "console_needs") or (match is not None and "admin" in match.app_names)


def is_missing(request: TenantRequest) -> bool:
    """Whether one of the person's companies demands a second factor (of platform staff: any company), and none is."""
    return demanded_by(request) != [] and not has_second_factor(request.user)


def demanded_by(request: TenantRequest) -> list[str]:
    """The names of the person's companies that demand it."""
    return [tenant.name for tenant in getattr(request, "tenants", []) if tenant.requires_second_factor]
