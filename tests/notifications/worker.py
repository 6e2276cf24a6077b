"""A worker process to be killed: goes as far as it is told, says so, and then hangs.

python -m tests.notifications.worker claimed|started|round
"""

import sys
import time

import django

django.setup()

from django.utils import timezone  # noqa: E402

from notifications import dispatcher, queue  # noqa: E402


def main(step: str) -> None:
    if step == "round":
        dispatcher.run(timezone.now())
    else:
        batch = queue.claim(timezone.now(), limit=10)
        if step == "started":
            queue.start(batch.ready, batch.token, timezone.now())
    sys.stdout.write(f"{step}\n")
    sys.stdout.flush()
    time.sleep(60)


main(sys.argv[1])
