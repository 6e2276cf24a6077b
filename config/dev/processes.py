"""Child processes that never outlive their parent.

Every child leads a session of its own, so that Ctrl-C reaches the parent alone and the parent decides the order of
stopping. On Linux the kernel signals a child whose parent died; everywhere a pid file tells who was left behind.
"""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import psutil

PR_SET_PDEATHSIG = 1
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
        _write_pid_file(pid_folder / f"{program.name}.pid", process.pid)
    return process


def stop(process: subprocess.Popen[bytes], program: Program, pid_folder: Path | None = None) -> None:
    """Stops the program and all that it started; returns when none of it is left."""
    if process.poll() is None:
        process.send_signal(program.stop_signal)
        with suppress(subprocess.TimeoutExpired):
            process.wait(program.grace)
    kill_group(process.pid)
    process.wait()
    if pid_folder is not None:
        (pid_folder / f"{program.name}.pid").unlink(missing_ok=True)


def kill_group(leader: int) -> None:
    """Ends what is left of a session: a master killed with -9 leaves its workers."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def end_leftovers(pid_folder: Path, grace: float = 10.0) -> list[str]:
    """Ends the processes of a supervisor that was killed; returns their names."""
    found = [(path, _read_pid_file(path)) for path in sorted(pid_folder.glob("*.pid"))]
    alive = [(path, process) for path, process in found if process is not None]
    for _, process in alive:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    psutil.wait_procs([process for _, process in alive], timeout=grace)
    for _, process in alive:
        kill_group(process.pid)
    for path, _ in found:
        path.unlink(missing_ok=True)
    return [path.stem for path, _ in alive]


def wait_until(condition: Callable[[], bool], seconds: float, step: float = 0.02) -> bool:
    """Whether ``condition`` became true within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(step)
    return True


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
