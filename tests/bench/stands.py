"""The servers that are measured, each as its own processes on a port of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.simulator_client import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 30


@contextmanager
def serving(module: str, *arguments: str, env: Mapping[str, str]) -> Iterator[int]:
    """Runs ``python -m module arguments`` with ``{port}`` filled in; yields the port once it listens."""
    port = free_port()
    command = [sys.executable, "-m", module, *(argument.format(port=port) for argument in arguments)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | dict(env), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


@contextmanager
def running(module: str, *arguments: str, env: Mapping[str, str]) -> Iterator[psutil.Process]:
    """Runs ``python -m module arguments``, which serves no port; ended with all that it started."""
    command = [sys.executable, "-m", module, *arguments]
    process = psutil.Popen(
        command, cwd=ROOT, env=os.environ | dict(env), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        family = [process, *process.children(recursive=True)]
        process.terminate()
        _, left = psutil.wait_procs(family, timeout=15)
        for one in left:
            one.kill()


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args} did not listen within {START_SECONDS} s")


GUNICORN = (
    "--workers",
    "2",
    "--threads",
    "4",
    "--worker-class",
    "gthread",
    "--bind",
    "127.0.0.1:{port}",
    "--backlog",
    "1024",
)


def floor_f1(env: Mapping[str, str]):
    return serving("gunicorn", *GUNICORN, "tests.bench.floors.f1:application", env=env)


def floor_peer(env: Mapping[str, str]):
    arguments = ("tests.bench.floors.peer:app", "--workers", "2", "--port", "{port}", "--log-level", "error")
    return serving("uvicorn", *arguments, env=env)


def recado(env: Mapping[str, str]):
    """The web process as make run and the Procfile start it."""
    return serving("granian", *GRANIAN, "config.wsgi:application", env=env)


def worker(env: Mapping[str, str]):
    """The worker process as make run and the Procfile start it."""
    return running("celery", *CELERY, "worker", "--concurrency", "4", "--without-gossip", env=env)


def beat(env: Mapping[str, str]):
    return running("celery", *CELERY, "beat", env=env)


CELERY = ("--quiet", "-A", "config")
GRANIAN = (
    "--interface",
    "wsgi",
    "--workers",
    "2",
    "--blocking-threads",
    "4",
    "--port",
    "{port}",
    "--no-ws",
    "--log-level",
    "error",
)
