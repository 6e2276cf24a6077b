"""Beat's scheduler: django-celery-beat's, which first makes its rows say what the table of config.celery says.

The rows are where the admin shows what runs when and why, and where a person may switch a line off.
"""

import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry

from config.celery import BEAT, Periodic
from config.checks import UnsafeStart, refuse_unsafe_start

PREFIX = "recado: "  # rows of this table; people's own rows have other names and are left alone


class Entry(ModelEntry):
    """A line that ran later than now was run by a clock that was set back since; it goes on from now."""

    last_run_at: datetime

    def is_due(self) -> Any:
        self.last_run_at = min(self.last_run_at, self._default_now())
        return super().is_due()


class Scheduler(DatabaseScheduler):
    """Refuses to start where nothing may run; the table is in the rows before they are first read."""

    Entry = Entry
    _ticked_at = 0.0

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Plans anew when the clock was set back: until it caught up, nothing at all would run."""
        now = time.time()
        if now < self._ticked_at:
            self._heap = None
        self._ticked_at = now
        return float(super().tick(*args, **kwargs))

    def setup_schedule(self) -> None:
        try:
            refuse_unsafe_start()
        except UnsafeStart as error:
            raise SystemExit(str(error)) from None
        sync()
        super().setup_schedule()


def sync(table: Iterable[Periodic] = BEAT) -> int:
    """Makes the rows say what the table says; answers how many changed. Rows that left the table are removed.

    A row that a person switched off in the admin stays off.
    """
    table = list(table)
    with transaction.atomic():
        changed = sum(_write(line) for line in table)
        gone = PeriodicTask.objects.filter(name__startswith=PREFIX).exclude(name__in=[_name(line) for line in table])
        changed += gone.count()
        for row in gone:  # one by one: deleting tells a running beat that its schedule changed
            row.delete()
    return changed


def _name(line: Periodic) -> str:
    return f"{PREFIX}{line.name}"


def _write(line: Periodic) -> bool:
    """Whether the row had to change; an unchanged one is not saved, so that a running beat keeps its times."""
    schedule, _ = IntervalSchedule.objects.get_or_create(every=line.every, period=IntervalSchedule.SECONDS)
    wanted = {"task": line.task, "interval": schedule, "description": line.why, "expire_seconds": expiry(line)}
    row = PeriodicTask.objects.filter(name=_name(line)).first()
    if row and all(getattr(row, field) == value for field, value in wanted.items()):
        return False
    PeriodicTask.objects.update_or_create(name=_name(line), defaults=wanted)
    return True


def expiry(line: Periodic) -> int:
    """Seconds after which a tick that no worker took is dropped: the next one does its work, and none pile up."""
    return max(line.every, 5)
