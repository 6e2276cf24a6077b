"""Approved templates with what fills their places."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from whatsapp.content.values.interactive import ProductSection
from whatsapp.content.values.plain import File, Location


@dataclass(frozen=True)
class Parameter:
    """The value of a template variable; ``name`` is empty for positional ones."""

    text: str
    name: str = ""


@dataclass(frozen=True)
class ButtonParameter:
    """What a template's button carries.

    ``value`` by ``sub_type``: a ``quick_reply``'s payload, a ``url``'s suffix (also of a one-time code), the code of
    ``copy_code``, the token of a ``flow``, the product shown by ``catalog`` and ``mpm``, a ``voice_call``'s payload.
    ``data`` opens a flow's first screen, ``sections`` are the products of ``mpm``, ``ttl_minutes`` is how long a
    voice call keeps its payload.
    """

    index: int
    sub_type: str
    value: str = ""
    data: Mapping[str, Any] | None = None
    sections: tuple[ProductSection, ...] = ()
    ttl_minutes: int | None = None


@dataclass(frozen=True)
class ProductCard:
    """A product as the header of a template's card."""

    catalog_id: str
    product_id: str


@dataclass(frozen=True)
class TemplateCard:
    """A card of a template's carousel."""

    header: File | ProductCard
    body: tuple[Parameter, ...] = ()
    buttons: tuple[ButtonParameter, ...] = ()


@dataclass(frozen=True)
class Template:
    """An approved template with its values; ``preview`` is the text a person reads in the thread.

    ``header`` is the values of a text header, or the file or place of another one. ``offer_ends_ms`` is when a limited
    time offer ends, in milliseconds of Unix time.
    """

    name: str
    language: str
    body: tuple[Parameter, ...] = ()
    header: tuple[Parameter, ...] | File | Location = ()
    buttons: tuple[ButtonParameter, ...] = ()
    category: str = ""
    preview: str = ""
    offer_ends_ms: int | None = None
    cards: tuple[TemplateCard, ...] = ()
    type = "template"

    @property
    def is_authentication(self) -> bool:
        return self.category == "AUTHENTICATION"
