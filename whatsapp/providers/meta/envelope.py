"""Meta's envelope: cuts a webhook's body into facts at the door.

Splitting is pure, looks nothing up and drops nothing: whatever is not as documented becomes a slice of its own, so
that it is stored, shown and can be parsed again by a later version.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from typing import Any

from whatsapp.providers.base import Slice
from whatsapp.providers.meta import history_parts
from whatsapp.providers.values import mapping, objects, text

WHATSAPP_OBJECT = "whatsapp_business_account"
BARE_FIELDS = ("history",)  # printed by the documentation without entry and changes
SHARED_PARTS = frozenset({"messaging_product", "metadata", "contacts"})
HISTORY = "history"

# Where an item names the person it speaks of.
PERSON_IDS = (
    *("from", "from_user_id", "wa_id", "user_id", "to", "to_user_id"),
    *("recipient_id", "recipient_user_id", "recipient_participant_id", "recipient_participant_user_id"),
)


def split(body: Any) -> Iterator[Slice]:
    """Cuts a decoded body; ValueError when it is not an envelope at all."""
    if not isinstance(body, dict):
        raise ValueError("not an object")
    if isinstance(body.get("entry"), list):
        return _split_entries(body)
    field = next((name for name in BARE_FIELDS if name in body), None)
    if field is None:
        raise ValueError("no list of entries")
    return _split_value(field, body, {})


def _split_entries(body: dict[str, Any]) -> Iterator[Slice]:
    for entry in body["entry"]:
        changes = mapping(entry).get("changes")
        if not isinstance(changes, list) or not changes:
            yield _Frame(_qualified("", body), "entry", mapping(entry), {}).slice(entry)
            continue
        for change in changes:
            yield from _split_change(change, entry, body)


def _split_change(change: Any, entry: dict[str, Any], body: dict[str, Any]) -> Iterator[Slice]:
    value = mapping(change).get("value")
    if not isinstance(value, dict):
        yield _Frame(_qualified("", body), "change", entry, {}).slice(change)
        return
    places = (change, value, entry)  # some documented examples print it in the wrong place
    field = next((found for place in places if (found := text(place.get("field"), 60))), "")
    yield from _split_value(_qualified(field, body), value, entry)


def _qualified(field: str, body: dict[str, Any]) -> str:
    """Other products of an app may post to the same address: their fields are not ours, whatever they are called."""
    told = text(body.get("object"), 30)
    return field if told in {"", WHATSAPP_OBJECT} else f"{told}.{field}"


def _split_value(field: str, value: dict[str, Any], entry: dict[str, Any]) -> Iterator[Slice]:
    """One slice an item of each list, one more for what is left over; account-level values stay whole."""
    lists = {name: value[name] for name in sorted(value) if _is_list_of_facts(name, value)}
    if not lists:
        yield _Frame(field, "value", entry, value).slice(value)
        return
    contacts = _Contacts(value, is_single=sum(map(len, lists.values())) == 1)
    for name, items in lists.items():
        frame = _Frame(field, name, entry, value)
        for item in items if name != HISTORY else chain.from_iterable(map(history_parts.cut, items)):
            yield frame.slice(item, contacts.of(item))
    left = {name: part for name, part in value.items() if name not in lists and name not in SHARED_PARTS and part}
    if left:
        yield _Frame(field, "value", entry, value).slice(left)


def _is_list_of_facts(name: str, value: dict[str, Any]) -> bool:
    """Values of a number come as lists of facts; in account-level ones a list is a part of the one fact."""
    is_of_a_number = "metadata" in value or "messaging_product" in value
    return is_of_a_number and name not in SHARED_PARTS and isinstance(value[name], list) and bool(value[name])


class _Contacts:
    """The contacts of a value, found by any id that an item names."""

    def __init__(self, value: dict[str, Any], *, is_single: bool) -> None:
        self.all = objects(value.get("contacts"))
        self.is_pair = is_single and len(self.all) == 1
        self.by_id: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for contact in self.all:
            for key in {text(contact.get("wa_id")), text(contact.get("user_id"))} - {""}:
                self.by_id[key].append(contact)

    def of(self, item: Any) -> list[dict[str, Any]]:
        if self.is_pair:  # the wa_id may differ from the number that wrote, or be missing
            return self.all
        if not self.by_id:
            return []
        ids = dict.fromkeys(_person_ids(mapping(item)))
        found = {id(contact): contact for key in ids for contact in self.by_id.get(key, ())}
        return list(found.values())


class _Frame:
    """What the items of one list share, worked out once: a body may hold a thousand of them."""

    def __init__(self, field: str, item: str, entry: dict[str, Any], value: dict[str, Any]) -> None:
        metadata, entry_id = mapping(value.get("metadata")), text(entry.get("id"), 40)
        self.field, self.item = field[:60], text(item, 40)
        self.lane = HISTORY if HISTORY in {field, item} else "live"
        self.entry_id = (
            text(mapping(value.get("waba_info")).get("waba_id"), 40) or entry_id
        )  # else a partner's portfolio
        self.number_id = text(metadata.get("phone_number_id"), 40)
        shared = {
            "field": field,
            "item": item,
            "entry_id": entry.get("id"),
            "entry_time": entry.get("time"),
            "metadata": metadata,
        }
        self.head = _canonical(shared).removesuffix("}")
        self.key = _canonical([field, item, entry_id, text(entry.get("time")), self.number_id])

    def slice(self, data: Any, contacts: list[dict[str, Any]] | None = None) -> Slice:
        fact, mapped = _canonical(data), mapping(data)
        return Slice(
            key=self._key(data, fact),
            field=self.field,
            item=self.item,
            lane=self.lane,
            entry_id=self.entry_id,
            phone_number_id=self.number_id,
            contact_ref=next(_person_ids(mapped), "")[:140],
            message_ref=text(mapped.get("id"), 200),
            payload=f'{self.head},"contacts":{_canonical(contacts or [])},"data":{fact}}}',
        )

    def _key(self, data: Any, fact: str) -> str:
        """What makes a delivery the same delivery; media addresses are signed anew each time, so they do not count."""
        if '"url"' in fact:
            fact = _canonical(_without_media_urls(data))
        return hashlib.sha256(f"{self.key}{fact}".encode()).hexdigest()


def _person_ids(item: dict[str, Any]) -> Iterator[str]:
    return (found for name in PERSON_IDS if name in item and (found := text(item[name])))


# ASCII escapes: PostgreSQL refuses NUL and lone surrogates, and takes them so.
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def _without_media_urls(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_media_urls(item) for item in node]
    if not isinstance(node, dict):
        return node
    is_media = "mime_type" in node
    return {name: _without_media_urls(part) for name, part in node.items() if not (is_media and name == "url")}
