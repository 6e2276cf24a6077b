import pytest

from tenants.models import PhoneNumber
from tests.factories import make_account, make_number, make_tenant
from tests.whatsapp.meta_bodies import NUMBER_ID, WABA_ID
from whatsapp import valkey


@pytest.fixture
def number(db: None) -> PhoneNumber:
    """The owner of the payload files' number."""
    tenant = make_tenant("studio-jana")
    return make_number(tenant, make_account(tenant, waba_id=WABA_ID), phone_number_id=NUMBER_ID)


@pytest.fixture
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Valkey's address, with nobody listening there."""
    monkeypatch.setattr(valkey, "_client", valkey.connect("redis://127.0.0.1:1/0"))
    monkeypatch.setattr(valkey, "breaker", valkey.Breaker())
