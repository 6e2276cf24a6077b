from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from tenants import erasing
from tenants.commands import RecadoCommand, add_contact_options, find_contact


class Command(RecadoCommand):
    help = (
        "Forgets one customer of a company for good: names, numbers, words and files go, what waits is cancelled; "
        "counts, costs and a refusal of messages (as a hash) stay. Nothing brings it back: --yes says that you know."
    )

    def add_options(self, parser: CommandParser) -> None:
        add_contact_options(parser)
        parser.add_argument("--yes", action="store_true", help="do it; without it only tells whom it would forget")

    def run(self, *, tenant_id: str, contact: str, yes: bool, **_options: Any) -> dict[str, Any]:
        found = find_contact(tenant_id, contact)
        if not yes:
            return {"id": found.pk, "name": found.display_name, "erased": False}
        try:
            counts = erasing.erase(found, now=timezone.now())
        except erasing.ErasureRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        return {"id": found.pk, "erased": True, **counts}
