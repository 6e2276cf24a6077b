from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TemplatesMgmtConfig(AppConfig):
    name = "templates_mgmt"
    verbose_name = _("Templates")

    def ready(self) -> None:
        from templates_mgmt import webhook_handlers  # noqa: F401, PLC0415 - registers its handlers
