"""/healthz: this process answers. /readyz: database, broker, and a worker and beat of this start were seen."""

from collections.abc import Callable

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

HEARTBEAT_SECONDS = 30
_store = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)


def heartbeat_key() -> str:
    """Where beat's task, run by a worker of this start, leaves its mark."""
    return f"recado:heartbeat:{settings.RECADO_START_ID}"


def record_heartbeat() -> None:
    """Called by the task that beat sends and a worker runs: both are alive when it is fresh."""
    _store.set(heartbeat_key(), 1, ex=HEARTBEAT_SECONDS)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _broker() -> bool:
    try:
        return bool(_store.ping())
    except redis.RedisError:
        return False


def _worker_and_beat() -> bool:
    try:
        return bool(_store.exists(heartbeat_key()))
    except redis.RedisError:
        return False


CHECKS: dict[str, Callable[[], bool]] = {"database": _database, "broker": _broker, "worker_and_beat": _worker_and_beat}


def healthz(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def readyz(_request: HttpRequest) -> JsonResponse:
    checks = {name: check() for name, check in CHECKS.items()}
    ready = all(checks.values())
    return JsonResponse({"status": "ready" if ready else "not ready", "checks": checks}, status=200 if ready else 503)
