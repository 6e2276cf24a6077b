"""What Meta tells of the WhatsApp Business app beside the API: its messages, its address book, its past."""

import math
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from . import ids
from .outbox import Update
from .rows.accounts import Account, Number
from .rows.customers import Customer, usual_name
from .rows.phone_apps import Past

DECLINED = 2593109
DAY = 86_400.0
PHASES = ((0, 1 * DAY), (1, 90 * DAY), (2, 180 * DAY))  # phase and how far back it reaches
FILE_DAYS = 14 * DAY  # files of older messages are never told
CHUNK_SECONDS = 0.1  # between two chunks on their way
WORDS = (
    "Oi, tudo bem?", "Bom dia!", "Tem horário amanhã?", "Pode ser às 15h?", "Combinado, obrigada!", "Quanto fica?",
    "Vou me atrasar uns minutinhos", "Sem problema, te espero", "Adorei o resultado", "Pode remarcar para sexta?",
    "Confirmado", "Qual é o endereço?", "Rua das Flores, 120", "Vocês aceitam cartão?", "Aceitamos, sim",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chunk:
    phase: int
    order: int
    messages: list[tuple[Customer, dict[str, Any]]]


def value(number: Number, **lists: Any) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "metadata": number.metadata} | lists


def echo(account: Account, number: Number, customer: Customer, item: dict[str, Any], now: float) -> Update:
    """A message that the business wrote in its app."""
    told = value(number, contacts=[customer.contact(account.business_id)], message_echoes=[item])
    return Update("smb_message_echoes", told, now, number.phone_number_id, customer.wa_id, item["id"])


def book(number: Number, people: Sequence[Customer], action: str, now: float) -> Update:
    """Entries of the address book, added (or edited) or removed; a removed one has no names."""
    entries = []
    for person in people:
        names = {"full_name": person.name, "first_name": person.name.split()[0]} if action == "add" else {}
        entries.append(
            {
                "type": "contact",
                "contact": names | {"phone_number": person.wa_id},
                "action": action,
                "metadata": {"timestamp": str(int(now))},
            }
        )
    return Update("smb_app_state_sync", value(number, state_sync=entries), now, number.phone_number_id)


def people_of(number: Number, past: Past) -> list[Customer]:
    """The same for a number each time; among them the two whose phones the page shows."""
    made = [f"5511{ids.derived('person', number.digits, str(place), digits=9)}" for place in range(2, past.people)]
    phones = ["5511988887777", "5511977776666", *made][: max(past.people, 1)]
    return [Customer(phone, usual_name(phone)) for phone in phones]


def refusal(number: Number, now: float) -> Update:
    """The business does not share its history."""
    problem = {
        "code": DECLINED,
        "title": "History sharing is turned off by the business from the WhatsApp Business App",
        "message": "History sharing is turned off by the business from the WhatsApp Business App",
        "error_data": {"details": "History sharing is turned off by the business from the WhatsApp Business App"},
    }
    return Update("history", value(number, history=[{"errors": [problem]}]), now, number.phone_number_id)


def history(account: Account, number: Number, past: Past, now: float) -> list[Update]:
    """The chunks on their way, each with its moment."""
    chunks = list(_chunks(account, number, past, now))
    told = [
        value(number, history=[_told(account, chunk, 100 * (place + 1) // len(chunks))])
        for place, chunk in enumerate(chunks)
    ]
    told += random.sample(told, min(past.repeated, len(told)))
    if past.shuffled:
        random.shuffle(told)
    return [
        Update("history", one, now + place * CHUNK_SECONDS, number.phone_number_id) for place, one in enumerate(told)
    ]


def late_files(number: Number, past: Past, image: dict[str, Any], now: float, begin: float) -> list[Update]:
    """From `begin` on the files of the newest messages that were told without: the same message ids once more."""
    placeholders = [item for _, item in _messages(number, past, now) if item["type"] == "media_placeholder"]
    items = [_file(item, image) for item in placeholders if now - float(item["timestamp"]) < FILE_DAYS]
    return [
        Update(
            "history",
            value(number, **{"message_echoes" if item["from"] == number.digits else "messages": [item]}),
            begin + place * CHUNK_SECONDS,
            number.phone_number_id,
        )
        for place, item in enumerate(items)
    ]


def _file(item: dict[str, Any], image: dict[str, Any]) -> dict[str, Any]:
    kept = {key: part for key, part in item.items() if key != "history_context"}
    return kept | {"type": "image", "image": image}


def _chunks(account: Account, number: Number, past: Past, now: float) -> Iterator[Chunk]:
    """By phase, the newest first, in pieces of about the same size."""
    by_phase = defaultdict(list)
    for person, item in _messages(number, past, now):
        age = now - float(item["timestamp"])
        by_phase[next(phase for phase, reach in PHASES if age <= reach)].append((person, item))
    size = max(math.ceil(past.messages / max(past.chunks, 1)), 1)
    for phase in sorted(by_phase):
        found = by_phase[phase]
        for order, start in enumerate(range(0, len(found), size), start=1):
            yield Chunk(phase, order, found[start : start + size])


def _messages(number: Number, past: Past, now: float) -> Iterator[tuple[Customer, dict[str, Any]]]:
    """Newest first, denser towards today; every message has the same id each time it is told."""
    people = people_of(number, past)
    files = {place * 4 for place in range(1, past.files + 1)}
    for place in range(past.messages):
        person = people[place % len(people)]
        age = 60 + (180 * DAY - 3600) * (place / past.messages) ** 3
        is_ours = place % 3 == 1
        yield (
            person,
            {
                "from": number.digits if is_ours else person.wa_id,
                **({"to": person.wa_id} if is_ours else {}),
                "id": f"wamid.HIST{ids.derived(number.phone_number_id, str(place), digits=20)}",
                "timestamp": str(int(now - age)),
                **_content(place, is_file=place in files),
                "history_context": {"status": "READ" if place % 5 else "DELIVERED"},
            },
        )


def _content(place: int, *, is_file: bool) -> dict[str, Any]:
    return {"type": "media_placeholder"} if is_file else {"type": "text", "text": {"body": WORDS[place % len(WORDS)]}}


def _told(account: Account, chunk: Chunk, progress: int) -> dict[str, Any]:
    threads: dict[str, dict[str, Any]] = {}
    for person, item in chunk.messages:
        about = {"wa_id": person.wa_id, "user_id": ids.user_id(account.business_id, person.wa_id)}
        thread = threads.setdefault(person.wa_id, {"id": person.wa_id, "context": about, "messages": []})
        thread["messages"].append(item)
    about_chunk = {"phase": chunk.phase, "chunk_order": chunk.order, "progress": progress}
    return {"metadata": about_chunk, "threads": list(threads.values())}
