"""The console's pages that connect a number."""

from django.urls import path

from dashboard.views import onboarding

urlpatterns = [
    path("conexoes/conectar/", onboarding.start, name="connect"),
    path("conexoes/conectar/por-ids/", onboarding.by_hand, name="connect_by_hand"),
    path("conexoes/conectar/convidar/", onboarding.invite, name="connect_invite"),
    path("conexoes/conectar/convites/<int:link_id>/revogar/", onboarding.revoke, name="connect_revoke"),
    path("conexoes/conectar/<uuid:signup_id>/", onboarding.detail, name="signup"),
    path("conexoes/conectar/<uuid:signup_id>/passos/", onboarding.steps, name="signup_steps"),
    path("conexoes/conectar/<uuid:signup_id>/janela/", onboarding.session, name="signup_session"),
    path("conexoes/conectar/<uuid:signup_id>/codigo/", onboarding.code, name="signup_code"),
    path("conexoes/conectar/<uuid:signup_id>/passos/<slug:name>/", onboarding.retry, name="signup_retry"),
    path("conexoes/conectar/<uuid:signup_id>/desistir/", onboarding.give_up, name="signup_give_up"),
]
