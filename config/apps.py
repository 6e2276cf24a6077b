from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecadoConfig(AppConfig):
    name = "config"
    label = "config"
    verbose_name = _("Recado")
