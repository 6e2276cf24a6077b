"""Everything that is kept of one customer, as one document: a person's right to know, and to take it along.

Each app adds its parts (``exports``); a part is rows of plain values, the oldest first. The person's files stand beside
the document (``keeps_files``, tenants.archive).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import IO, Any

from tenants import audit
from tenants.models import Contact

Rows = Iterable[Mapping[str, Any]]
Part = Callable[[Contact], Rows]
_parts: dict[str, Part] = {}


@dataclass(frozen=True)
class StoredFile:
    """A file of the person by its name in the archive; ``open`` raises OSError where the storage has it no more."""

    name: str
    at: datetime
    open: Callable[[], IO[bytes]]


Keeper = Callable[[Contact], Iterable[StoredFile]]
_keepers: list[Keeper] = []


def keeps_files(keeper: Keeper) -> Keeper:
    """Registers ``keeper(contact)``, which names an app's files of the person; each name once."""
    _keepers.append(keeper)
    return keeper


def files(contact: Contact) -> Iterator[StoredFile]:
    return chain.from_iterable(keeper(contact) for keeper in _keepers)


def exports(name: str) -> Callable[[Part], Part]:
    """Registers a part of the document under ``name``."""

    def register(part: Part) -> Part:
        _parts[name] = part
        return part

    return register


def export(contact: Contact, *, now: datetime, actor: Any = None) -> dict[str, Any]:
    """The document, JSON-ready but for times. The trail tells who asked for it."""
    document: dict[str, Any] = {
        "company": contact.tenant.name,
        "exported_at": now,
        "contact": _contact(contact),
        **{name: list(part(contact)) for name, part in _parts.items()},
    }
    counts = {name: len(rows) for name, rows in document.items() if name in _parts}
    audit.record("contact.exported", tenant=contact.tenant, actor=actor, obj=contact, **counts)
    return document


def _contact(contact: Contact) -> dict[str, Any]:
    fields = ("name", "profile_name", "address", "note", "created_at", "updated_at", "blocked_at", "block_reason")
    return {"id": contact.pk, **{name: getattr(contact, name) for name in fields}}


@exports("identities")
def identities(contact: Contact) -> Rows:
    return contact.identities.order_by("pk").values("kind", "value", "created_at", "replaced_at")


@exports("labels")
def labels(contact: Contact) -> Rows:
    return contact.labels.order_by("name").values("name")


@exports("merges")
def merges(contact: Contact) -> Rows:
    return contact.merges.order_by("created_at").values("gone_name", "created_at", "undone_at")


@exports("consents")
def consents(contact: Contact) -> Rows:
    return contact.consents.order_by("effective_at", "pk").values(
        "category", "decision", "source", "effective_at", "proof"
    )
