"""Fixtures for every test. PostgreSQL and Valkey come from config.dev.pytest_servers."""

from collections.abc import Iterator

import pytest
import redis
from django.conf import settings
from django.db import connection


@pytest.fixture(autouse=True)
def clean_valkey() -> Iterator[redis.Redis]:
    """Every test begins with an empty Valkey database (of this run, or of this worker of the run)."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
        yield client


@pytest.fixture(autouse=True, scope="session")
def cheap_passwords() -> None:
    """People of tests need no slow hash; every one that is made would cost a third of a second."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True, scope="session")
def folder_of_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What tests store is gone after them."""
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")


@pytest.fixture(autouse=True, scope="session")
def emptied_trail() -> None:
    """The rows of a test that commits are swept after it; the audit trail's too, through its door (tenants.audit)."""
    flush = connection.ops.sql_flush
    connection.ops.sql_flush = lambda *args, **options: [
        "SET LOCAL recado.audit_door = 'open'",
        *flush(*args, **options),
    ]
