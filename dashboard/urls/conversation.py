"""The addresses of Conversations: its pages and acts, and, beneath, those of the thread."""

from django.urls import path

from dashboard.urls import thread
from dashboard.views import conversation_acts, conversations

ACTS = {"assumir": "take", "devolver": "hand_back", "encerrar": "close", "reabrir": "reopen", "esperar": "wait"}

urlpatterns = [
    path("conversas/", conversations.conversation_list, name="conversations"),
    path("conversas/novidades/", conversations.list_news, name="conversations_news"),
    path("conversas/ir/", conversations.jump, name="jump"),
    path("conversas/de/<int:contact_id>/", conversations.of_contact, name="conversation_of"),
    path("conversas/<int:conversation_id>/", conversations.conversation, name="conversation"),
    path("conversas/<int:conversation_id>/painel/", conversations.panel, name="conversation_panel"),
    *(
        path(f"conversas/<int:conversation_id>/{word}/", conversation_acts.act, {"name": name}, f"conversation_{name}")
        for word, name in ACTS.items()
    ),
    path("conversas/<int:conversation_id>/atribuir/", conversation_acts.assign, name="conversation_assign"),
    path("conversas/<int:conversation_id>/lida/", conversation_acts.read, name="conversation_read"),
    path("conversas/<int:conversation_id>/nota/", conversation_acts.note, name="conversation_note"),
    path("conversas/<int:conversation_id>/etiquetas/", conversation_acts.label, name="conversation_label"),
    *thread.urlpatterns,
]
