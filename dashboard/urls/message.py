"""Messages: the queue and what became of each."""

from django.urls import path

from dashboard.views import message_acts, message_filters, messages, why

ACTS = {"enviar": "send_now", "tentar": "retry", "descartar": "discard", "falhou": "mark_failed"}

urlpatterns = [
    path("mensagens/", messages.message_list, name="messages"),
    path("mensagens/novidades/", messages.message_news, name="messages_news"),
    path("mensagens/recebidas/", messages.received_list, name="received"),
    path("mensagens/em-lote/", message_acts.bulk, name="messages_bulk"),
    path("mensagens/exportar/", message_filters.export, name="messages_export"),
    path("mensagens/filtros/", message_filters.save, name="message_filter_save"),
    path("mensagens/filtros/<int:filter_id>/inicial/", message_filters.start, name="message_filter_start"),
    path("mensagens/filtros/<int:filter_id>/remover/", message_filters.remove, name="message_filter_remove"),
    path("mensagens/para/<int:contact_id>/", message_acts.write, name="message_write"),
    path("mensagens/<uuid:job_id>/", messages.message_detail, name="message"),
    path("mensagens/<uuid:job_id>/por-que/", why.of_message, name="message_why"),
    *(
        path(f"mensagens/<uuid:job_id>/{word}/", message_acts.act, {"name": name}, name=f"message_{name}")
        for word, name in ACTS.items()
    ),
]
