"""Fixtures for every test. PostgreSQL and Valkey come from config.dev.pytest_servers."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import redis
import responses
from django.conf import settings
from django.db import connection

from whatsapp import comparison


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
