from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.db import IntegrityError, transaction

from tenants import audit
from tenants.commands import RecadoCommand
from tenants.models import AutomationSettings, Tenant


class Command(RecadoCommand):
    help = (
        "Creates a client company. Its automation follows the platform's settings until it has its own; connect a "
        "number with bind_tenant and make a key with create_api_key."
    )

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("name", help='the company\'s name, for example "Studio Jana"')
        parser.add_argument("--slug", required=True, help="its short name in addresses, for example studio-jana")
        parser.add_argument("--time-zone", default="America/Sao_Paulo", help="default %(default)s")
        parser.add_argument("--contact-name", default="", help="the person of “Talk to …”")
        parser.add_argument("--address-line", default="", help="where customers go when a booking names no place")

    def run(self, **options: Any) -> dict[str, str]:
        fields = ("name", "slug", "time_zone", "contact_name", "address_line")
        tenant = Tenant(**{name: options[name] for name in fields})
        try:
            tenant.full_clean()
            with transaction.atomic():
                tenant.save(force_insert=True)
                AutomationSettings.objects.create(tenant=tenant)
                audit.record("tenant.created", tenant=tenant, obj=tenant)
        except ValidationError as error:
            raise CommandError(
                "; ".join(f"{name}: {' '.join(told)}" for name, told in error.message_dict.items())
            ) from None
        except IntegrityError:
            raise CommandError(f"slug: {tenant.slug} is taken.") from None
        return {"id": str(tenant.pk), "slug": tenant.slug, "name": tenant.name}
