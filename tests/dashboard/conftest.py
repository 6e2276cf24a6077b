"""Two companies that share nothing, and browsers of their people."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from tenants.models import Tenant
from tests.dashboard.people import browser
from tests.factories import make_ready_tenant


@pytest.fixture
def jana() -> Tenant:
    return make_ready_tenant("studio-jana", name="Studio Jana")


@pytest.fixture
def charlie() -> Tenant:
    return make_ready_tenant("barbearia-charlie", name="Barbearia do Charlie")


@pytest.fixture
def operator(jana: Tenant) -> Client:
    return browser(jana)


@pytest.fixture
def viewer(jana: Tenant) -> Client:
    return browser(jana, "viewer")


@pytest.fixture
def post(jana: Tenant) -> Callable:
    """Posts a console form of Jana's as her page would."""

    def send(client: Client, path: str, **values: str):
        return client.post(path, {"tenant": str(jana.pk), **values})

    return send


@pytest.fixture
def send(jana, operator):
    """Posts in a conversation of Jana's what its page's script posts."""

    def post(row, part="enviar/", client=operator, **values):
        return client.post(
            f"/conversas/{row.pk}/{part}",
            {"tenant": str(jana.pk), "key": "k1", **values},
            headers={"Accept": "application/json"},
        )

    return post


@pytest.fixture
def meta(willing_meta):
    willing_meta.replace("POST", re.compile(r".*"), json={"id": "777", "success": True})
    return willing_meta
