from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from tenants import api_keys, audit
from tenants.commands import RecadoCommand, add_tenant_option, find_tenant


class Command(RecadoCommand):
    help = (
        "Creates a key with which a company's systems call the REST API (header X-API-Key). The key is shown once, "
        "here; only its hash is stored."
    )

    def add_options(self, parser: CommandParser) -> None:
        add_tenant_option(parser, required=True)
        parser.add_argument("--name", default="API", help="what the key is for (default %(default)s)")

    def run(self, *, tenant_id: str, name: str, **_options: Any) -> dict[str, str]:
        tenant = find_tenant(tenant_id)
        with transaction.atomic():
            row, key = api_keys.create(tenant, name)
            audit.record("api_key.created", tenant=tenant, obj=tenant, name=row.name, prefix=row.prefix)
        return {"tenant": tenant.slug, "name": row.name, "prefix": row.prefix, "api_key": key}
