"""Messages of one part: a text, a file, a place, business cards, a reaction."""

from dataclasses import dataclass

FILE_KINDS = ("image", "video", "audio", "document", "sticker")


@dataclass(frozen=True)
class Text:
    """Free text, allowed inside the customer service window only."""

    body: str
    preview_url: bool = False
    type = "text"


@dataclass(frozen=True)
class File:
    """An image, video, audio, document or sticker: by the provider's media ``id``, or by a ``link`` that it fetches.

    ``voice`` makes an audio a voice message (ogg with opus, mono).
    """

    kind: str  # of FILE_KINDS
    id: str = ""
    link: str = ""
    caption: str = ""
    filename: str = ""
    voice: bool = False

    @property
    def type(self) -> str:
        return self.kind


@dataclass(frozen=True)
class Location:
    """A place; degrees of WGS 84."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""
    type = "location"


@dataclass(frozen=True)
class Name:
    formatted_name: str
    first_name: str = ""
    last_name: str = ""
    middle_name: str = ""
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True)
class Phone:
    """``wa_id`` gives the card its button to write to that person."""

    phone: str
    type: str = ""
    wa_id: str = ""


@dataclass(frozen=True)
class Email:
    email: str
    type: str = ""


@dataclass(frozen=True)
class Url:
    url: str
    type: str = ""


@dataclass(frozen=True)
class Address:
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    country_code: str = ""
    type: str = ""


@dataclass(frozen=True)
class Organization:
    company: str = ""
    department: str = ""
    title: str = ""


@dataclass(frozen=True)
class ContactCard:
    """A business card; ``birthday`` as YYYY-MM-DD."""

    name: Name
    phones: tuple[Phone, ...] = ()
    emails: tuple[Email, ...] = ()
    urls: tuple[Url, ...] = ()
    addresses: tuple[Address, ...] = ()
    org: Organization | None = None
    birthday: str = ""


@dataclass(frozen=True)
class Contacts:
    """One or more business cards."""

    contacts: tuple[ContactCard, ...]
    type = "contacts"


@dataclass(frozen=True)
class Reaction:
    """An emoji on a message of the last 30 days; an empty one takes it away again."""

    message_id: str
    emoji: str
    type = "reaction"
