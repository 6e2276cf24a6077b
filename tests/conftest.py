"""Fixtures for every test. PostgreSQL and Valkey come from config.dev.pytest_servers."""

import gc
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
import redis
import responses
from django.conf import settings
from django.core.management.commands import flush
from django.db import connection

from config.dev.pytest_servers import migrated_database
from whatsapp import comparison

KEPT = {"django_content_type", "auth_permission"}


def pytest_collection_finish() -> None:
    """Code and collected tests stay to the end: they are not looked at again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """A worker's database is a copy: to migrate one takes longer than most files of tests."""
    connection.settings_dict["TEST"]["TEMPLATE"] = migrated_database()


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool) -> bool:
    """A run's own server goes with its databases: dropping one waits for whoever is still connected."""
    return django_db_keepdb or "TEST_DATABASE_URL" not in os.environ


@pytest.fixture(scope="session")
def valkey() -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        yield client


@pytest.fixture(autouse=True)
def clean_valkey(valkey: redis.Redis) -> redis.Redis:
    """Every test begins with an empty Valkey database (of this run, or of this worker of the run)."""
    valkey.flushdb()
    return valkey


@pytest.fixture(autouse=True, scope="session")
def cheap_passwords() -> None:
    """People of tests need no slow hash; every one that is made would cost a third of a second."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True, scope="session")
def folders_of_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What tests store is gone after them and waits for no disk; static files that somebody collected play no part."""
    os.fsync = lambda _file: None
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")
    settings.STATIC_ROOT = tmp_path_factory.mktemp("static")


@pytest.fixture(autouse=True, scope="session")
def swept_tables() -> None:
    """After a test that commits, its rows are swept; the audit trail's too, through its door (tenants.audit).

    Who still writes is waited for. Names of models and permissions stay: to write them again takes half a second.
    """
    connection.ops.sql_flush = lambda _style, tables, **_options: [
        "SET LOCAL recado.audit_door = 'open'",
        f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE",
        "; ".join(f"DELETE FROM {table}" for table in set(tables) - KEPT),  # noqa: S608
    ]
    flush.emit_post_migrate_signal = lambda *_args, **_options: None


@pytest.fixture
def willing_meta(settings: Any) -> Iterator[responses.RequestsMock]:
    """Meta takes every call; the token may do all that is needed."""
    settings.WHATSAPP_META_GRAPH_URL = "http://graph.test"
    token = {"is_valid": True, "scopes": sorted(comparison.NEEDED_SCOPES), "expires_at": 0}
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(re.compile(r".*/debug_token"), json={"data": token})
        mock.get(re.compile(r".*/(subscribed_apps|subscriptions)"), json={"data": []})
        mock.get(re.compile(r".*/v25\.0/\d+(\?|$)"), json={"status": "CONNECTED"})
        for method in (mock.post, mock.delete):
            method(re.compile(r".*"), json={"success": True})
        yield mock
