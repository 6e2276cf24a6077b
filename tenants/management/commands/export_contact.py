from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from tenants import exporting
from tenants.commands import RecadoCommand, add_contact_options, find_contact


class Command(RecadoCommand):
    help = (
        "Exports everything that is kept of one customer of a company, as one document: who it is, what it allowed, "
        "what was said, bookings and notices. The audit trail keeps that it was asked for."
    )

    def add_options(self, parser: CommandParser) -> None:
        add_contact_options(parser)

    def run(self, *, tenant_id: str, contact: str, **_options: Any) -> dict[str, Any]:
        return exporting.export(find_contact(tenant_id, contact), now=timezone.now())
