"""What every REST view shares: the key that says whose it is, one error form, one way to page."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, pagination, parsers, permissions, status
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from tenants import acting
from tenants.models import Tenant, TenantApiKey

API_KEY_HEADER = "HTTP_X_API_KEY"
BODY_LIMIT = 1024 * 1024  # bytes


class ApiKeyUser:
    """The caller behind a key: no person, one tenant."""

    is_authenticated = True
    is_superuser = False
    pk = None

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant


class ApiKeyAuthentication(BaseAuthentication):
    """``X-API-Key``: sets ``request.user.tenant``; a wrong, revoked or expired key is 401. One indexed query."""

    def authenticate(self, request: Request) -> tuple[ApiKeyUser, TenantApiKey] | None:
        key = request.META.get(API_KEY_HEADER)
        if not key:
            return None
        row = self._find(key)
        if row is None or not row.is_valid(key) or row.has_expired or row.tenant.state == Tenant.State.CLOSED:
            raise exceptions.AuthenticationFailed(_("This API key is not valid."))
        acting.name(acting.Actor(f"API: {row.name} ({row.prefix})"))
        return ApiKeyUser(row.tenant), row

    def _find(self, key: str) -> TenantApiKey | None:
        if not (key.isascii() and key.isprintable()):
            return None
        keys = TenantApiKey.objects.select_related("tenant")
        return keys.filter(prefix=key.partition(".")[0], revoked=False).first()

    def authenticate_header(self, _request: Request) -> str:
        return "X-API-Key"


class HasTenant(permissions.BasePermission):
    """Only callers whose key names a tenant."""

    def has_permission(self, request: Request, _view: Any) -> bool:
        return isinstance(request.user, ApiKeyUser)


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class Conflict(exceptions.APIException):
    """409: the request is well formed, but the row's state (or an earlier request) does not allow it."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class TooMany(exceptions.APIException):
    """429: the same again too soon; ``wait`` (seconds) is told in Retry-After."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS
    default_code = "too_many"

    def __init__(self, detail: str, wait: int) -> None:
        super().__init__(detail)
        self.wait = wait


class ProviderFailed(exceptions.APIException):
    """502: the provider refused, or did not answer; nothing of the request is kept."""

    status_code = status.HTTP_502_BAD_GATEWAY
    default_code = "provider_error"


class JsonParser(parsers.JSONParser):
    """JSON of a sensible size; nesting that Python cannot follow is the caller's mistake, not ours."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        if int(parser_context["request"].META.get("CONTENT_LENGTH") or 0) > BODY_LIMIT:
            raise TooLarge(_("The body is larger than %(limit)d bytes.") % {"limit": BODY_LIMIT})
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise exceptions.ParseError(_("The JSON is nested too deeply.")) from None


class CursorPages(pagination.CursorPagination):
    """``limit`` (100, at most 200), ``next`` and ``previous`` as URLs, ``results``."""

    page_size = 100
    max_page_size = 200
    offset_cutoff = 1_000_000  # rows of one moment: the cursor counts on among them, and Meta's times are whole seconds
    page_size_query_param = "limit"
    ordering = ("-created_at", "-id")

    def get_ordering(self, request: Request, queryset: QuerySet, view: Any) -> tuple[str, ...]:
        return getattr(view, "page_order", self.ordering)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValidationError, ValueError, DataError, exceptions.NotFound):
            raise exceptions.ValidationError({"cursor": _("This cursor is not one of ours.")}) from None

    def get_page_size(self, request: Request) -> int:
        asked = request.query_params.get(self.page_size_query_param, str(self.page_size))
        if not (asked.isascii() and asked.isdigit() and asked.strip("0")):
            raise exceptions.ValidationError({"limit": _("Use a whole number from 1 to 200.")})
        return int(asked) if len(asked) <= len(str(self.max_page_size)) and int(asked) <= 200 else self.max_page_size


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
    scheme = getattr(error, "auth_header", None)
    headers = {"WWW-Authenticate": scheme} if scheme else {}
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(error.wait)
    return Response(_body_of(error), status=error.status_code, headers=headers)


def _body_of(error: exceptions.APIException) -> dict[str, Any]:
    if error.status_code != status.HTTP_400_BAD_REQUEST:
        return error_body(str(error.get_codes()), str(error.detail))
    fields = flatten(error.detail)
    return error_body("invalid", "; ".join(f"{name}: {text}" for name, text in fields.items()), fields)


def flatten(detail: Any, path: str = "") -> dict[str, str]:
    """DRF's nested error detail as ``{"customer.phone": "sentence"}``; what is wrong as a whole is ``body``."""
    if isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        detail = dict(enumerate(detail))
    if not isinstance(detail, dict):
        text = " ".join(map(str, detail)) if isinstance(detail, list) else str(detail)
        return {path or "body": text}
    flat: dict[str, str] = {}
    for name, value in detail.items():
        inner = path if name == "non_field_errors" else f"{path}.{name}" if path else str(name)
        flat |= flatten(value, inner)
    return flat
