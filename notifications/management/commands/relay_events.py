import signal
import socket
import threading
from time import monotonic
from typing import Any

import redis
import structlog
from django.core.management.base import CommandParser
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from notifications import schedule, watching
from notifications.events import relay
from tenants.commands import RecadoCommand
from whatsapp import heartbeat

log = structlog.get_logger(__name__)

IDLE_SECONDS = 0.5
BACKOFF_SECONDS = (1, 2, 5, 10)
WATCH_SECONDS = 30.0


class Command(RecadoCommand):
    help = (
        "Publishes events for tenant systems from the outbox to the Redis streams bc:whatsapp:inbound and "
        "bc:whatsapp:outbound, at least once and in order. Runs until it is stopped; several may run, one publishes. "
        "It also tells when no worker or beat is alive any more."
    )

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="publish what is owed now, then end")

    def run(self, *, once: bool, **_options: Any) -> dict[str, int]:
        self.stop = threading.Event()
        if once:
            return {"published": self.publish_all(relay.client())}
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: self.stop.set())
        return {"published": self.run_forever(relay.client())}

    def run_forever(self, store: redis.Redis) -> int:
        published = failures = 0
        watched_at = -WATCH_SECONDS
        while not self.stop.is_set():
            try:
                if monotonic() >= watched_at + WATCH_SECONDS:
                    watched_at = monotonic()
                    self.watch()
                published += self.publish_all(store)
                failures = 0
            except (redis.RedisError, DatabaseError) as error:
                log.warning("relay.waits", reason=type(error).__name__, failures=failures)
                failures += 1
            close_old_connections()
            self.stop.wait(BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS)) - 1] if failures else IDLE_SECONDS)
        return published

    def watch(self) -> None:
        """Looks after workers and beat, and tells of them: what beat would do, if it is beat that is missing."""
        now = timezone.now()
        heartbeat.note(heartbeat.RELAY, socket.gethostname(), now)
        watching.look_at_processes(now)
        schedule.mail_alerts(now)
        schedule.call_alert_hook(now)

    def publish_all(self, store: redis.Redis) -> int:
        published = 0
        while not self.stop.is_set() and (count := relay.publish(store, timezone.now())):
            published += count
        return published
