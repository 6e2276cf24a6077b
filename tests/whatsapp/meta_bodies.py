"""Bodies as Meta sends them, signed posts, and the way from a body to its effects."""

import hashlib
import hmac
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.factories import NOW
from whatsapp import inbox

PAYLOADS = Path(__file__).parent.parent / "payloads" / "meta"
URL = "/api/whatsapp/meta/webhook"
CLIENT = Client()  # one for all: each new one looks for every static file
WABA_ID, NUMBER_ID = "510000000000001", "520000000000001"  # those of the payload files


def payload(name: str) -> Any:
    """A body of ``tests/payloads/meta``."""
    return json.loads((PAYLOADS / f"{name}.json").read_text())


def sign(body: bytes, secret: str = "test_app_secret") -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def post(body: Any, **headers: str) -> HttpResponse:
    """Posts a body (encoded unless it is bytes) with its signature, unless another is given."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"X-Hub-Signature-256": sign(raw)} | headers
    return CLIENT.post(URL, raw, content_type="application/json", headers=headers)


def envelope(value: dict[str, Any], field: str = "messages", number_id: str = NUMBER_ID) -> dict[str, Any]:
    whole = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": number_id}, **value}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": WABA_ID, "changes": [{"field": field, "value": whole}]}],
    }


def text_message(wamid: str, *, at: int, sender: str = "5511988887777", body: str = "oi") -> dict[str, Any]:
    return {"from": sender, "id": wamid, "timestamp": str(at), "type": "text", "text": {"body": body}}


def seconds(offset: float = 0) -> int:
    """NOW plus ``offset`` seconds, as Meta writes times."""
    return int(NOW.timestamp() + offset)


def take(body: Any, now: datetime = NOW) -> None:
    """Stores a body (or the payload file of that name) and processes all that is due, as if it came at ``now``."""
    body = payload(body) if isinstance(body, str) else body
    inbox.receive("meta", json.dumps(body).encode(), now)
    process_all(now)


def process_all(now: datetime = NOW) -> None:
    while inbox.process(now) or inbox.process(now, lane="history"):
        pass
