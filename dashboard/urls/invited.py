"""The pages of whoever holds a link to connect: no account, no console."""

from django.urls import path

from dashboard.views import invited

urlpatterns = [
    path("conectar/<str:token>/", invited.welcome, name="invited"),
    path("conectar/<str:token>/passos/", invited.steps, name="invited_steps"),
    path("conectar/<str:token>/janela/", invited.session, name="invited_session"),
    path("conectar/<str:token>/codigo/", invited.code, name="invited_code"),
    path("conectar/<str:token>/passos/<slug:name>/", invited.retry, name="invited_retry"),
]
