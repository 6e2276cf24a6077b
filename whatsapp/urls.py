from django.urls import path

from whatsapp.callbacks import DataDeletionCallback, Deauthorize
from whatsapp.views import MetaWebhook

urlpatterns = [
    path("api/whatsapp/meta/webhook", MetaWebhook.as_view(), name="meta-webhook"),
    path("api/meta/deauthorize", Deauthorize.as_view(), name="deauthorize"),
    path("api/meta/data-deletion", DataDeletionCallback.as_view(), name="data-deletion"),
]
