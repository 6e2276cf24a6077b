from functools import partial

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TemplatesMgmtConfig(AppConfig):
    name = "templates_mgmt"
    verbose_name = _("Templates")

    def ready(self) -> None:
        from templates_mgmt import header_files, webhook_handlers  # noqa: F401, PLC0415 - registers its handlers
        from whatsapp.media import cleaning  # noqa: PLC0415

        folder = header_files.FOLDER
        cleaning.SWEPT[folder] = partial(cleaning.of_no_row, folder, header_files.HeaderFile.objects.all())
