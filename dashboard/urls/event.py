"""The console's pages about webhook events."""

from django.urls import path

from dashboard.views import events

urlpatterns = [
    path("eventos/", events.event_list, name="events"),
    path("eventos/processar/", events.events_replay, name="events_replay"),
    path("eventos/<int:event_id>/", events.event_detail, name="event"),
    path("eventos/<int:event_id>/processar/", events.event_replay, name="event_replay"),
    path("eventos/<int:event_id>/atribuir/", events.event_release, name="event_release"),
]
