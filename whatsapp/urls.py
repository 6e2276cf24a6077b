from django.urls import path

from whatsapp.views import MetaWebhook

urlpatterns = [path("api/whatsapp/meta/webhook", MetaWebhook.as_view(), name="meta-webhook")]
