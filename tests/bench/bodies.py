"""Signed webhook bodies by the thousand, each distinct."""

import hashlib
import hmac
import itertools
import json
import time
from typing import Any

from tests.bench.load import http_post

PATH = "/api/whatsapp/meta/webhook"
_serial = itertools.count(time.time_ns() // 1_000)


def text(phone_number_id: str) -> dict[str, Any]:
    """The value of a body with one text message of one of 5 000 customers."""
    serial = next(_serial)
    sender = f"5511{900_000_000 + serial % 5_000}"
    message = {"from": sender, "id": f"wamid.bench{serial}", "timestamp": str(int(time.time())), "type": "text"}
    contact = {"profile": {"name": f"Cliente {serial % 5_000}"}, "wa_id": sender}
    return _value(phone_number_id, contacts=[contact], messages=[message | {"text": {"body": f"Olá, número {serial}"}}])


def image(phone_number_id: str) -> dict[str, Any]:
    """The value of a body with one picture of one of 5 000 customers; its file is still at Meta."""
    value = text(phone_number_id)
    message = value["messages"][0]
    del message["text"]
    message |= {"type": "image", "image": {"id": f"{next(_serial)}", "mime_type": "image/jpeg", "sha256": "x"}}
    return value


def status(phone_number_id: str, wamid: str = "", name: str = "delivered") -> dict[str, Any]:
    """The value of a body with one status, of an unknown message unless ``wamid`` names one."""
    serial = next(_serial)
    one = {"id": wamid or f"wamid.sent{serial}", "status": name, "timestamp": str(int(time.time()))}
    return _value(phone_number_id, statuses=[one | {"recipient_id": f"5511{900_000_000 + serial % 5_000}"}])


def _value(phone_number_id: str, **lists: Any) -> dict[str, Any]:
    metadata = {"display_phone_number": "551133334444", "phone_number_id": phone_number_id}
    return {"messaging_product": "whatsapp", "metadata": metadata} | lists


def envelope(waba_id: str, *values: dict[str, Any]) -> dict[str, Any]:
    """One POST's body with a change a value."""
    changes = [{"field": "messages", "value": value} for value in values]
    return {"object": "whatsapp_business_account", "entry": [{"id": waba_id, "changes": changes}]}


def signed(body: dict[str, Any], secret: str, path: str = PATH) -> bytes:
    """The whole HTTP request that Meta would send."""
    raw = json.dumps(body).encode()
    signature = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return http_post(path, raw, {"X-Hub-Signature-256": f"sha256={signature}"})
