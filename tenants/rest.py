"""What every REST view shares: the key that says whose it is, one error form, one way to page."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, pagination, permissions, status
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.models import Tenant, TenantApiKey

API_KEY_HEADER = "HTTP_X_API_KEY"


class ApiKeyUser:
    """The caller behind a key: no person, one tenant."""

    is_authenticated = True
    is_superuser = False
    pk = None

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant


class ApiKeyAuthentication(BaseAuthentication):
    """``X-API-Key``: sets ``request.user.tenant``; a wrong, revoked or expired key is 401."""

    def authenticate(self, request: Request) -> tuple[ApiKeyUser, TenantApiKey] | None:
        key = request.META.get(API_KEY_HEADER)
        if not key:
            return None
        try:
            row = TenantApiKey.objects.select_related("tenant").get(prefix=key.partition(".")[0], revoked=False)
        except (TenantApiKey.DoesNotExist, TenantApiKey.MultipleObjectsReturned):
            raise exceptions.AuthenticationFailed(_("This API key is not valid.")) from None
        if not row.is_valid(key) or row.has_expired or row.tenant.state == Tenant.State.CLOSED:
            raise exceptions.AuthenticationFailed(_("This API key is not valid."))
        return ApiKeyUser(row.tenant), row

    def authenticate_header(self, _request: Request) -> str:
        return "X-API-Key"


class HasTenant(permissions.BasePermission):
    """Only callers whose key names a tenant."""

    def has_permission(self, request: Request, _view: Any) -> bool:
        return isinstance(request.user, ApiKeyUser)


class CursorPages(pagination.CursorPagination):
    """``limit`` (100, at most 200), ``next`` and ``previous`` as URLs, ``results``."""

    page_size = 100
    max_page_size = 200
    page_size_query_param = "limit"
    ordering = ("-created_at", "-id")


def error_body(code: str, message: str, fields: dict[str, str] | None = None) -> dict[str, Any]:
    """The one form of an error: ``{"error": {"code", "message", "fields"}}``."""
    return {"error": {"code": code, "message": message, "fields": fields or {}}}


def answer_error(error: Exception, _context: Any) -> Response | None:
    """DRF's exception handler: every API error leaves in one form."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    headers = {}
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header
    return Response(_body_of(error), status=error.status_code, headers=headers)


def _body_of(error: exceptions.APIException) -> dict[str, Any]:
    if error.status_code != status.HTTP_400_BAD_REQUEST:
        return error_body(str(error.get_codes()), str(error.detail))
    fields = flatten(error.detail) or {"body": str(error.detail)}
    return error_body("invalid", "; ".join(f"{name}: {text}" for name, text in fields.items()), fields)


def flatten(detail: Any, prefix: str = "") -> dict[str, str]:
    """DRF's nested error detail as ``{"customer.phone": "sentence"}``."""
    if isinstance(detail, dict):
        flat: dict[str, str] = {}
        for name, value in detail.items():
            flat |= flatten(value, f"{prefix}.{name}" if prefix else str(name))
        return flat
    if isinstance(detail, list) and any(isinstance(item, dict) for item in detail):
        flat = {}
        for index, value in enumerate(detail):
            flat |= flatten(value, f"{prefix}.{index}")
        return flat
    text = " ".join(str(item) for item in detail) if isinstance(detail, list) else str(detail)
    return {prefix or "body": text}
