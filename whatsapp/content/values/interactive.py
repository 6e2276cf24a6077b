"""Messages that offer something to press; inside the window only. ``header``: a text, or a file where Meta has one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from whatsapp.content.values.plain import File

Header = str | File


@dataclass(frozen=True)
class ReplyButton:
    """A quick-reply button; ``id`` comes back as the reply's payload."""

    id: str
    title: str


@dataclass(frozen=True)
class Buttons:
    """An interactive message of one to three quick-reply buttons."""

    body: str
    buttons: tuple[ReplyButton, ...]
    header: Header = ""
    footer: str = ""
    type = "interactive"
    form = "button"


@dataclass(frozen=True)
class Row:
    """A choice of a list; ``id`` comes back as the reply's payload."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True)
class Section:
    rows: tuple[Row, ...]
    title: str = ""


@dataclass(frozen=True)
class ListMessage:
    """Up to ten choices behind one button."""

    body: str
    button: str
    sections: tuple[Section, ...]
    header: str = ""
    footer: str = ""
    type = "interactive"
    form = "list"


@dataclass(frozen=True)
class CtaUrl:
    """A button that opens a link."""

    body: str
    display_text: str
    url: str
    header: Header = ""
    footer: str = ""
    type = "interactive"
    form = "cta_url"


@dataclass(frozen=True)
class Flow:
    """A button that opens a Flow, named by ``flow_id`` or ``flow_name``.

    ``token`` comes back with the answer. With the action ``navigate`` it begins at ``screen``, given ``data``.
    """

    body: str
    cta: str
    flow_id: str = ""
    flow_name: str = ""
    token: str = ""
    mode: str = "published"  # "draft" | "published"
    action: str = "navigate"  # "navigate" | "data_exchange"
    screen: str = ""
    data: Mapping[str, Any] | None = None
    header: Header = ""
    footer: str = ""
    type = "interactive"
    form = "flow"


@dataclass(frozen=True)
class Product:
    """One product of a catalogue; ``product_id`` is Meta's ``product_retailer_id``."""

    catalog_id: str
    product_id: str
    body: str = ""
    footer: str = ""
    type = "interactive"
    form = "product"


@dataclass(frozen=True)
class ProductSection:
    product_ids: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True)
class ProductList:
    """Up to thirty products of a catalogue."""

    header: str
    body: str
    catalog_id: str
    sections: tuple[ProductSection, ...]
    footer: str = ""
    type = "interactive"
    form = "product_list"


@dataclass(frozen=True)
class Catalog:
    """The whole catalogue, shown by one product's picture."""

    body: str
    thumbnail_product_id: str = ""
    footer: str = ""
    type = "interactive"
    form = "catalog_message"


@dataclass(frozen=True)
class LocationRequest:
    """A button by which the customer sends a place."""

    body: str
    type = "interactive"
    form = "location_request_message"


@dataclass(frozen=True)
class ContactRequest:
    """A button by which a customer known by user name alone shares the phone."""

    body: str
    type = "interactive"
    form = "request_contact_info"


@dataclass(frozen=True)
class CallPermissionRequest:
    """Asks whether the business may call."""

    body: str = ""
    type = "interactive"
    form = "call_permission_request"


@dataclass(frozen=True)
class VoiceCall:
    """A button that calls the business on WhatsApp; ``payload`` comes with the call, for ``ttl_minutes``."""

    body: str
    display_text: str = ""
    ttl_minutes: int | None = None
    payload: str = ""
    type = "interactive"
    form = "voice_call"


@dataclass(frozen=True)
class Card:
    """A card of a carousel: a picture or video, and either a link or quick-reply buttons."""

    header: File
    body: str = ""
    display_text: str = ""
    url: str = ""
    buttons: tuple[ReplyButton, ...] = ()


@dataclass(frozen=True)
class Carousel:
    """Two to ten cards side by side, all of one kind: pictures or videos, or products of a catalogue."""

    body: str
    cards: tuple[Card, ...] = ()
    products: tuple[Product, ...] = ()
    type = "interactive"
    form = "carousel"


Interactive = (
    Buttons
    | ListMessage
    | CtaUrl
    | Flow
    | Product
    | ProductList
    | Catalog
    | LocationRequest
    | ContactRequest
    | CallPermissionRequest
    | VoiceCall
    | Carousel
)
