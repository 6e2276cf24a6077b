from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TenantsConfig(AppConfig):
    name = "tenants"
    verbose_name = _("Companies")

    def ready(self) -> None:
        from tenants import adapters, lookups, rest_schema  # noqa: F401, PLC0415 - they register themselves
