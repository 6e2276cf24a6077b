import pytest

from tenants.models import PhoneNumber
from tests.factories import make_account, make_number, make_tenant
from tests.whatsapp.meta_bodies import NUMBER_ID, WABA_ID


@pytest.fixture
def number(db: None) -> PhoneNumber:
    """The owner of the payload files' number."""
    tenant = make_tenant("studio-jana")
    return make_number(tenant, make_account(tenant, waba_id=WABA_ID), phone_number_id=NUMBER_ID)
