"""The bell: tells the workers that rows are waiting. It may be missed; beat sweeps up what it missed.

One plain SET with NX debounces it: whoever sets the key publishes the task, all others know that it is coming. The
task answers by working until nothing is left, then takes the key away and looks once more: what was committed before
that is seen, what commits after it rings anew. The key's five seconds of life are a safety net.

A task that finds much to do stops after a slice of time and queues up again, behind whatever else the workers have to
do: a backlog of one kind delays nothing of another. It also calls the next voice, up to as many as the work bears, so
that more workers drain it faster; each voice has a key of its own.
"""

import functools
import os
import threading
import time
from collections.abc import Callable

import structlog
from celery import current_app
from kombu import Connection
from kombu.exceptions import KombuError, OperationalError
from kombu.pools import producers
from redis import RedisError

from whatsapp import valkey

LIFE_SECONDS = 5
PAUSE_SECONDS = 0.05
SLICE_SECONDS = 1.0
RINGER_PAUSE_SECONDS = 0.02

log = structlog.get_logger(__name__)


def ring(name: str, voice: int = 0) -> bool:
    """Asks for the Celery task ``name``, at most once until it is answered. Never raises, never waits long.

    False when nobody heard it: Valkey could not be asked.
    """
    won = valkey.attempt(lambda client: bool(client.set(_key(name, voice), 1, nx=True, ex=LIFE_SECONDS)))
    return _publish(name, voice) if won else won is not None


def ring_soon(name: str) -> None:
    """Rings from a thread of this process, at most every RINGER_PAUSE_SECONDS: the caller does not wait for Valkey."""
    _ringer(name, os.getpid()).ask()


def answer(name: str, work: Callable[[], int], voice: int = 0, voices: int = 1, pause: float = PAUSE_SECONDS) -> int:
    """Runs ``work`` until it finds nothing, takes the bell down, and looks once more. Answers how much was done.

    ``pause`` is how long what comes gathers between the two, in seconds. After SLICE_SECONDS with work left, the task
    ``name`` is queued again (with its ``voice``), and the next of ``voices`` is called.
    """
    until = time.monotonic() + SLICE_SECONDS
    done, is_dry = _drain(work, until)
    if is_dry:
        time.sleep(pause)
        valkey.attempt(lambda client: client.delete(_key(name, voice)))
        rest, is_dry = _drain(work, until)
        done += rest
    if not is_dry:
        _go_on(name, voice, voices)
    return done


def is_broker_down() -> bool:
    """Whether bells go unheard now; events and jobs are stored all the same."""
    return not valkey.is_reachable()


class Ringer:
    """Rings one bell for a whole process: hundreds of requests a second cost it a few rings."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._wake = threading.Event()
        threading.Thread(target=self._run, name=f"ringer {name}", daemon=True).start()

    def ask(self) -> None:
        if not self._wake.is_set():  # a third of what it costs to wake who is awake
            self._wake.set()

    def _run(self) -> None:
        while self._wake.wait():
            self._wake.clear()
            if not ring(self._name):
                self._wake.set()  # again, as soon as Valkey may be asked: nobody waits here, and beat comes later
            time.sleep(RINGER_PAUSE_SECONDS)


@functools.cache
def _ringer(name: str, _process_id: int) -> Ringer:
    """One a process: threads do not survive a fork."""
    return Ringer(name)


def _drain(work: Callable[[], int], until: float) -> tuple[int, bool]:
    """How much was done, and whether nothing was left."""
    total = 0
    while done := work():
        total += done
        if time.monotonic() >= until:
            return total, False
    return total, True


def _go_on(name: str, voice: int, voices: int) -> None:
    valkey.attempt(lambda client: client.set(_key(name, voice), 1, ex=LIFE_SECONDS))
    _publish(name, voice)
    if voice + 1 < voices:
        ring(name, voice + 1)


def _publish(name: str, voice: int) -> bool:
    try:
        with producers[_connection()].acquire(block=True, timeout=valkey.TIMEOUT_SECONDS) as producer:
            current_app.send_task(name, [voice] if voice else [], producer=producer, retry=False)
    except (KombuError, OperationalError, RedisError, OSError) as error:
        valkey.attempt(lambda client: client.delete(_key(name, voice)))
        valkey.breaker.trip()
        log.warning("bell_not_rung", task=name, error=type(error).__name__)
        return False
    return True


@functools.cache
def _connection() -> Connection:
    """A connection of our own: the application's waits and retries far longer than a webhook may."""
    limits = {
        "socket_timeout": valkey.TIMEOUT_SECONDS,
        "socket_connect_timeout": valkey.TIMEOUT_SECONDS,
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0,
        "interval_max": 0,
    }
    return current_app.connection_for_write(transport_options=limits, connect_timeout=valkey.TIMEOUT_SECONDS)


def _key(name: str, voice: int = 0) -> str:
    return f"recado:bell:{name}:{voice}"
