"""Addresses within one conversation: its messages, what is new, and what a person sends."""

from django.urls import path

from dashboard.views import media, thread, thread_acts, thread_templates

ROOT = "conversas/<int:conversation_id>/"

urlpatterns = [
    path("midia/enviada/<int:upload_id>/", media.given_file, name="given_file"),
    path(f"{ROOT}anteriores/", thread.older, name="conversation_older"),
    path(f"{ROOT}novidades/", thread.news, name="conversation_news"),
    path(f"{ROOT}respostas/", thread.canned_answers, name="conversation_answers"),
    path(f"{ROOT}enviar/", thread_acts.send_text, name="conversation_send"),
    path(f"{ROOT}arquivo/", thread_acts.send_file, name="conversation_file"),
    path(f"{ROOT}sinal/", thread_acts.sign, name="conversation_sign"),
    path(f"{ROOT}tentar/<uuid:job_id>/", thread_acts.retry, name="conversation_retry"),
    path(f"{ROOT}modelos/", thread_templates.template_list, name="conversation_templates"),
    path(f"{ROOT}modelos/<int:template_id>/", thread_templates.template, name="conversation_template"),
]
