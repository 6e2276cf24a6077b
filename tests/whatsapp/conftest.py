from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tenants.models import PhoneNumber, Tenant
from tests.factories import make_account, make_number, make_tenant
from tests.simulator_client import SimulatorProcess
from tests.whatsapp.media_files import MetaFiles
from tests.whatsapp.meta_bodies import NUMBER_ID, WABA_ID
from whatsapp import valkey
from whatsapp.simulator.simulator import APP_ID


@pytest.fixture
def number(db: None) -> PhoneNumber:
    """The owner of the payload files' number."""
    tenant = make_tenant("studio-jana")
    return make_number(tenant, make_account(tenant, waba_id=WABA_ID), phone_number_id=NUMBER_ID)


@pytest.fixture
def tenant(db: None) -> Tenant:
    return make_tenant()


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorProcess]:
    """A Meta for the tests of one file; its webhooks reach nobody."""
    with SimulatorProcess(webhook_url="http://127.0.0.1:9/nobody") as process:
        yield process


@pytest.fixture
def meta(simulator: SimulatorProcess, settings: Any) -> SimulatorProcess:
    """The simulated Meta as ours, without the faults of other tests."""
    settings.WHATSAPP_META_GRAPH_URL = simulator.url
    settings.WHATSAPP_META_APP_ID = APP_ID
    simulator.clear_faults()
    return simulator


@pytest.fixture
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Valkey's address, with nobody listening there."""
    monkeypatch.setattr(valkey, "_client", valkey.connect("redis://127.0.0.1:1/0"))
    monkeypatch.setattr(valkey, "breaker", valkey.Breaker())


@pytest.fixture
def serving(settings: Any, tmp_path: Path) -> Iterator[Callable[..., MetaFiles]]:
    """Starts a Graph that has one file, and points us at it; what is downloaded goes to an empty folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    with ExitStack() as servers:

        def start(*args: Any, **facts: Any) -> MetaFiles:
            server = servers.enter_context(MetaFiles(*args, **facts))
            settings.WHATSAPP_META_GRAPH_URL = server.url
            return server

        yield start
