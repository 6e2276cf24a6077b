"""The base that every row of a tenant inherits, and the question a queryset answers about whose rows they are."""

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _


class TenantQuerySet(models.QuerySet):
    """Rows that belong to tenants."""

    def for_tenant(self, tenant: Any) -> Self:
        """Only the rows of ``tenant`` (a Tenant or its id)."""
        return self.filter(tenant=tenant)

    def newest_of(self, tenant: Any) -> Self:
        """As ``for_tenant``, new to old by id, for lists of long tables that have an index of (tenant, -id).

        A range from the company to itself leaves PostgreSQL only an index that begins with it. For equality it may
        walk the primary key through what all others received since: for a company that went quiet, to the first row.
        """
        return self.filter(tenant__gte=tenant, tenant__lte=tenant).order_by("tenant_id", "-pk")


def tenant_key(**options: Any) -> models.ForeignKey:
    """Whose a row is. ``db_index=False`` for tables where an index of several columns begins with it."""
    return models.ForeignKey("tenants.Tenant", models.CASCADE, verbose_name=_("company"), related_name="+", **options)


class TenantScopedModel(models.Model):
    """A row that belongs to exactly one tenant."""

    tenant = tenant_key()

    objects = TenantQuerySet.as_manager()

    class Meta:
        abstract = True


class TenantOrPlatformModel(models.Model):
    """A row that belongs to one tenant, or, without one, to the platform alone (its team sees it, no tenant does)."""

    tenant = models.ForeignKey(
        "tenants.Tenant", models.CASCADE, null=True, blank=True, verbose_name=_("company"), related_name="+"
    )

    objects = TenantQuerySet.as_manager()

    class Meta:
        abstract = True
