from typing import Any

from django.core.management.base import CommandParser

from notifications.events import outbox, relay
from notifications.models import OutboxEvent
from tenants.commands import RecadoCommand


class Command(RecadoCommand):
    help = (
        "Shows an event stream: its length, first and last entry, groups of readers, and what the relay still owes it."
    )

    def add_options(self, parser: CommandParser) -> None:
        names = ", ".join(outbox.STREAMS)
        parser.add_argument("--stream", default=outbox.INBOUND, help=f"default %(default)s; Recado writes {names}")

    def run(self, *, stream: str, **_options: Any) -> dict[str, Any]:
        with relay.client() as store:
            entries = [store.xrange(stream, count=1), store.xrevrange(stream, count=1)]
            groups = store.xinfo_groups(stream) if store.exists(stream) else []
            length = store.xlen(stream)
        first, last = (_time_of(found) for found in entries)
        return {
            "stream": stream,
            "length": length,
            "first": first,
            "last": last,
            "unpublished": OutboxEvent.objects.filter(stream=stream, published_at=None).count(),
            "groups": [_group(group) for group in groups],
        }


def _time_of(entries: list[Any]) -> str | None:
    return entries[0][0].decode() if entries else None


def _group(group: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": group["name"].decode(),
        "consumers": group["consumers"],
        "pending": group["pending"],
        "last_delivered": group["last-delivered-id"].decode(),
    }
