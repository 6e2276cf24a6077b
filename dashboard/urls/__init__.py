"""The console's pages. Words of the address are the operator's; names are the code's."""

from django.urls import path
from django.views.generic import RedirectView

from dashboard.urls import (
    appointment,
    connection,
    contact,
    conversation,
    event,
    health,
    mapping,
    message,
    onboarding,
    people,
    readiness,
    settings,
    template,
)
from dashboard.views import analytics, audit, help, media, session

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="messages"), name="home"),
    path("empresa/", session.switch_tenant, name="switch_tenant"),
    *message.urlpatterns,
    *conversation.urlpatterns,
    *appointment.urlpatterns,
    *contact.urlpatterns,
    path("analises/", analytics.analytics, name="analytics"),
    path("analises/exportar/", analytics.analytics_export, name="analytics_export"),
    *event.urlpatterns,
    *settings.urlpatterns,
    *people.urlpatterns,
    *template.urlpatterns,
    *mapping.urlpatterns,
    path("ajuda/", help.help_page, name="help"),
    *health.urlpatterns,
    path("auditoria/", audit.audit_list, name="audit"),
    path("auditoria/exportar/", audit.audit_export, name="audit_export"),
    path("midia/<int:media_id>/", media.media_file, name="media_file"),
    path("midia/<int:media_id>/miniatura/", media.media_thumbnail, name="media_thumbnail"),
    *onboarding.urlpatterns,
    *connection.urlpatterns,
    *readiness.urlpatterns,
]
