"""The console's pages of settings; people, who are their neighbours, stand in dashboard.urls."""

from django.urls import path

from dashboard.views import api_keys, canned_answers, settings, texts
from notifications.texts import DEFAULTS

urlpatterns = [
    path("configuracoes/", settings.sending, name="settings"),
    path("configuracoes/horarios/", settings.hours, name="settings_hours"),
    path("configuracoes/limites/", settings.limits, name="settings_limits"),
    path("configuracoes/conversas/", settings.desk, name="settings_desk"),
    path("configuracoes/empresa/", settings.company, name="settings_company"),
    path("configuracoes/parada/", settings.stop, name="settings_stop"),
    path("configuracoes/parada/encerrar/", settings.resume, name="settings_resume"),
    path("configuracoes/textos/", texts.text_list, name="texts"),
    path("configuracoes/textos/previa/", texts.preview, name="text_preview"),
    *(path(f"configuracoes/textos/{key}/", texts.text, {"key": key}, name=f"text_{key}") for key in DEFAULTS),
    path("configuracoes/respostas/", canned_answers.answer_list, name="answers"),
    path("configuracoes/respostas/<int:answer_id>/", canned_answers.answer, name="answer"),
    path("configuracoes/respostas/<int:answer_id>/remover/", canned_answers.remove, name="answer_remove"),
    path("configuracoes/chaves/", api_keys.key_list, name="api_keys"),
    path("configuracoes/chaves/nova/", api_keys.create, name="api_key_create"),
    path("configuracoes/chaves/revogar/", api_keys.revoke, name="api_key_revoke"),
]
