"""What messages are made of, as a page shows it, and the parts that both forms of a message spell alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from whatsapp.providers.values import mapping, objects, text

MAP = "https://www.google.com/maps/search/?api=1&query={},{}"


@dataclass(frozen=True)
class Place:
    """Degrees of WGS 84, as text."""

    latitude: str
    longitude: str
    name: str = ""
    address: str = ""

    @property
    def link(self) -> str:
        """Where a map shows it."""
        return MAP.format(self.latitude, self.longitude)


@dataclass(frozen=True)
class Card:
    name: str
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    company: str = ""


@dataclass(frozen=True)
class Line:
    """A line of an order; ``price`` is of one piece."""

    product: str
    quantity: str
    price: str = ""


@dataclass(frozen=True)
class Offer:
    """Something to press."""

    icon: str
    title: str
    detail: str = ""


@dataclass(frozen=True)
class Label:
    """A small word above a message."""

    icon: str
    word: str


@dataclass(frozen=True)
class FileOfOurs:
    """A file that we sent: by its id at the provider, or by a link."""

    kind: str
    media_id: str = ""
    link: str = ""
    name: str = ""


@dataclass(frozen=True)
class Said:
    """Each part is empty where the message has none. ``missing`` says in words what cannot be shown."""

    text: str = ""
    title: str = ""
    footer: str = ""
    labels: tuple[Label, ...] = ()
    place: Place | None = None
    cards: tuple[Card, ...] = ()
    order: tuple[Line, ...] = ()
    total: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    offers: tuple[Offer, ...] = ()
    file: FileOfOurs | None = None
    missing: str = ""

    @property
    def has_parts(self) -> bool:
        """Whether it has more than title, words, labels and a file."""
        parts = (self.place, self.cards, self.order, self.answers, self.footer, self.missing, self.offers)
        return any(parts)


def place(told: Any) -> Place | None:
    """None where the degrees are missing."""
    found = mapping(told)
    read = Place(*(text(found.get(name), 200) for name in ("latitude", "longitude", "name", "address")))
    return read if read.latitude and read.longitude else None


def cards(told: Any) -> tuple[Card, ...]:
    return tuple(map(_card, objects(told)))


def _card(told: Mapping[str, Any]) -> Card:
    return Card(
        text(mapping(told.get("name")).get("formatted_name")) or "?",
        tuple(text(phone.get("phone")) or text(phone.get("wa_id")) for phone in objects(told.get("phones"))),
        tuple(text(mail.get("email")) for mail in objects(told.get("emails"))),
        text(mapping(told.get("org")).get("company")),
    )
