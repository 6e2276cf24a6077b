"""A phone app's history as Meta tells it: bodies of chunks, the changes among them, and the files that come later."""

from collections import defaultdict
from typing import Any

from tests.whatsapp.meta_bodies import NUMBER_ID, envelope, seconds

BUSINESS = "551133334444"
DAY = 86_400
EDITED, REVOKED, REACTED, WITH_FILE = 7, 11, 13, 17  # each so many messages one of these


def bodies(messages: int, chunks: int, *, people: int = 20, number_id: str = NUMBER_ID) -> list[dict[str, Any]]:
    """``messages`` texts in ``chunks`` webhooks, with edits, deletions and reactions among them, then the files."""
    facts = [fact for place in range(messages) for fact in _facts(place, people)]
    size = -(-len(facts) // chunks)
    parts = [facts[start : start + size] for start in range(0, len(facts), size)]
    told = [_chunk(part, place, len(parts), number_id) for place, part in enumerate(parts)]
    return told + [_file(place, people, number_id) for place in range(0, messages, WITH_FILE)]


def _facts(place: int, people: int) -> list[tuple[str, dict[str, Any]]]:
    """The message and what was done to it, each with its thread."""
    person = f"5511{900_000_000 + place % people}"
    message = _message(place, person)
    placeholder = {"type": "media_placeholder"} if place % WITH_FILE == 0 else {}
    facts = [_without_text(message, placeholder)]
    if place % EDITED == 1:
        text = {"type": "text", "text": {"body": f"mensagem {place}, corrigida"}}
        facts.append(_later(message, "edit", original_message_id=message["id"], message=text))
    if place % REVOKED == 2:
        facts.append(_later(message, "revoke", original_message_id=message["id"]))
    if place % REACTED == 3:
        facts.append(_later(message, "reaction", message_id=message["id"], emoji="👍"))
    return [(person, fact) for fact in facts]


def _message(place: int, person: str) -> dict[str, Any]:
    return {
        "from": BUSINESS if place % 3 == 0 else person,
        "id": f"wamid.old.{place}",
        "timestamp": str(seconds(-120 * place - 3600)),
        "type": "text",
        "text": {"body": f"mensagem {place}"},
        "history_context": {"status": "READ"},
    }


def _without_text(message: dict[str, Any], placeholder: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in message.items() if not (placeholder and name == "text")} | placeholder


def _later(target: dict[str, Any], kind: str, **content: Any) -> dict[str, Any]:
    about = {"id": f"{target['id']}.{kind}", "timestamp": str(int(target["timestamp"]) + 60), "type": kind}
    return {"from": target["from"]} | about | {kind: content}


def _chunk(part: list[tuple[str, dict[str, Any]]], place: int, count: int, number_id: str) -> dict[str, Any]:
    threads: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for person, fact in part:
        threads[person].append(fact)
    told = {
        "metadata": {"phase": place * 3 // count, "chunk_order": place, "progress": 100 * (place + 1) // count},
        "threads": [{"id": person, "messages": messages} for person, messages in threads.items()],
    }
    return _body(number_id, history=[told])


def _file(place: int, people: int, number_id: str) -> dict[str, Any]:
    """The file of a placeholder, under the same message id."""
    message = _message(place, f"5511{900_000_000 + place % people}")
    kept = {name: message[name] for name in ("from", "id", "timestamp")}
    kept |= {"to": f"5511{900_000_000 + place % people}"} if message["from"] == BUSINESS else {}
    image = {"type": "image", "image": {"id": f"media-{place}", "mime_type": "image/jpeg", "caption": f"foto {place}"}}
    return _body(number_id, **{"message_echoes" if message["from"] == BUSINESS else "messages": [kept | image]})


def _body(number_id: str, **lists: Any) -> dict[str, Any]:
    metadata = {"display_phone_number": BUSINESS, "phone_number_id": number_id}
    return envelope({"metadata": metadata, **lists}, field="history", number_id=number_id)
