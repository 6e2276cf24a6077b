"""`/{phone_number_id}/smb_app_data`: asks the phone app, once in an onboarding, for its address book or its history."""

from .. import ids, outbox, phone_app
from ..control import inbound_media
from ..errors import GraphError, missing
from ..rows import phone_apps
from ..web import Response, as_json
from .call import Call

SYNC_TYPES = ("smb_app_state_sync", "history")
LIFE_SECONDS = 24 * 3600
REQUESTED, TOO_LATE = 2593107, 2593108


def sync(call: Call) -> Response:
    sync_type = str(call.request.json().get("sync_type") or "")
    if not sync_type:
        raise missing("sync_type")
    if sync_type not in SYNC_TYPES:
        raise GraphError(100, f"sync_type must be one of {', '.join(SYNC_TYPES)}")
    onboarded_at = phone_apps.onboarded_at(call.store, call.number.phone_number_id)
    if onboarded_at is None:
        raise GraphError(100, "The number is not in use in the WhatsApp Business app")
    if call.now - onboarded_at > LIFE_SECONDS:
        raise GraphError(TOO_LATE)
    request_id = f"req.{ids.fresh(24)}"
    updates = _contacts(call) if sync_type == "smb_app_state_sync" else _history(call)
    with call.store.write() as database:
        if not phone_apps.save_request(database, call.number.phone_number_id, sync_type, request_id, onboarded_at):
            raise GraphError(REQUESTED)
        outbox.queue(database, call.account, updates)
    call.simulator.outbox.wake()
    return as_json({"messaging_product": "whatsapp", "request_id": request_id})


def _contacts(call: Call) -> list[outbox.Update]:
    past = phone_apps.past_of(call.store, call.number.phone_number_id)
    return [phone_app.book(call.number, phone_app.people_of(call.number, past), "add", call.now)]


def _history(call: Call) -> list[outbox.Update]:
    past = phone_apps.past_of(call.store, call.number.phone_number_id)
    return inbound_media.with_history(call.simulator, call.account, call.number, past, call.now)
