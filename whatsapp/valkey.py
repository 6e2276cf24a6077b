"""Short words with Valkey that may fail: for what is a convenience (bells, counters), never for what must not be lost.

A command takes a tenth of a second at most. After a failure a breaker holds for two seconds, so that a broker that is
down costs a request nothing.
"""

import time
from collections.abc import Callable
from typing import TypeVar

import redis
import structlog
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

T = TypeVar("T")
TIMEOUT_SECONDS = 0.1
BREAKER_SECONDS = 2.0

log = structlog.get_logger(__name__)


class Breaker:
    """Open for a while after a failure: what it guards is then not even tried."""

    def __init__(self, seconds: float = BREAKER_SECONDS) -> None:
        self.seconds = seconds
        self._open_until = 0.0

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self._open_until

    def trip(self) -> None:
        self._open_until = time.monotonic() + self.seconds

    def reset(self) -> None:
        self._open_until = 0.0


def connect(url: str) -> redis.Redis:
    """A client with our short timeouts."""
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=TIMEOUT_SECONDS,
        socket_timeout=TIMEOUT_SECONDS,
        # once more for a connection that the server closed meanwhile, not for one that is silent
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    )


breaker = Breaker()
_client = connect(settings.REDIS_URL)


def attempt(command: Callable[[redis.Redis], T]) -> T | None:
    """The command's answer, or None when Valkey cannot be asked now. Never raises for a broker's failure."""
    if breaker.is_open:
        return None
    try:
        return command(_client)
    except (redis.RedisError, OSError) as error:
        breaker.trip()
        log.warning("valkey_unreachable", error=type(error).__name__)
        return None


def is_reachable() -> bool:
    """Whether Valkey answers now."""
    return bool(attempt(lambda client: client.ping()))
