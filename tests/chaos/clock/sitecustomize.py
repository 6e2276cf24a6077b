"""A clock that can be set while processes run: this folder on PYTHONPATH, and CHAOS_CLOCK a file with seconds.

Every Python process that starts with it follows the file: ``datetime.now``, ``time.time`` and their like are that many
seconds away from the truth; monotonic time goes on, as it does when a machine's clock is set.
"""

import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LOOK_SECONDS = 0.2


class Clock:
    """This process's clock, also after a fork, which takes the time along but no thread."""

    def __init__(self, file: Path) -> None:
        self.file, self.offset, self.travel = file, 0.0, None

    def start(self) -> None:
        threading.Thread(target=self.follow, name="clock", daemon=True).start()

    def follow(self) -> None:
        pause = threading.Event()
        while True:
            if (told := self.read()) != self.offset:
                self.travel = self.travel or begin()
                self.travel.shift(told - self.offset)
                self.offset = told
            pause.wait(LOOK_SECONDS)

    def read(self) -> float:
        try:
            return float(self.file.read_text())
        except (OSError, ValueError):  # not there, or just being written
            return self.offset


def begin() -> Any:
    """The true time, from now on movable; imported late, since most processes are short and never need it."""
    import time_machine  # noqa: PLC0415

    return time_machine.travel(datetime.now(UTC), tick=True).start()


if "CHAOS_CLOCK" in os.environ:
    clock = Clock(Path(os.environ["CHAOS_CLOCK"]))
    clock.start()
    os.register_at_fork(after_in_child=clock.start)
