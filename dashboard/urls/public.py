"""Pages that everybody may read without signing in."""

from django.urls import path

from dashboard.views import public

urlpatterns = [
    path("privacidade/", public.privacy, name="privacy"),
    path("termos/", public.terms, name="terms"),
    path("suporte/", public.support, name="support"),
    path("exclusao-de-dados/", public.data_deletion, name="data_deletion"),
    path("exclusao-de-dados/<slug:code>/", public.data_deletion_status, name="data_deletion_status"),
]
