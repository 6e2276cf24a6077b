"""Requests at a steady pace, whatever the server does: a late answer makes the next ones late too, and counts as such.

Runs as a process of its own (``python -m tests.bench.paced``). Latency is counted from the moment at which a request
was due, so that a server that stands still hides nothing.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.bench.load import Result, _Connection, _read

CONNECTIONS = 8


def run(port: int, requests: Sequence[bytes], a_second: float) -> Result:
    """Sends every request once at ``a_second``, over a few kept connections, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "requests"
        source.write_bytes(b"".join(len(request).to_bytes(4, "big") + request for request in requests))
        command = [sys.executable, "-m", "tests.bench.paced", str(port), str(a_second), str(source)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise RuntimeError(answer.stderr[-2000:])
    return Result(**json.loads(answer.stdout))


def _drive(port: int, requests: list[bytes], a_second: float) -> Result:
    latencies: list[float] = []
    statuses: Counter[str] = Counter()
    began = time.perf_counter() + 0.2

    def drive(first: int) -> None:
        connection = _Connection(port)
        for place in range(first, len(requests), CONNECTIONS):
            due = began + place / a_second
            time.sleep(max(due - time.perf_counter(), 0))
            connection.send(requests[place])
            while (status := connection.receive()) is None:
                pass
            latencies.append(time.perf_counter() - due)
            statuses[status] += 1

    threads = [threading.Thread(target=drive, args=(first,)) for first in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cuts = statistics.quantiles(latencies, n=100)
    return Result(len(latencies), time.perf_counter() - began, cuts[49] * 1000, cuts[94] * 1000, dict(statuses))


if __name__ == "__main__":
    _port, _a_second, _source = sys.argv[1:]
    print(json.dumps(asdict(_drive(int(_port), _read(Path(_source)), float(_a_second)))))
