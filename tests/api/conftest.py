"""A company with a key, and another one that must never be seen."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from tenants.models import Tenant
from tests.factories import make_api_key, make_ready_tenant


def client_of(tenant: Tenant) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_X_API_KEY=make_api_key(tenant))
    return client


@pytest.fixture
def tenant(db: None) -> Tenant:
    return make_ready_tenant("studio-jana")


@pytest.fixture
def api(tenant: Tenant) -> APIClient:
    return client_of(tenant)


@pytest.fixture
def strangers_api(db: None) -> APIClient:
    return client_of(make_ready_tenant("barbearia-charlie"))


@pytest.fixture
def booking() -> Callable[..., dict[str, Any]]:
    """A valid body, for the day after tomorrow; every value may be given."""
    starts_at = (timezone.now() + timedelta(days=2)).replace(microsecond=0)

    def make(**values: Any) -> dict[str, Any]:
        return {
            "external_id": "b-1",
            "customer": {"name": "Maria Silva", "phone": "+5511988887777"},
            "service": "Corte",
            "starts_at": starts_at.isoformat(),
            **values,
        }

    return make
