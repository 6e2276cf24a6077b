from typing import Any

from django.core.management.base import CommandParser

from tenants.commands import RecadoCommand, Row, add_tenant_option, find_tenant
from tenants.models import PhoneNumber


class Command(RecadoCommand):
    help = "Lists which company owns which WhatsApp number, and how each connection is. No secret is shown."
    empty = "No number is bound. Bind one with bind_tenant."

    def add_options(self, parser: CommandParser) -> None:
        add_tenant_option(parser)
        parser.add_argument("--former", action="store_true", help="former owners too")

    def run(self, *, tenant_id: str | None, former: bool, **_options: Any) -> list[Row]:
        numbers = PhoneNumber.objects.select_related("tenant", "account")
        if tenant_id:
            numbers = numbers.for_tenant(find_tenant(tenant_id))
        if not former:
            numbers = numbers.owned()
        return [_row(number) for number in numbers]


def _row(number: PhoneNumber) -> Row:
    return {
        "tenant": number.tenant.slug,
        "provider": number.provider,
        "waba_id": number.account.waba_id if number.account else None,
        "phone_number_id": number.phone_number_id,
        "number": number.display_phone_number,
        "state": number.state,
        "reason": number.state_reason,
        "owned_from": number.owned_from,
        "owned_until": number.owned_until,
    }
