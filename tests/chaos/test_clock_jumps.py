"""The clock of web, worker and beat is set forward and back under load: nothing is lost, doubled, or left lying."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chaos.copies import Copy, eventually
from tests.chaos.sender import SECONDS, Judge, Meta, judge

CLOCK = Path(__file__).parent / "clock"
HOUR = 3600


class Clock:
    """The offset, in seconds, that the processes of a copy follow."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.set(0)

    def set(self, offset: float) -> None:
        draft = self.file.with_suffix(".draft")
        draft.write_text(str(offset))
        draft.rename(self.file)


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Clock:
    return Clock(tmp_path_factory.mktemp("clock") / "offset")


@pytest.fixture(scope="module")
def copy(make_copy: Callable[..., Copy], clock: Clock):
    path = os.pathsep.join(filter(None, [str(CLOCK), os.environ.get("PYTHONPATH")]))
    copy = make_copy("clock", PYTHONPATH=path, CHAOS_CLOCK=str(clock.file)).start().wait_ready()
    yield copy
    copy.stop()


@pytest.mark.parametrize(
    "offsets", [[2 * HOUR, 0], [-HOUR, 0], [30, -30, 0, 2 * HOUR, -2 * HOUR, 0]], ids=["ahead", "behind", "to and fro"]
)
def test_the_clock_jumps(copy, clock, offsets):
    meta = Meta(copy).start()
    try:
        for offset in offsets:
            time.sleep(SECONDS / len(offsets))
            clock.set(offset)
        judge(copy, meta)
    finally:
        clock.set(0)
        meta.stop()


def test_the_processes_do_follow_the_clock(copy, clock):
    meta = Meta(copy, threads=1)
    clock.set(2 * HOUR)
    try:
        time.sleep(1)
        meta.start()
        eventually(lambda: meta.stored)
    finally:
        clock.set(0)
        meta.stop()
    late = "SELECT count(*) FROM whatsapp_webhookevent WHERE received_at > now() + interval '1 hour'"
    assert Judge(copy).ask(late)[0][0] > 0
