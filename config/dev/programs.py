"""The programs of ``make run``, beside its servers: the Procfile's, and the simulator of Meta."""

import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from config.dev.options import Options
from config.dev.processes import Program

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = Path(sys.executable).parent


def simulator(options: Options, env: Mapping[str, str]) -> Program:
    where = ["--port", str(options.port + 1), "--data", str(options.data / "simulator.sqlite3")]
    webhook = ["--webhook-url", f"{options.base_url}/api/whatsapp/meta/webhook"]
    shared = {
        "SIMULATOR_APP_SECRET": env["WHATSAPP_AUTOMATION_META_APP_SECRET"].split(",")[0],
        "SIMULATOR_VERIFY_TOKEN": env["WHATSAPP_AUTOMATION_META_WEBHOOK_VERIFY_TOKEN"],
    }
    return Program(
        name="simulator",
        command=[sys.executable, "-m", "whatsapp.simulator", *where, *webhook],
        cwd=ROOT,
        env={**env, **shared},
        is_ready=lambda: answers(f"{options.simulator_url}/sim/"),
    )


def processes(options: Options, env: Mapping[str, str]) -> list[Program]:
    """The same commands as in the Procfile. They are ready together: when /readyz has seen them."""
    celery = [str(SCRIPTS / "celery"), "--quiet", "-A", "config"]
    granian = [str(SCRIPTS / "granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(options.port)]
    threads = ["--workers", "2", "--blocking-threads", "4", "--no-ws", "--respawn-failed-workers"]
    commands = {
        "web": [*granian, *threads, "--workers-kill-timeout", "5", "--log-level", "warning", "config.wsgi:application"],
        "worker": [*celery, "worker", "--loglevel", "WARNING", "--concurrency", "4", "--without-gossip"],
        "beat": [*celery, "beat", "--loglevel", "WARNING"],
        "relay": [sys.executable, "manage.py", "relay_events"],
    }
    ready = once_true(lambda: answers(f"{options.base_url}/readyz"))
    return [Program(name, command, ROOT, env, is_ready=ready) for name, command in commands.items()]


def once_true(condition: Callable[[], bool]) -> Callable[[], bool]:
    """Asks at most once a second and remembers the first yes, so that several programs share one question."""
    next_question, answer = 0.0, False

    def remembered() -> bool:
        nonlocal next_question, answer
        if not answer and time.monotonic() >= next_question:
            answer, next_question = condition(), time.monotonic() + 1.0
        return answer

    return remembered


def answers(url: str) -> bool:
    """Whether GET gives 200."""
    try:
        with urllib.request.urlopen(url, timeout=3) as response:  # noqa: S310 (our own http address)
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
