"""The contract that every provider keeps. Pure: no Django models, no settings; what it needs comes as plain values."""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from whatsapp.content import Content
from whatsapp.events import Event, NotUnderstood


@dataclass(frozen=True)
class AccountAccess:
    """What a provider needs to act for one number, or for a WABA (then ``phone_number_id`` is empty).

    The only place outside the vault where a secret is plain.
    """

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
    """The provider took the message: its id, the address it resolved to, and why it keeps it back, where it does.

    ``held``: ``assessment`` until the template's quality is known, ``paused`` while the template is; empty: on its way.
    """

    provider_message_id: str
    wa_id: str = ""
    user_id: str = ""
    held: str = ""


@dataclass(frozen=True)
class Capabilities:
    """What the console and the router may offer for numbers of this provider.

    ``template_listing``: the provider keeps the templates, so that ours are brought in step with its list.
    """

    templates: bool
    buttons: bool
    window: bool
    template_listing: bool = False


@dataclass(frozen=True)
class NumberFacts:
    """What the provider says of a number; words are the provider's own. ``throughput`` is messages a second.

    ``official``: it has the badge of an official business account; None where nothing was told.
    """

    display_phone_number: str = ""
    verified_name: str = ""
    status: str = ""
    quality_rating: str = "UNKNOWN"
    messaging_limit: str = ""
    throughput: int | None = None
    coexistence: bool | None = None  # not every answer says so
    name_status: str = ""
    official: bool | None = None


@dataclass(frozen=True)
class TokenFacts:
    """What the provider says of an access token; ``expires_at`` is None for one that does not expire."""

    valid: bool
    expires_at: datetime | None = None
    kind: str = ""
    scopes: tuple[str, ...] = ()
    app_id: str = ""
    user_id: str = ""  # of who granted it, towards our app


@dataclass(frozen=True)
class Subscription:
    """Which apps get a WABA's webhooks, and where those of one number go.

    ``callbacks`` are the addresses by what sets each one (``number``, ``account``, ``app``), the first of them counts.
    """

    app_ids: tuple[str, ...] = ()
    callbacks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AppWebhook:
    """What the app itself is subscribed to: its callback address, whether it is active, and the fields it gets."""

    callback_url: str = ""
    active: bool = False
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class TemplateFacts:
    """A template as the provider lists it; ``language`` and every word as the provider spells them.

    ``coming_category`` is the one that the provider holds for the right one, and will put it in.
    """

    template_id: str
    name: str
    language: str
    status: str
    category: str = ""
    rejected_reason: str = ""
    quality_score: str = ""
    parameter_format: str = "POSITIONAL"
    components: tuple[dict[str, Any], ...] = ()
    previous_category: str = ""
    coming_category: str = ""


@dataclass(frozen=True)
class TemplateFigures:
    """What the provider counted of a template on one day (of UTC); ``cost`` in the account's currency, None: not told.

    ``read`` and ``clicked`` go on growing for a week.
    """

    template_id: str
    day: date
    sent: int = 0
    delivered: int = 0
    read: int = 0
    clicked: int = 0
    cost: Decimal | None = None


@dataclass(frozen=True)
class MediaFacts:
    """What the provider tells of a file now. ``url`` is good for minutes; ``sha256`` as it spells it; 0: no size."""

    url: str
    mime_type: str = ""
    sha256: str = ""
    size: int = 0


@dataclass(frozen=True)
class Upload:
    """A file to send: its bytes, its type (``image/png``) and the name it shows."""

    content: bytes = field(repr=False)
    mime_type: str = "application/octet-stream"
    filename: str = "file"


class Slice(NamedTuple):
    """One fact cut out of a webhook body, before anything is looked up or parsed.

    ``payload`` is JSON text with ASCII escapes of ``{"field", "item", "entry_id", "entry_time", "metadata",
    "contacts", "data"}`` where ``data`` is the item itself; ``key`` is what makes the delivery unique (sha256, hex).
    A tuple: thousands are made in one request.
    """

    key: str
    field: str
    item: str
    lane: str
    entry_id: str
    phone_number_id: str
    contact_ref: str
    message_ref: str
    payload: str


class ProviderClient(Protocol):
    """One provider. Methods raise the family of whatsapp.errors and nothing else for what the wire does."""

    name: str
    capabilities: Capabilities
    parser_version: int

    def split(self, body: Any) -> Iterable[Slice]:
        """Cuts a decoded webhook body into slices, pure; ValueError when it is not an envelope at all."""

    def parse(self, payload: Mapping[str, Any], received_at: datetime) -> Event | NotUnderstood:
        """A stored slice as a typed event; ``received_at`` stands in for a time that cannot be read."""

    def build(self, outgoing: Outgoing) -> dict[str, Any]:
        """The exact request body; InvalidContent when the content breaks the provider's limits."""

    def send(self, access: AccountAccess, body: dict[str, Any]) -> Accepted:
        """Posts a built body. ProviderError: certainly not accepted. OutcomeUnknown: nobody knows."""

    def mark_read(self, access: AccountAccess, message_id: str, *, typing: bool = False) -> None:
        """Shows the customer that ``message_id`` (and all before it) was read, and for up to 25 s that we type."""

    def block(self, access: AccountAccess, person: Recipient) -> None:
        """Keeps a person from writing to the number. Meta takes only who wrote in the last 24 hours."""

    def unblock(self, access: AccountAccess, person: Recipient) -> None:
        """Lets the person write again."""

    def fetch_number(self, access: AccountAccess) -> NumberFacts:
        """What the provider says now of the number."""

    def fetch_token(self, access: AccountAccess) -> TokenFacts:
        """What the provider says now of the access's own token."""

    def fetch_subscription(self, access: AccountAccess) -> Subscription:
        """Who gets the webhooks of the access's WABA and number, and where."""

    def subscribe(self, access: AccountAccess) -> None:
        """Lets our app get the WABA's webhooks at its own address: an address of the WABA's own is removed."""

    def unsubscribe(self, access: AccountAccess) -> None:
        """Ends the WABA's webhooks to our app."""

    def fetch_app_webhook(self, access: AccountAccess, app_id: str) -> AppWebhook:
        """What the app gets of WhatsApp; ``access`` holds the app's own token (``app id|app secret``)."""

    def fetch_template(self, access: AccountAccess, template_id: str) -> TemplateFacts:
        """One template by the provider's id."""

    def upload_media(self, access: AccountAccess, upload: Upload) -> str:
        """Gives a file to the provider; its id there, good for messages of this number."""

    def fetch_templates(self, access: AccountAccess) -> Iterator[list[TemplateFacts]]:
        """The WABA's templates, page by page; the list is whole only when the iterator ends without an error."""

    def fetch_template_figures(
        self, access: AccountAccess, template_ids: Sequence[str], since: date, until: date
    ) -> list[TemplateFigures]:
        """What was counted of at most ten templates, day by day; both days are included."""

    def enable_template_figures(self, access: AccountAccess) -> None:
        """Lets the provider count the WABA's templates from now on; it cannot be taken back."""

    def fetch_media(self, access: AccountAccess, media_id: str) -> MediaFacts:
        """Where the file of an id is to be had now."""

    def stream_media(self, access: AccountAccess, url: str) -> Generator[bytes]:
        """The file behind a told address, in pieces, without ever holding it whole (see ``providers.files.stream``)."""
