"""The base of every REST resource: one tenant's rows."""

from typing import Any, ClassVar, cast

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers, viewsets
from rest_framework.request import Request

from tenants.models import Tenant
from tenants.rest import ApiKeyUser


class TenantViewSet(viewsets.GenericViewSet):
    """Rows of the key's tenant alone; times are spoken in the tenant's zone.

    ``query_class`` is the serializer of a list's query string; ``narrow`` applies what it found.
    """

    query_class: ClassVar[type[serializers.Serializer] | None] = None

    @property
    def tenant(self) -> Tenant:
        return cast(ApiKeyUser, self.request.user).tenant

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        with timezone.override(None):  # restores what was active, whatever initial() activates
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        timezone.activate(self.tenant.zone)

    def get_queryset(self) -> QuerySet:
        rows: Any = super().get_queryset()
        return rows.none() if getattr(self, "swagger_fake_view", False) else rows.for_tenant(self.tenant)

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        if self.action != "list" or self.query_class is None:
            return queryset
        return self.narrow(queryset, **self.read(self.query_class, self.request.query_params))

    def narrow(self, queryset: QuerySet, **query: Any) -> QuerySet:
        """The list's rows that the query string asks for; ``query`` has the sources of ``query_class``'s fields."""
        return queryset.filter(**query)

    def read(self, reader: type[serializers.Serializer], data: Any, **options: Any) -> dict[str, Any]:
        """``data`` as ``reader`` understands it; 400 naming each wrong field."""
        body = reader(data=data, context=self.get_serializer_context(), **options)
        body.is_valid(raise_exception=True)
        return body.validated_data
