"""The base that every row of a tenant inherits, and the two questions a queryset answers about whose rows they are."""

from typing import Any, Self

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class TenantQuerySet(models.QuerySet):
    """Rows that belong to tenants."""

    def for_tenant(self, tenant: Any) -> Self:
        """Only the rows of ``tenant`` (a Tenant or its id)."""
        return self.filter(tenant=tenant)

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """All rows for platform staff (superusers), else only those of the tenants where ``user`` is a member."""
        if getattr(user, "is_superuser", False):
            return self
        return self.filter(tenant__memberships__user_id=user.pk)


class TenantScopedModel(models.Model):
    """A row that belongs to exactly one tenant."""

    tenant = models.ForeignKey("tenants.Tenant", models.CASCADE, verbose_name=_("company"), related_name="+")

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
