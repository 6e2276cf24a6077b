"""The contract that every provider keeps. Pure: no Django models, no settings; what it needs comes as plain values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from whatsapp.content import Content
from whatsapp.events import Event


@dataclass(frozen=True)
class AccountAccess:
    """What a provider needs to act for one number. The only place outside the vault where a secret is plain."""

    provider: str
    phone_number_id: str
    waba_id: str
    base_url: str
    api_version: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class Recipient:
    """Whom to write to: a phone in E.164 with + (``phone``), or a business-scoped user id (``user_id``)."""

    phone: str = ""
    user_id: str = ""


@dataclass(frozen=True)
class Outgoing:
    """One message to send. ``client_ref`` (at most 80 characters) comes back on its statuses."""

    to: Recipient
    content: Content
    client_ref: str
    reply_to: str = ""


@dataclass(frozen=True)
class Accepted:
    """The provider took the message: its id, the address it resolved to, and whether it is held for assessment."""

    provider_message_id: str
    wa_id: str = ""
    user_id: str = ""
    held: bool = False


@dataclass(frozen=True)
class Capabilities:
    """What the console and the router may offer for numbers of this provider."""

    templates: bool
    buttons: bool
    window: bool


@dataclass(frozen=True)
class Slice:
    """One fact cut out of a webhook body, before anything is looked up or parsed.

    ``payload`` is a JSON-ready dict ``{"field", "item", "entry_id", "entry_time", "metadata", "contacts", "data"}``
    where ``data`` is the item itself; ``key`` is what makes the delivery unique (sha256, hex).
    """

    key: str
    field: str
    item: str
    lane: str
    entry_id: str
    phone_number_id: str
    contact_ref: str
    message_ref: str
    payload: Mapping[str, Any]


class ProviderClient(Protocol):
    """One provider. Methods raise the family of whatsapp.errors and nothing else for what the wire does."""

    name: str
    capabilities: Capabilities
    parser_version: int

    def split(self, body: Any) -> Iterable[Slice]:
        """Cuts a decoded webhook body into slices, pure; ValueError when it is not an envelope at all."""

    def parse(self, payload: Mapping[str, Any]) -> Event | None:
        """A stored slice as a typed event; None for what this version does not understand."""

    def build(self, outgoing: Outgoing) -> dict[str, Any]:
        """The exact request body; InvalidContent when the content breaks the provider's limits."""

    def send(self, access: AccountAccess, body: dict[str, Any]) -> Accepted:
        """Posts a built body. ProviderError: certainly not accepted. OutcomeUnknown: nobody knows."""
