"""The table of config.celery and the rows that beat reads say the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django_celery_beat.models import PeriodicTask

from config import beat
from config.celery import BEAT, app

pytestmark = pytest.mark.django_db
AHEAD = datetime(2027, 1, 1, 12, tzinfo=UTC)


def rows() -> dict[str, tuple[str, int]]:
    ours = PeriodicTask.objects.filter(name__startswith=beat.PREFIX).select_related("interval")
    return {row.name.removeprefix(beat.PREFIX): (row.task, row.interval.every) for row in ours}


def test_every_line_of_the_table_becomes_a_row():
    assert beat.sync() == len(BEAT)
    assert rows() == {line.name: (line.task, line.every) for line in BEAT}


def test_every_row_points_at_a_task_that_workers_know():
    beat.sync()
    app.loader.import_default_modules()
    assert {task for task, _ in rows().values()} - set(app.tasks) == set()


@pytest.mark.django_db(transaction=True)  # beat closes its connection
def test_beat_reads_rows_that_its_start_wrote():
    schedule = beat.Scheduler(app=app, lazy=False).schedule
    assert {line.task for line in BEAT} <= {entry.task for entry in schedule.values()}


def test_a_second_start_changes_nothing():
    beat.sync()
    assert beat.sync() == 0


def test_a_changed_line_changes_its_row_and_a_removed_one_goes():
    beat.sync()
    beat.sync([replace(BEAT[0], every=77)])
    assert rows() == {BEAT[0].name: (BEAT[0].task, 77)}


def test_rows_of_people_and_their_switches_are_left_alone():
    beat.sync()
    own = PeriodicTask.objects.create(
        name="own", task="config.heartbeat", interval=PeriodicTask.objects.first().interval
    )
    switched_off = PeriodicTask.objects.get(name=f"{beat.PREFIX}{BEAT[0].name}")
    PeriodicTask.objects.filter(pk=switched_off.pk).update(enabled=False)
    beat.sync()
    assert PeriodicTask.objects.filter(pk=own.pk).exists()
    assert not PeriodicTask.objects.get(pk=switched_off.pk).enabled


@pytest.mark.django_db(transaction=True)
def test_a_clock_that_is_set_back_silences_nothing(time_machine):
    time_machine.move_to(AHEAD, tick=False)
    scheduler = beat.Scheduler(app=app, lazy=False)
    sent = []
    scheduler.apply_entry = lambda entry, producer=None: sent.append(entry.task)
    run(scheduler, time_machine, seconds=20)
    assert set(sent) >= {line.task for line in BEAT if line.every <= 5}

    sent.clear()
    time_machine.move_to(AHEAD - timedelta(hours=2), tick=False)
    run(scheduler, time_machine, seconds=20)
    assert set(sent) >= {line.task for line in BEAT if line.every <= 5}


def run(scheduler, clock, seconds):
    """As beat does: a tick, a pause as long as the tick said."""
    left = float(seconds)
    while left > 0:
        pause = max(scheduler.tick(), 0.1)
        clock.shift(pause)
        left -= pause
    scheduler.sync()  # else it is done when the tests' process ends, with no database any more
