"""Appointments: the day, one booking, what a person does with it."""

from django.urls import path

from dashboard.views import appointments
from notifications.manual import TEXT_KEYS
from notifications.models import Appointment

MARKS = {
    "confirmar": Appointment.State.CONFIRMED,
    "concluir": Appointment.State.DONE,
    "faltou": Appointment.State.NO_SHOW,
}

urlpatterns = [
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
]
