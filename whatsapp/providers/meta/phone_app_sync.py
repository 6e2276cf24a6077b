"""Asks a number's phone app, through Meta, to share its address book or its history."""

from whatsapp.errors import OutcomeUnknown
from whatsapp.providers.base import AccountAccess
from whatsapp.providers.meta import graph
from whatsapp.providers.values import text


def ask(access: AccountAccess, sync_type: str) -> str:
    """Meta's id of the request; ``sync_type`` is ``smb_app_state_sync`` or ``history``. Raises as ``graph.call``.

    Meta takes each once in an onboarding and within 24 hours of it (2593107, 2593108): never to be repeated unless it
    is certain that the former call was not taken.
    """
    body = {"messaging_product": "whatsapp", "sync_type": sync_type}
    request_id = text(graph.call(access, "POST", f"{access.phone_number_id}/smb_app_data", json=body).get("request_id"))
    if not request_id:
        raise OutcomeUnknown("an answer that names no request", 200)
    return request_id[:120]
