"""Every route of ``/api/v1/``."""

from typing import Any

from django.urls import URLPattern, URLResolver, include, path, re_path, register_converter
from django.urls.converters import StringConverter
from rest_framework.routers import SimpleRouter

from notifications.api.analytics import AnalyticsViewSet
from notifications.api.appointments import ADDRESSABLE, AppointmentViewSet
from notifications.api.codes import CodeViewSet
from notifications.api.contacts import ContactViewSet, OptOutViewSet
from notifications.api.jobs import JobViewSet
from notifications.api.leads import LeadViewSet
from notifications.api.messages import MessageViewSet
from notifications.api.missing import MissingView
from notifications.api.readiness import ReadinessViewSet
from notifications.api.templates import SendableTemplateViewSet
from notifications.api.tickets import TicketViewSet
from tenants.api import AlertViewSet
from whatsapp.api import WebhookEventViewSet
from whatsapp.connections_api import ConnectionViewSet
from whatsapp.conversations.api import ConversationViewSet
from whatsapp.media.api import MediaViewSet
from whatsapp.onboarding.api import OnboardingViewSet
from whatsapp.uploads_api import UploadViewSet


class ExternalIdConverter(StringConverter):
    """What a tenant's own id may hold."""

    regex = ADDRESSABLE


register_converter(ExternalIdConverter, "external_id")

# resource -> view set, and the converter of what addresses a row
RESOURCES: dict[str, tuple[type[Any], str]] = {
    "appointments": (AppointmentViewSet, "external_id"),
    "jobs": (JobViewSet, "uuid"),
    "codes": (CodeViewSet, "uuid"),
    "messages": (MessageViewSet, "int"),
    "media": (MediaViewSet, "int"),
    "uploads": (UploadViewSet, "int"),
    "conversations": (ConversationViewSet, "int"),
    "contacts": (ContactViewSet, "int"),
    "leads": (LeadViewSet, "int"),
    "tickets": (TicketViewSet, "int"),
    "optouts": (OptOutViewSet, "int"),
    "connections": (ConnectionViewSet, "int"),
    "onboarding": (OnboardingViewSet, "uuid"),
    "templates": (SendableTemplateViewSet, "int"),
    "webhook-events": (WebhookEventViewSet, "int"),
    "alerts": (AlertViewSet, "int"),
    "analytics": (AnalyticsViewSet, "int"),
    "readiness": (ReadinessViewSet, "int"),
}

router = SimpleRouter(use_regex_path=False)
for name, (view, converter) in RESOURCES.items():
    view.lookup_value_converter = converter
    router.register(name, view, basename=f"api-{name}")

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include(router.urls)),
    re_path(r"^api/v1/(?:.*/)?$", MissingView.as_view()),
]
