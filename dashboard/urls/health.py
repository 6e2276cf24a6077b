"""The console's pages about health and alerts."""

from django.urls import path

from dashboard.views import health

urlpatterns = [
    path("saude/", health.health_page, name="health"),
    path("saude/plataforma/", health.platform_page, name="health_platform"),
    path("saude/alertas/", health.alert_list, name="alerts"),
    path("saude/alertas/<int:alert_id>/visto/", health.acknowledge, name="alert_acknowledge"),
    path("saude/alertas/<int:alert_id>/resolver/", health.solve, name="alert_solve"),
    path("saude/ajuda/", health.runbook, name="runbook"),
]
