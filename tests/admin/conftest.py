"""The two companies, and a row of every model in each."""

import pytest

from tenants.models import Tenant
from tests.admin.rows import Rows
from tests.factories import make_ready_tenant


@pytest.fixture
def jana() -> Rows:
    return Rows.of(make_ready_tenant("studio-jana", name="Studio Jana"), "+5511988880001")


@pytest.fixture
def charlie() -> Rows:
    return Rows.of(make_ready_tenant("barbearia-charlie", name="Barbearia do Charlie"), "+5521988880002")


@pytest.fixture
def tenant(jana: Rows) -> Tenant:
    return jana.tenant
