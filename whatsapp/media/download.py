"""A round of downloads: claims files, hands each to a thread, records what came of it. Rows are this thread's alone."""

import contextlib
import os
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from time import monotonic, sleep

import structlog
from django.conf import settings

from tenants import alerts, connections
from tenants.models import PhoneNumber
from whatsapp import delivery
from whatsapp.errors import ErrorKind, Refused
from whatsapp.media import queue
from whatsapp.media.failures import MAX_ATTEMPTS, Course, Failure, Problem, failure_of
from whatsapp.media.transfer import Fetched, fetch
from whatsapp.models import Media
from whatsapp.providers.base import AccountAccess

RENEWAL = timedelta(seconds=20)
NICENESS = 15
STORAGE_ALERT = "media_storage"
NO_TRACE = Failure(Problem.INTERNAL, Course.GIVE_UP, "every attempt ended without a trace")
OF_THE_NUMBER = {Problem.NO_ACCESS, Problem.LIMITED}

Clock = Callable[[], datetime]
log = structlog.get_logger(__name__)


def run(clock: Clock, until: datetime) -> int:
    """Downloads what is due, and begins no file after ``until``; answers how many were settled.

    0: nothing is due, the time is over, another round is at it, or the storage takes nothing.
    """
    if clock() >= until or queue.is_another_round_alive(clock()):
        return 0
    with ThreadPoolExecutor(settings.MEDIA_DOWNLOAD_THREADS, "media", _step_back) as pool:
        return Round(clock, until, pool).run()


def _step_back() -> None:
    """Pictures are decoded when nobody else wants the processor: webhooks share it.

    Linux gives every thread a niceness of its own; elsewhere it stays as it is.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


class Round:
    """One lease, its files in the air, and what is known of each number's access."""

    def __init__(self, clock: Clock, until: datetime, pool: ThreadPoolExecutor) -> None:
        self._clock, self._until, self._pool = clock, until, pool
        self._lease, self._renewed_at = uuid.uuid4(), clock()
        self._in_the_air: dict[Future[Fetched], Media] = {}
        self._numbers: dict[int, PhoneNumber] = {}
        self._access: dict[int, AccountAccess | Refused] = {}
        self._is_storage_down = False
        self._next_at = 0.0  # of the clock of time.monotonic
        self._downloaded = self._failed = 0

    def run(self) -> int:
        while self._claim() or self._in_the_air:
            done, _running = wait(self._in_the_air, timeout=1, return_when=FIRST_COMPLETED)
            self._renew()
            for future in done:
                self._record(self._in_the_air.pop(future), future)
        if self._is_storage_down:
            return 0
        if self._downloaded:
            alerts.solve(STORAGE_ALERT, now=self._clock())
        return self._downloaded + self._failed

    def _claim(self) -> int:
        """Begins as many files as threads are free; answers how many were claimed."""
        now = self._clock()
        free = settings.MEDIA_DOWNLOAD_THREADS - len(self._in_the_air)
        if not free or self._is_storage_down or now >= self._until:
            return 0
        self._keep_pace()
        rows = queue.claim(self._lease, free, now)
        self._next_at = monotonic() + len(rows) / settings.MEDIA_DOWNLOADS_A_SECOND
        for media in self._with_numbers(rows):
            self._begin(media, now)
        return len(rows)

    def _with_numbers(self, rows: list[Media]) -> list[Media]:
        """Numbers are read once a round, with what tells how to reach the provider for them."""
        if unread := {media.number_id for media in rows} - self._numbers.keys():
            self._numbers |= PhoneNumber.objects.select_related("account", "tenant").in_bulk(unread)
        for media in rows:
            media.number = self._numbers[media.number_id]
        return rows

    def _keep_pace(self) -> None:
        """Files that wait, however many, leave the processor to webhooks; what ends meanwhile is recorded after it."""
        sleep(max(self._next_at - monotonic(), 0))

    def _begin(self, media: Media, now: datetime) -> None:
        if media.expires_at <= now or media.attempts > MAX_ATTEMPTS:
            self._fail(media, NO_TRACE)
            return
        access = self._access_of(media.number)
        if isinstance(access, Refused):
            self._fail(media, failure_of(access))
        else:
            self._in_the_air[self._pool.submit(fetch, media, access, now)] = media

    def _access_of(self, number: PhoneNumber) -> AccountAccess | Refused:
        """Read once a round, from the vault; what refuses it refuses all files of the number."""
        if number.pk not in self._access:
            try:
                self._access[number.pk] = delivery.access_for(number)
            except Refused as refusal:
                self._access[number.pk] = refusal
        return self._access[number.pk]

    def _renew(self) -> None:
        now = self._clock()
        if now >= self._renewed_at + RENEWAL:
            queue.renew(self._lease, now)
            self._renewed_at = now

    def _record(self, media: Media, future: Future[Fetched]) -> None:
        try:
            fetched = future.result()
        except Exception as error:
            self._tell(media, error)
            self._fail(media, failure_of(error))
        else:
            self._downloaded += queue.record_downloaded(media, fetched, self._clock())

    def _fail(self, media: Media, failure: Failure) -> None:
        now = self._clock()
        self._failed += queue.record_failure(media, failure, now)
        if failure.problem in OF_THE_NUMBER:
            queue.postpone(media.number, failure, now)
        log.warning("media_not_downloaded", media_id=media.pk, problem=failure.problem, detail=failure.detail)

    def _tell(self, media: Media, error: Exception) -> None:
        """What concerns more than this file: the number's access, the storage, our own code."""
        now = self._clock()
        if isinstance(error, Refused) and error.kind is ErrorKind.TOKEN:
            self._access[media.number_id] = error
            connections.degrade(media.number, str(error), now)
        elif isinstance(error, OSError):
            self._is_storage_down = True
            alerts.raise_alert(STORAGE_ALERT, now=now, reason=str(error))
        elif failure_of(error).problem is Problem.INTERNAL:
            log.error("media_download_broke", media_id=media.pk, exc_info=error)
