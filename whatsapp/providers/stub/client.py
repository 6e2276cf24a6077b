"""A provider that takes everything and sends nothing: for a first look and for tests, refused in production."""

import uuid
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import structlog

from whatsapp.content import check, to_json
from whatsapp.errors import ErrorKind, Refused
from whatsapp.events import Event, NotUnderstood
from whatsapp.providers.base import (
    Accepted,
    AccountAccess,
    AppWebhook,
    Capabilities,
    MediaFacts,
    NumberFacts,
    Outgoing,
    Recipient,
    Slice,
    Subscription,
    TemplateFacts,
    TemplateFigures,
    TokenFacts,
    Upload,
)

log = structlog.get_logger(__name__)

REMEMBERED = 1000  # bodies, of this process


class StubClient:
    """Accepts every message under a made-up id; ``sent`` remembers the last bodies. It has no webhooks."""

    name = "stub"
    capabilities = Capabilities(templates=True, buttons=True, window=False)
    parser_version = 1

    def __init__(self) -> None:
        self.sent: deque[dict[str, Any]] = deque(maxlen=REMEMBERED)
        self.read: deque[str] = deque(maxlen=REMEMBERED)

    def split(self, body: Any) -> Iterable[Slice]:
        raise ValueError("the stub receives nothing")

    def parse(self, payload: Mapping[str, Any], received_at: datetime) -> Event | NotUnderstood:
        return NotUnderstood("unknown_field")

    def build(self, outgoing: Outgoing) -> dict[str, Any]:
        check(outgoing.content)
        return {
            "to": outgoing.to.phone or outgoing.to.user_id,
            "content": to_json(outgoing.content),
            "client_ref": outgoing.client_ref,
            "reply_to": outgoing.reply_to,
        }

    def send(self, access: AccountAccess, body: dict[str, Any]) -> Accepted:
        message_id = f"stub.{uuid.uuid4().hex}"
        self.sent.append(body | {"id": message_id, "phone_number_id": access.phone_number_id})
        log.info("stub_sent", phone_number_id=access.phone_number_id, message_id=message_id)
        digits = body["to"].removeprefix("+")
        return Accepted(message_id, wa_id=digits) if digits.isdigit() else Accepted(message_id, user_id=body["to"])

    def mark_read(self, access: AccountAccess, message_id: str, *, typing: bool = False) -> None:
        self.read.append(message_id)

    def block(self, access: AccountAccess, person: Recipient) -> None:
        """Nobody can write to it anyway."""

    def unblock(self, access: AccountAccess, person: Recipient) -> None:
        """Nobody was kept out."""

    def fetch_number(self, access: AccountAccess) -> NumberFacts:
        return NumberFacts(status="CONNECTED", quality_rating="GREEN", throughput=80)

    def fetch_templates(self, access: AccountAccess) -> Iterator[list[TemplateFacts]]:
        return iter(())

    def fetch_template(self, access: AccountAccess, template_id: str) -> TemplateFacts:
        raise Refused("the stub keeps no templates", ErrorKind.TEMPLATE)

    def fetch_template_figures(
        self, access: AccountAccess, template_ids: Sequence[str], since: date, until: date
    ) -> list[TemplateFigures]:
        return []

    def enable_template_figures(self, access: AccountAccess) -> None:
        """There is nothing to count."""

    def fetch_token(self, access: AccountAccess) -> TokenFacts:
        return TokenFacts(valid=True)

    def fetch_subscription(self, access: AccountAccess) -> Subscription:
        return Subscription()

    def subscribe(self, access: AccountAccess) -> None:
        """There is nothing to subscribe to."""

    def unsubscribe(self, access: AccountAccess) -> None:
        """There is nothing to end."""

    def fetch_app_webhook(self, access: AccountAccess, app_id: str) -> AppWebhook:
        return AppWebhook()

    def upload_media(self, access: AccountAccess, upload: Upload) -> str:
        return f"stub.{uuid.uuid4().hex}"

    def fetch_media(self, access: AccountAccess, media_id: str) -> MediaFacts:
        raise Refused("the stub keeps no files", ErrorKind.CONTENT)

    def stream_media(self, access: AccountAccess, url: str) -> Generator[bytes]:
        raise Refused("the stub keeps no files", ErrorKind.CONTENT)
