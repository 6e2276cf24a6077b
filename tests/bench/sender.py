"""One worker process that sends what is due, as the dispatch task does; told when to begin, says what it did.

``python -m tests.bench.sender [SECONDS]`` prints ``ready``, waits for a line, and runs rounds until nothing is due (or
for SECONDS). Prints the count, the seconds and the CPU as JSON.
"""

import json
import sys
import time
from datetime import timedelta

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from config import collector  # noqa: E402
from notifications import dispatcher  # noqa: E402


def main(longest: float) -> None:
    connection.ensure_connection()
    collector.relax()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sent, cpu, began = 0, time.process_time(), time.perf_counter()
    deadline = timezone.now() + timedelta(seconds=longest)
    while timezone.now() < deadline:
        done = dispatcher.run(timezone.now(), deadline=deadline)
        sent += done.sent
        if not done.due:
            break
    seconds = time.perf_counter() - began
    told = {"sent": sent, "seconds": seconds, "rate": sent / seconds}
    sys.stdout.write(json.dumps(told | {"cpu_ms": (time.process_time() - cpu) / max(sent, 1) * 1000}))


main(float(sys.argv[1]) if len(sys.argv) > 1 else 600)
