"""A PostgreSQL that keeps its rows between runs of a benchmark, where seeding anew would take an hour."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import environ
from django.core.management import call_command
from django.db import connection

from config.dev.servers import create_database, prepare_postgres, running

OPTIONS = ("shared_buffers=2GB", "effective_cache_size=8GB", "maintenance_work_mem=1GB", "max_wal_size=16GB")


@contextmanager
def database(folder: Path) -> Iterator[None]:
    """``connection`` and DATABASE_URL lead to the server of ``folder``, made on first use and migrated."""
    server = prepare_postgres(folder, durable=False)
    more = [part for option in OPTIONS for part in ("-c", option)]
    program = replace(server.program, command=[*server.program.command, *more])
    with running(replace(server, program=program), folder / "postgres.log"):
        create_database(server.url)
        with _led_to(server.url):
            call_command("migrate", verbosity=0)
            yield


@contextmanager
def _led_to(url: str) -> Iterator[None]:
    before = os.environ["DATABASE_URL"], dict(connection.settings_dict)
    connection.close()
    connection.settings_dict |= {name: value for name, value in environ.Env.db_url_config(url).items() if value}
    os.environ["DATABASE_URL"] = url
    try:
        yield
    finally:
        connection.close()
        os.environ["DATABASE_URL"], connection.settings_dict = before
