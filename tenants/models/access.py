"""Keys with which a tenant's systems call the REST API."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework_api_key.models import AbstractAPIKey, BaseAPIKeyManager

from tenants.models.tenant import Tenant
from tenants.scoping import TenantQuerySet, TenantScopedModel


class ApiKeyManager(BaseAPIKeyManager.from_queryset(TenantQuerySet)):  # type: ignore[misc]
    """Usable keys and the questions of scoping; the library hashes and compares."""


class TenantApiKey(TenantScopedModel, AbstractAPIKey):
    """A hashed API key of one tenant; the key itself is shown once, when it is made."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="api_keys", verbose_name=_("company"))

    objects: ClassVar[ApiKeyManager] = ApiKeyManager()

    class Meta(AbstractAPIKey.Meta):
        verbose_name = _("API key")  # type: ignore[assignment]
        verbose_name_plural = _("API keys")  # type: ignore[assignment]
