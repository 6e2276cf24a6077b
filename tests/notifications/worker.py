"""Worker processes to be killed: each goes as far as it is told, says so, and then hangs.

python -m tests.notifications.worker

Reads lines of "step address-of-graph", the step one of claimed, started, proved, noted, telling, round. Each brings a
new process, which writes "pid", and "step" once it got there. All of them come from one that has loaded everything.
"""

import importlib
import os
import signal
import sys
import time
from typing import Any, NoReturn

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from notifications import dispatcher, queue  # noqa: E402
from whatsapp import inbox  # noqa: E402

# Where a step hangs inside a transaction: before this function's work, everything before it written, nothing committed.
INSIDE = {
    "proved": ("notifications.queue.accepted", "_accepted_line"),  # the job is sent, its timeline does not say so
    "noted": ("notifications.queue.addresses", "learn"),
    "telling": ("notifications.events.outbox", "delivery_confirmed"),  # the status is recorded, nobody is told
}


def main(step: str) -> None:
    if step in INSIDE:
        hang_in(step)
    if step == "telling":
        while True:
            inbox.process(timezone.now())
            time.sleep(0.05)
    elif step in {"claimed", "started"}:
        batch = queue.claim(timezone.now(), limit=10)
        if step == "started":
            queue.start(batch.ready, batch.token, timezone.now())
    else:
        dispatcher.run(timezone.now())
    hang(step)


def hang_in(step: str) -> None:
    module, name = INSIDE[step]

    def stand_still(*_args: Any, **_values: Any) -> NoReturn:
        hang(step)

    setattr(importlib.import_module(module), name, stand_still)


def hang(step: str) -> NoReturn:
    say(step)
    while True:
        time.sleep(60)


def say(line: object) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that were killed
for line in sys.stdin:
    step, settings.WHATSAPP_META_GRAPH_URL = line.split()
    if os.fork() == 0:
        say(os.getpid())
        main(step)
