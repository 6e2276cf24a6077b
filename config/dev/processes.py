"""Child processes that never outlive their parent.

Every child leads a session of its own, so that Ctrl-C reaches the parent alone and the parent decides the order of
stopping. On Linux the kernel signals a child whose parent died; everywhere a pid file tells who was left behind.
"""

import ctypes
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NoReturn

import psutil

PR_SET_PDEATHSIG = 1
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def always() -> bool:
    """The readiness of a program that says nothing about it."""
    return True


@dataclass(frozen=True)
class Program:
    """How one child is run, stopped (``stop_signal``, then SIGKILL after ``grace`` seconds) and known to be ready."""

    name: str
    command: list[str]
    cwd: Path
    env: Mapping[str, str] = field(default_factory=dict)
    account: pwd.struct_passwd | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 10.0
    is_ready: Callable[[], bool] = always
    quiet: bool = False  # its lines go to its log alone


def spawn(program: Program, output: int | IO[bytes], pid_folder: Path | None = None) -> subprocess.Popen[bytes]:
    """Starts the program, its standard output and error going to ``output``. Call it from the main thread.

    ``program.env`` is the whole environment of the child. Raises OSError when the command cannot be run.
    """
    process = subprocess.Popen(
        program.command,
        cwd=program.cwd,
        env=dict(program.env),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_dies_with(os.getpid(), program.stop_signal),  # noqa: PLW1509 (called before any thread starts)
        **as_account(program.account),
    )
    if pid_folder is not None:
        _write_pid_file(pid_file(pid_folder, program, process), process.pid)
    return process


def stop(
    process: subprocess.Popen[bytes],
    program: Program,
    pid_folder: Path | None = None,
    hurry: Callable[[], bool] = lambda: False,
) -> None:
    """Stops the program and all that it started; returns when none of it is left. ``hurry`` ends the patience."""
    if process.poll() is None:
        process.send_signal(program.stop_signal)
        wait_until(lambda: process.poll() is not None or hurry(), program.grace)
    kill_group(process.pid)
    process.wait()
    if pid_folder is not None:
        pid_file(pid_folder, program, process).unlink(missing_ok=True)


def pid_file(folder: Path, program: Program, process: subprocess.Popen[bytes]) -> Path:
    """A name of its own for every process, also when a program is started again."""
    return folder / f"{program.name}.{process.pid}.pid"


def kill_group(leader: int) -> None:
    """Ends what is left of a session: a master killed with -9 leaves its workers."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def end_leftovers(pid_folder: Path, grace: float = 10.0) -> list[str]:
    """Ends the processes of a supervisor that was killed, and removes its folder; returns their names."""
    found = [(path, _read_pid_file(path)) for path in sorted(pid_folder.glob("*.pid"))]
    alive = [(path, process) for path, process in found if process is not None]
    for _, process in alive:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    psutil.wait_procs([process for _, process in alive], timeout=grace)
    for _, process in alive:
        kill_group(process.pid)
    shutil.rmtree(pid_folder, ignore_errors=True)
    return [path.name.split(".")[0] for path, _ in alive]


@contextmanager
def guarded(pid_folder: Path) -> Iterator[None]:
    """While the block runs, a fork of this process waits for our death, to end whom a kill -9 would leave behind.

    The parent-death signal reaches only direct children, and a worker whose broker vanished may take it without end.
    Enter it before any thread or child is started.
    """
    reader, writer = os.pipe()
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    guard = os.fork()
    if guard == 0:
        os.close(writer)
        _guard(reader, pid_folder)
    signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    os.close(reader)
    try:
        yield
    finally:
        os.close(writer)
        os.waitpid(guard, 0)


def die_with_parent() -> None:
    """This process gets SIGTERM when the one that started it is gone (Linux)."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def interrupted(parent: int) -> Callable[[], bool]:
    """Asks whether ``parent``, a make, was interrupted (Linux).

    make does not pass on a SIGINT that was sent to it alone; it goes back to the default for that signal and waits.
    """
    if not _catches_interrupts(parent):
        return lambda: False
    return lambda: os.getppid() == parent and not _catches_interrupts(parent)


def _catches_interrupts(pid: int) -> bool:
    try:
        caught = re.search(r"^SigCgt:\s*([0-9a-f]+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    except OSError:
        return False
    return bool(caught and int(caught[1], 16) & 1 << signal.SIGINT - 1)


def wait_until(condition: Callable[[], bool], seconds: float, step: float = 0.02) -> bool:
    """Whether ``condition`` became true within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(step)
    return True


def _guard(reader: int, pid_folder: Path) -> NoReturn:
    os.setsid()
    for ignored in STOP_SIGNALS:
        signal.signal(ignored, signal.SIG_IGN)
    os.closerange(3, reader)
    os.closerange(reader + 1, 256)  # among them the lock of the data folder
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.read(reader, 1)  # nobody writes: it returns when the other end is closed
    end_leftovers(pid_folder)
    os._exit(0)


def _dies_with(parent: int, death_signal: signal.Signals) -> Callable[[], None] | None:
    """What the child does before its program starts; after the change of account, which would forget it."""
    if LIBC is None:
        return None
    prctl = LIBC.prctl

    def ask_the_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel


def as_account(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """The arguments with which subprocess runs a child as ``account``."""
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _write_pid_file(path: Path, pid: int) -> None:
    """The pid with its start time: a number alone may belong to a stranger tomorrow."""
    with suppress(psutil.NoSuchProcess):
        path.write_text(f"{pid} {psutil.Process(pid).create_time()}\n")


def _read_pid_file(path: Path) -> psutil.Process | None:
    try:
        pid, started = path.read_text().split()
        process = psutil.Process(int(pid))
        return process if abs(process.create_time() - float(started)) < 0.01 else None
    except (OSError, ValueError, psutil.NoSuchProcess):
        return None
