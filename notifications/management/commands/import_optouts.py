"""manage.py import_optouts: people who want no messages, from a CSV file."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from notifications import optout
from notifications.management.commands.import_appointments import read_csv
from tenants import phones
from tenants.commands import RecadoCommand, add_tenant_option, find_tenant
from tenants.contacts import get_or_create_for_phone
from tenants.models import Consent, Tenant


class Command(RecadoCommand):
    help = (
        "Records opt-outs from a CSV file with a header: phone and, where known, name, at (a time with offset: since "
        "when) and proof. A newer word of the same person stays in force. Waiting messages to them are cancelled."
    )

    def add_options(self, parser: CommandParser) -> None:
        add_tenant_option(parser, required=True)
        parser.add_argument("file", type=Path, help="the CSV file, in UTF-8, with commas or semicolons")

    def run(self, *, file: Path, tenant_id: str, **_options: Any) -> list[dict[str, Any]]:
        tenant = find_tenant(tenant_id)
        results = [_take(tenant, line, row) for line, row in read_csv(file, ["phone"])]
        if wrong := [result for result in results if result["outcome"] == "error"]:
            lines = "; ".join(f"line {result['line']}: {result['detail']}" for result in wrong[:5])
            raise CommandError(f"{len(wrong)} of {len(results)} lines were not taken: {lines}")
        return results


def _take(tenant: Tenant, line: int, row: dict[str, str]) -> dict[str, Any]:
    result = {"line": line, "phone": row["phone"], "outcome": "", "detail": ""}
    now = timezone.now()
    try:
        phone = phones.normalize(row["phone"])
        at = parse_datetime(row["at"]) if row.get("at") else now
        if at is None or at.tzinfo is None:
            raise ValueError(f"{row['at']!r} is not a time with offset")
    except ValueError as problem:
        return result | {"outcome": "error", "detail": str(problem)}
    contact = get_or_create_for_phone(tenant, phone, row.get("name", ""))
    proof = row.get("proof", "") or "import"
    decides = optout.opt_out(contact, source=Consent.Source.IMPORT, now=now, effective_at=min(at, now), proof=proof)
    return result | {"outcome": "opted out" if decides else "unchanged"}
