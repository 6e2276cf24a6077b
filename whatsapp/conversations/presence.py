"""Who has a conversation open at this moment, and who writes in it: a few seconds in Valkey, nothing that must last.

One call tells and asks at once; where Valkey does not answer, nobody is seen.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from whatsapp import valkey

LIFE = timedelta(seconds=15)  # since somebody's page last said so; pages say so every five seconds


@dataclass(frozen=True)
class Presence:
    """A person with the page open."""

    person_id: int
    name: str
    typing: bool


def touch_presence(conversation_id: int, person: Any, typing: bool, now: datetime) -> list[Presence]:
    """``person`` has it open, and writes or not; answers everybody who is there now."""
    told = {"name": person.get_full_name() or person.get_username(), "typing": typing, "at": now.timestamp()}

    def exchange(client: Any) -> Mapping[bytes, bytes]:
        with client.pipeline(transaction=False) as calls:
            calls.hset(_key(conversation_id), str(person.pk), json.dumps(told))
            calls.expire(_key(conversation_id), LIFE)
            calls.hgetall(_key(conversation_id))
            return calls.execute()[-1]

    return list(_present(valkey.attempt(exchange), now))


def _present(told: Mapping[bytes, bytes] | None, now: datetime) -> Iterator[Presence]:
    for person_id, value in sorted((told or {}).items()):
        seen = json.loads(value)
        if now.timestamp() - seen["at"] < LIFE.total_seconds():
            yield Presence(int(person_id), seen["name"], seen["typing"])


def _key(conversation_id: int) -> str:
    return f"recado:here:{conversation_id}"
