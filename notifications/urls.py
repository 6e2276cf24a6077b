from django.urls import URLPattern, URLResolver, include, path

from notifications import cron, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("notifications.api.urls")),
    path("voucher/<str:public_id>", views.voucher_page, name="voucher"),
    path("voucher/<str:public_id>/", views.voucher_page),
    path("voucher/<str:public_id>/agenda.ics", views.voucher_calendar, name="voucher_calendar"),
    path("api/cron/whatsapp-reminders", cron.send_reminders, name="cron_reminders"),
    path("api/internal/notifications/whatsapp/process", cron.process, name="process"),
]
