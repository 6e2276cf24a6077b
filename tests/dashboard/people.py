"""Browsers of signed-in people."""

from django.test import Client

from tenants.models import Tenant
from tests.factories import make_person


def browser(tenant: Tenant | None, role: str = "operator", **person: object) -> Client:
    """A browser in which a member of ``tenant`` with ``role`` is signed in."""
    client = Client()
    client.force_login(make_person(tenant, role, **person))
    return client
