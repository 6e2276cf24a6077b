from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from tenants import audit
from tenants.commands import RecadoCommand
from whatsapp import replay


class Command(RecadoCommand):
    help = (
        "Processes dead letters again, oldest first: webhook events that failed on every attempt, and subscribers "
        "that failed on an event although it was processed. Repair the cause first."
    )

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=int, default=1000, help="at most so many of each (default %(default)s)")

    def run(self, *, limit: int, **_options: Any) -> dict[str, int]:
        now, limit = timezone.now(), max(limit, 0)
        dead = replay.dead_letters(limit)
        replay.record_asked(dead)
        events, subscribers = replay.replay(dead, now), replay.retry_subscribers(limit, now)
        if subscribers:
            audit.record("handlerfailure.retried", tenant=None, count=subscribers)
        return {"events": events, "subscribers": subscribers}
