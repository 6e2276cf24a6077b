"""Keeps a set of programs alive until it is told to stop: what ``make run`` stands on.

A program that dies is named with its last lines and started again after 1, 2, 4 seconds. One that dies before it was
ever ready, or five times in a minute, is a Failure, and everything is stopped. Programs write to log files of their
own, which are followed here line by line: no full pipe can block a program, and a dying one still finds its output.
"""

import re
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import NoReturn

from config.dev.processes import STOP_SIGNALS, Program, kill_group, pid_file, spawn, stop

RESTART_DELAYS = (1.0, 2.0, 4.0)
DEATHS_ALLOWED, DEATHS_WINDOW = 5, 60.0  # this many within so many seconds are too many
LAST_LINES = 12
FATAL_LINE = re.compile(r"FATAL|PANIC|ERROR").search
TICK = 0.1
LOG_LIMIT = 20 * 1024 * 1024

Say = Callable[[str, str], None]
"""Shows a line: who speaks, what."""


class Stopped(Exception):
    """A person, or the system, asked us to stop; the text says how."""


class Failure(Exception):
    """Going on is pointless; the message is for the person at the shell."""


class Log:
    """A program's log file, and how far it was read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_bytes(b"")
        self.tail: deque[str] = deque(maxlen=LAST_LINES)
        self._position = 0
        self._rest = b""

    def new_lines(self) -> list[str]:
        """The lines written since the last call; a file grown too long starts over."""
        with self.path.open("rb") as file:
            file.seek(self._position)
            found = self._rest + file.read()
            self._position = file.tell()
        *lines, self._rest = found.split(b"\n")
        if self._position > LOG_LIMIT:
            self.path.write_bytes(b"")
            self._position = 0
        decoded = [line.decode(errors="replace").rstrip() for line in lines]
        self.tail.extend(line for line in decoded if line)
        return decoded


@dataclass
class Child:
    """A program, its present process, and its past."""

    program: Program
    log: Log
    process: subprocess.Popen[bytes]
    was_ready: bool = False
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=DEATHS_ALLOWED))
    restart_at: float | None = None

    def describe_end(self) -> str:
        code = self.process.returncode
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        return f"{self.program.name} {how}"

    def deaths_lately(self, now: float) -> int:
        return sum(now - death < DEATHS_WINDOW for death in self.deaths)


class Supervisor:
    """Starts, watches and stops programs. Use it from the main thread."""

    def __init__(self, logs: Path, pids: Path, say: Say, asked_to_stop: Callable[[], bool] = lambda: False) -> None:
        """``pids`` is this start's own folder; ``asked_to_stop`` is one more way than signals."""
        self.logs, self.pids = logs, pids
        for made in (self.logs, self.pids):
            made.mkdir(parents=True, exist_ok=True)
        self.say = say
        self.asked_to_stop = asked_to_stop
        self.children: dict[str, Child] = {}
        self._stop_requests: list[str] = []

    @contextmanager
    def obeying_signals(self) -> Iterator[None]:
        """Turns Ctrl-C, SIGTERM and a closed terminal into Stopped, raised only where nothing is half done."""
        before = {number: signal.signal(number, self._request_stop) for number in STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def start(self, program: Program) -> None:
        log = Log(self.logs / f"{program.name}.log")
        self.children[program.name] = Child(program, log, self._spawn(program, log))

    def run_once(self, program: Program) -> None:
        """Runs a program to its end. Raises Failure when it fails."""
        self.start(program)
        child = self.children[program.name]
        try:
            while child.process.poll() is None:
                self.tick(watched=[other for other in self.children.values() if other is not child])
        finally:
            self._stop_child(child)
        if child.process.returncode:
            raise Failure(self._last_words(child))

    def wait_ready(self, seconds: float) -> None:
        """Until every program is ready. Raises Failure when one dies first, or time runs out."""
        deadline = time.monotonic() + seconds
        while waiting := [child for child in self.children.values() if not child.was_ready]:
            if time.monotonic() > deadline:
                names = ", ".join(child.program.name for child in waiting)
                raise Failure(f"not ready after {seconds:.0f} s: {names}. Their logs are in {self.logs}")
            self.tick(self.children.values())
            for child in waiting:
                child.was_ready = child.process.poll() is None and child.program.is_ready()

    def watch(self) -> NoReturn:
        """Keeps the programs alive; leaves only by Stopped or Failure."""
        while True:
            self.tick(self.children.values())

    def stop_all(self, order: Iterable[str]) -> None:
        """Stops the programs in the given order, then whoever was not named, newest first."""
        unnamed = reversed([name for name in self.children if name not in set(order)])
        for name in [*order, *unnamed]:
            if name in self.children:
                self._stop_child(self.children[name])

    def _request_stop(self, number: int, _frame: FrameType | None) -> None:
        self._stop_requests.append(signal.Signals(number).name)

    def _spawn(self, program: Program, log: Log) -> subprocess.Popen[bytes]:
        try:
            with log.path.open("ab") as output:
                return spawn(program, output, self.pids)
        except OSError as error:
            raise Failure(f"{program.name} cannot be started: {error}") from error

    def tick(self, watched: Iterable[Child]) -> None:
        """One look at everything."""
        if self._stop_requests:
            raise Stopped(self._stop_requests[0])
        if self.asked_to_stop():
            raise Stopped("make was interrupted")
        time.sleep(TICK)
        for child in list(self.children.values()):
            self._show_new_lines(child)
        for child in watched:
            self._look_after(child, time.monotonic())

    def _look_after(self, child: Child, now: float) -> None:
        if child.restart_at is not None:
            if now >= child.restart_at:
                child.restart_at = None
                child.process = self._spawn(child.program, child.log)
            return
        if child.process.poll() is None:
            return
        kill_group(child.process.pid)
        pid_file(self.pids, child.program, child.process).unlink(missing_ok=True)
        self._show_new_lines(child)
        child.deaths.append(now)
        if not child.was_ready:
            raise Failure(f"{self._last_words(child)}\nIt was never ready, so everything is stopped.")
        deaths = child.deaths_lately(now)
        if deaths >= DEATHS_ALLOWED:
            raise Failure(f"{self._last_words(child)}\nIt died {deaths} times in a minute, so everything is stopped.")
        delay = RESTART_DELAYS[min(deaths, len(RESTART_DELAYS)) - 1]
        self.say("recado", f"{self._last_words(child)}\nIt is started again in {delay:.0f} s.")
        child.restart_at = now + delay

    def _last_words(self, child: Child) -> str:
        self._show_new_lines(child)
        lines = child.log.tail
        if not lines:
            return f"{child.describe_end()} and said nothing."
        if child.program.quiet:
            return f"{child.describe_end()}: {next(filter(FATAL_LINE, reversed(lines)), lines[-1])}"
        return "\n".join([f"{child.describe_end()}. Its last lines:", *(f"    {line}" for line in lines)])

    def _show_new_lines(self, child: Child) -> None:
        for line in child.log.new_lines():
            if not child.program.quiet:
                self.say(child.program.name, line)

    def _stop_child(self, child: Child) -> None:
        stop(child.process, child.program, self.pids, hurry=lambda: len(self._stop_requests) > 1)
        self._show_new_lines(child)
        self.children.pop(child.program.name)
