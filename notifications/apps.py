from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Messages")

    def ready(self) -> None:
        from notifications import (  # noqa: F401, PLC0415 - once models are there
            codes,
            erasing,
            exporting,
            kinds,
            parting,
            renumbered,
            webhook_handlers,
        )
        from notifications.readiness import checklist  # noqa: F401, PLC0415 - guards the mode, once models are there
