"""Keys of a company's systems: made here, shown once, kept as a hash. That one was made is in the audit by itself."""

from datetime import datetime

from tenants.models import Tenant, TenantApiKey


def create(tenant: Tenant, name: str, *, until: datetime | None = None) -> tuple[TenantApiKey, str]:
    """The row, and the key itself, which nothing keeps. ``until``: from then on no call with it works."""
    return TenantApiKey.objects.create_key(tenant=tenant, name=name[:50], expiry_date=until)
