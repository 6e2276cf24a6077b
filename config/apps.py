from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class RecadoConfig(AppConfig):
    name = "config"
    label = "config"
    verbose_name = _("Recado")

    def ready(self) -> None:
        from config import checks  # noqa: F401, PLC0415 - registers them; models exist only now


class RecadoAdminConfig(AdminConfig):
    default_site = "dashboard.admin_site.RecadoAdminSite"
