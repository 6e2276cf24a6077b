"""Readiness of a company and of the platform."""

from django.urls import path

from dashboard.views import readiness

urlpatterns = [
    path("prontidao/", readiness.readiness, name="readiness"),
    path("prontidao/confirmar/", readiness.confirm, name="readiness_confirm"),
    path("prontidao/retirar/", readiness.withdraw, name="readiness_withdraw"),
    path("prontidao/liberar/", readiness.override, name="readiness_override"),
    path("prontidao/plataforma/", readiness.platform_readiness, name="readiness_platform"),
    path("prontidao/plataforma/marcar/", readiness.platform_tick, name="readiness_platform_tick"),
    path("prontidao/plataforma/permissoes/", readiness.app_review, name="app_review"),
    path("prontidao/plataforma/permissoes/marcar/", readiness.app_review_tick, name="app_review_tick"),
]
