"""Connections: the list, one number, its phone app."""

from django.urls import path

from dashboard.views import connection, connections, phone_app, why
from tenants.models import PhoneNumber

MOVES = {"pausar": PhoneNumber.State.PAUSED, "retomar": PhoneNumber.State.CONNECTED}

urlpatterns = [
    path("conexoes/", connections.connection_list, name="connections"),
    path("conexoes/<int:number_id>/", connection.connection_detail, name="connection"),
    path("conexoes/<int:number_id>/por-que/", why.of_connection, name="connection_why"),
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
]
