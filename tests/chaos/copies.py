"""A copy of Recado, started by ``make run`` in a data folder of its own, as a person would."""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import requests

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 180.0  # as all times here: enough for a machine that has much else to do
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "CI")


class Copy:
    """One ``make run``; ``output`` is everything that it printed so far."""

    def __init__(self, data: Path, port: int | None = None, **env: str) -> None:
        self.data, self.port = data, port or free_ports()
        self.log = data.with_suffix(".output")
        self.env = {name: os.environ[name] for name in KEPT if name in os.environ}
        self.env |= {"PORT": str(self.port), "RECADO_DATA": str(data), **env}

    def start(self) -> "Copy":
        with self.log.open("wb") as output:
            self.make = subprocess.Popen(
                ["make", "run"],
                cwd=ROOT,
                env=self.env,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=hear_interrupts,  # noqa: PLW1509 - it touches nothing but a signal
            )
        return self

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def simulator_url(self) -> str:
        return f"http://127.0.0.1:{self.port + 1}"

    @property
    def demo(self) -> dict[str, Any]:
        return dict(json.loads((self.data / "demo.json").read_text()))

    @property
    def settings(self) -> dict[str, str]:
        """What its processes have in their environment; for others that act upon it."""
        return dict(json.loads((self.data / "environment.json").read_text()))

    @property
    def supervisor(self) -> psutil.Process:
        """The direct child of make that looks after everything."""
        children = psutil.Process(self.make.pid).children()
        return next(child for child in children if "start.py" in names(child))

    def processes(self) -> list[psutil.Process]:
        """Everything of this copy that runs, whoever its parent is now."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            said = [process.cwd(), *process.cmdline(), *process.environ().values()]
            return any(str(self.data) in part for part in said) and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    def find(self, *words: str) -> list[psutil.Process]:
        return [process for process in self.processes() if set(words) <= names(process)]

    def children(self, *words: str) -> list[psutil.Process]:
        """Those that their own parent replaces: pool workers of Celery, workers of the web server."""
        found = self.find(*words)
        return [process for process in found if parent_of(process) in found]

    def parents(self, *words: str) -> list[psutil.Process]:
        """Those that the supervisor replaces."""
        found = self.find(*words)
        return [process for process in found if parent_of(process) not in found]

    def is_ready(self) -> bool:
        try:
            return requests.get(f"{self.base_url}/readyz", timeout=3).status_code == 200
        except requests.RequestException:
            return False

    def wait_ready(self, seconds: float = READY_SECONDS) -> "Copy":
        started = time.monotonic()
        while "Recado is ready" not in self.output or not self.is_ready():
            assert self.make.poll() is None, f"make run ended:\n{self.output}"
            assert time.monotonic() - started < seconds, f"not ready after {seconds} s:\n{self.output}"
            time.sleep(0.1)
        return self

    def interrupt(self) -> None:
        """Ctrl-C: the terminal sends it to make and the supervisor, which share a process group."""
        os.killpg(self.make.pid, signal.SIGINT)

    def stop(self, seconds: float = 90.0) -> None:
        if self.make.poll() is None:
            self.interrupt()
        self.make.wait(seconds)


@contextmanager
def throwaway() -> Iterator[Callable[..., Copy]]:
    """Makes copies, not started yet; the same name is the same data. All are ended, their data is thrown away."""
    folder = Path(tempfile.mkdtemp(prefix="recado-chaos-"))
    folder.chmod(0o711)  # PostgreSQL's own account passes through
    made: list[Copy] = []

    def make(name: str = "copy", port: int | None = None, **env: str) -> Copy:
        made.append(Copy(folder / name, port, **env))
        return made[-1]

    try:
        yield make
    finally:
        for copy in made:
            kill_all(copy.processes())
        shutil.rmtree(folder, ignore_errors=True)


def parent_of(process: psutil.Process) -> psutil.Process | None:
    """None once either has ended."""
    try:
        return process.parent()
    except psutil.Error:
        return None


def kill_all(processes: list[psutil.Process], number: int = signal.SIGKILL) -> int:
    """Signals those that still live; answers how many."""
    count = 0
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue
        count += 1
    return count


def hear_interrupts() -> None:
    """A suite that a shell put into the background ignores SIGINT, and its children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def names(process: psutil.Process) -> set[str]:
    """The words of its command line without folders; servers rewrite theirs into one word. None once it has ended."""
    try:
        return {word.rpartition("/")[2] for word in " ".join(process.cmdline()).split()}
    except psutil.Error:
        return set()


def eventually(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """The first true answer of ``condition``; fails the test when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
    return answer


def free_ports() -> int:
    """A port that is free, and the next one too."""
    for port in random.sample(range(8300, 19000, 2), 200):
        if all(_is_free(number) for number in (port, port + 1)):
            return port
    raise RuntimeError("no two free ports in a row")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
