from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WhatsAppConfig(AppConfig):
    name = "whatsapp"
    verbose_name = _("WhatsApp")

    def ready(self) -> None:
        # They register themselves, and need the models.
        from whatsapp import (  # noqa: F401, PLC0415
            call_limits,
            erasing,
            exporting,
            health,
            joining,
            measures,
            parting,
            webhook_handlers,
        )
        from whatsapp.conversations import leaving  # noqa: F401, PLC0415
        from whatsapp.media import webhook_handlers as media_handlers  # noqa: F401, PLC0415
        from whatsapp.providers import calls, usage  # noqa: PLC0415

        usage.listen(call_limits.keep)
        calls.listen(measures.of_call)
