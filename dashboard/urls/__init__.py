"""The console's pages. Words of the address are the operator's; names are the code's."""

from django.urls import path
from django.views.generic import RedirectView

from dashboard.urls import (
    contact,
    conversation,
    event,
    health,
    mapping,
    onboarding,
    settings,
    template,
)
from dashboard.views import (
    analytics,
    appointments,
    audit,
    connection,
    connections,
    help,
    media,
    message_acts,
    message_filters,
    messages,
    people,
    phone_app,
    readiness,
    session,
    why,
)
from notifications.manual import TEXT_KEYS
from notifications.models import Appointment
from tenants.models import PhoneNumber

MARKS = {
    "confirmar": Appointment.State.CONFIRMED,
    "concluir": Appointment.State.DONE,
    "faltou": Appointment.State.NO_SHOW,
}
MOVES = {"pausar": PhoneNumber.State.PAUSED, "retomar": PhoneNumber.State.CONNECTED}
ACTS = {"enviar": "send_now", "tentar": "retry", "descartar": "discard", "falhou": "mark_failed"}

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="messages"), name="home"),
    path("empresa/", session.switch_tenant, name="switch_tenant"),
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
    *conversation.urlpatterns,
    path("agendamentos/", appointments.day, name="appointments"),
    path("agendamentos/novo/", appointments.new, name="appointment_new"),
    path("agendamentos/<int:appointment_id>/", appointments.detail, name="appointment"),
    path("agendamentos/<int:appointment_id>/mudar/", appointments.edit, name="appointment_edit"),
    path("agendamentos/<int:appointment_id>/cancelar/", appointments.cancel, name="appointment_cancel"),
    *(
        path(f"agendamentos/<int:appointment_id>/{word}/", appointments.mark, {"state": state}, f"appointment_{state}")
        for word, state in MARKS.items()
    ),
    *(
        path(f"agendamentos/<int:appointment_id>/whatsapp/{key}/", appointments.wa_me, {"key": key}, f"wa_me_{key}")
        for key in TEXT_KEYS
    ),
    *contact.urlpatterns,
    path("analises/", analytics.analytics, name="analytics"),
    path("analises/exportar/", analytics.analytics_export, name="analytics_export"),
    *event.urlpatterns,
    *settings.urlpatterns,
    *template.urlpatterns,
    *mapping.urlpatterns,
    path("ajuda/", help.help_page, name="help"),
    *health.urlpatterns,
    path("auditoria/", audit.audit_list, name="audit"),
    path("auditoria/exportar/", audit.audit_export, name="audit_export"),
    path("midia/<int:media_id>/", media.media_file, name="media_file"),
    path("midia/<int:media_id>/miniatura/", media.media_thumbnail, name="media_thumbnail"),
    path("conexoes/", connections.connection_list, name="connections"),
    *onboarding.urlpatterns,
    path("conexoes/<int:number_id>/", connection.connection_detail, name="connection"),
    path("conexoes/<int:number_id>/por-que/", why.of_connection, name="connection_why"),
    path("prontidao/", readiness.readiness, name="readiness"),
    path("prontidao/confirmar/", readiness.confirm, name="readiness_confirm"),
    path("prontidao/retirar/", readiness.withdraw, name="readiness_withdraw"),
    path("prontidao/liberar/", readiness.override, name="readiness_override"),
    path("prontidao/plataforma/", readiness.platform_readiness, name="readiness_platform"),
    path("prontidao/plataforma/marcar/", readiness.platform_tick, name="readiness_platform_tick"),
    path("prontidao/plataforma/permissoes/", readiness.app_review, name="app_review"),
    path("prontidao/plataforma/permissoes/marcar/", readiness.app_review_tick, name="app_review_tick"),
    path("conexoes/<int:number_id>/verificar/", connection.check, name="connection_check"),
    path("conexoes/<int:number_id>/corrigir/", connection.mend, name="connection_mend"),
    path("conexoes/<int:number_id>/reconectar/", connection.reconnect, name="connection_reconnect"),
    path("conexoes/<int:number_id>/desconectar/", connection.disconnect, name="connection_disconnect"),
    path("conexoes/<int:number_id>/token/", connection.rotate_token, name="connection_token"),
    path("conexoes/<int:number_id>/numero/", connection.change_number, name="connection_number"),
    *(
        path(f"conexoes/<int:number_id>/{word}/", connections.move, {"to_state": state}, f"connection_{state}")
        for word, state in MOVES.items()
    ),
    path("conexoes/<int:number_id>/aplicativo/", phone_app.phone_app, name="phone_app"),
    path("conexoes/<int:number_id>/aplicativo/pedir/", phone_app.ask, name="phone_app_ask"),
    path("configuracoes/pessoas/", people.people_list, name="people"),
    path("configuracoes/pessoas/convidar/", people.invite, name="people_invite"),
    path("configuracoes/pessoas/segundo-fator/", people.second_factor, name="people_second_factor"),
    path("configuracoes/pessoas/<int:member_id>/papel/", people.change_role, name="member_role"),
    path("configuracoes/pessoas/<int:member_id>/remover/", people.remove, name="member_remove"),
    path("configuracoes/convites/<int:invitation_id>/cancelar/", people.revoke, name="invitation_revoke"),
]
