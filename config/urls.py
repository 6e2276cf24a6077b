"""Every door into Recado. Names and paths of the contract are kept here exactly."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config.health import healthz, readyz
from dashboard.browser import with_own_styles
from notifications.metrics import metrics

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", with_own_styles(SpectacularSwaggerSplitView.as_view(url_name="schema")), name="docs"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("whatsapp.urls")),
    path("", include("templates_mgmt.urls")),
    path("", include("notifications.urls")),
    path("", include("dashboard.urls.account")),
    path("", include("dashboard.urls.public")),
    path("", include("dashboard.urls.invited")),
    path("", include("dashboard.urls")),
]

handler400 = "dashboard.views.errors.bad_request"
handler403 = "dashboard.views.errors.forbidden"
handler404 = "dashboard.views.errors.not_found"
handler500 = "dashboard.views.errors.server_error"
