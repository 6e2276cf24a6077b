"""Pytest plugin: every run has a PostgreSQL and a Valkey of its own, thrown away after it.

Loaded with ``-p``, so that the environment is complete before pytest-django reads the settings. A person's own
DATABASE_URL, REDIS_URL and secrets are never used: only TEST_DATABASE_URL and TEST_REDIS_URL are read. With xdist the
controller starts the servers; each worker takes a Valkey database of its own (pytest-django gives it its own test
database, a copy of one that is migrated while they collect tests).
"""

import atexit
import fcntl
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Generator, MutableMapping
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil
import pytest

from config.dev.processes import Program, spawn, stop
from config.dev.servers import DATABASE, create_database, prepare_postgres, prepare_valkey, running

ROOT = Path(__file__).resolve().parents[2]
OURS = re.compile(
    r"WHATSAPP_.*|EVOLUTION_.*|ALERT_.*|RECADO_.*|PORT|DEBUG|MEDIA_.*|EVENTS_.*|EMAIL_URL|.*_FILE|PUBLIC_URL"
)
ENVIRONMENT = {
    "ENVIRONMENT": "development",
    "DEBUG": "false",
    "SECRET_KEY": "test_secret_key_that_protects_nothing_and_is_long_enough",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "PUBLIC_URL": "http://testserver",
    "WHATSAPP_ENCRYPTION_KEY": "cmVjYWRvLWRldi1rZXktb25seS1mb3ItdGVzdHMtISE=",  # decodes to recado-dev-…
    "WHATSAPP_META_GRAPH_URL": "http://graph.test",
    "WHATSAPP_AUTOMATION_MODE": "enabled",
    "WHATSAPP_AUTOMATION_META_APP_ID": "100000000000001",
    "WHATSAPP_AUTOMATION_META_APP_SECRET": "test_app_secret",
    "WHATSAPP_AUTOMATION_META_WEBHOOK_VERIFY_TOKEN": "test_verify_token",
    "WHATSAPP_AUTOMATION_PROCESSOR_SECRET": "test_processor_secret",
    "CRON_SECRET": "test_cron_secret",
    "METRICS_TOKEN": "test_metrics_token",
    "EMAIL_URL": "memorymail://",
    "LOG_LEVEL": "WARNING",
    "STATIC_FROM_SOURCE": "false",  # every test client would walk the source folders
}
FOLDER_PREFIX = "recado-tests-"
MIGRATION_LOG = "TEST_MIGRATION_LOG"  # locked as long as the migration runs, however it ends


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Runs around pytest-django's own hook, which loads the settings."""
    starts_postgres = not {"PYTEST_XDIST_WORKER", "TEST_DATABASE_URL"} & os.environ.keys()
    prepare_environment(os.environ)
    if starts_postgres and getattr(early_config.known_args_namespace, "numprocesses", None):
        _migrate_ahead(os.environ)
    return (yield)


def prepare_environment(env: MutableMapping[str, str]) -> None:
    """Puts fixed values in place of a person's; starts servers unless addresses for tests are given."""
    worker = env.get("PYTEST_XDIST_WORKER")
    if worker is not None:
        env["REDIS_URL"] = _with_database(env["REDIS_URL"], 1 + int(worker.removeprefix("gw")))
        return
    for name in [name for name in env if OURS.fullmatch(name)]:
        del env[name]
    env.update(ENVIRONMENT)
    given = env.get("TEST_DATABASE_URL"), env.get("TEST_REDIS_URL")
    env["DATABASE_URL"], env["REDIS_URL"] = _start_servers(*given)


def migrated_database() -> str:
    """The name of the database that test databases are copies of, once it is migrated; "" where each is migrated.

    That is so in a run of one process, which may want none, and on a person's own server.

    What a migration that failed left undone each copy tries by itself, and tells.
    """
    log = os.environ.get(MIGRATION_LOG)
    if log is None:
        return ""
    with Path(log).open() as waited_for:
        fcntl.flock(waited_for, fcntl.LOCK_SH)
    return DATABASE


def _migrate_ahead(env: MutableMapping[str, str]) -> None:
    """Migrates the run's own database beside the collection of tests, once for all workers."""
    create_database(env["DATABASE_URL"])
    migration = Program("migrate", [sys.executable, "manage.py", "migrate", "--verbosity=0"], ROOT, dict(env))
    folder = _folder()
    with (folder / "migrate.log").open("wb") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        process = spawn(migration, log)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(stop, process, migration)
    env[MIGRATION_LOG] = log.name


def _start_servers(database_url: str | None, redis_url: str | None) -> tuple[str, str]:
    """Servers for the addresses that are not given; they stop when this process ends."""
    if database_url and redis_url:
        return database_url, redis_url
    _sweep_abandoned_folders()
    folder = _folder()
    folder.chmod(0o711)  # PostgreSQL's account passes through when we are root
    stack = ExitStack()
    atexit.register(stack.close)
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    if not redis_url:
        valkey = prepare_valkey(folder / "valkey", durable=False)
        redis_url = stack.enter_context(running(valkey, folder / "valkey.log")).url
    if not database_url:
        postgres = prepare_postgres(folder / "postgres", durable=False)
        stack.callback(shutil.rmtree, postgres.program.cwd, ignore_errors=True)
        database_url = stack.enter_context(running(postgres, folder / "postgres.log")).url
    return database_url, redis_url


def _folder() -> Path:
    """One that says whose it is."""
    return Path(tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-"))


def _sweep_abandoned_folders() -> None:
    """Removes what runs that were killed left in the temporary folder."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        with suppress(ValueError):
            if not psutil.pid_exists(int(folder.name.removeprefix(FOLDER_PREFIX).split("-")[0])):
                shutil.rmtree(folder, ignore_errors=True)


def _with_database(redis_url: str, number: int) -> str:
    return re.sub(r"/\d*$", "", redis_url) + f"/{number}"
