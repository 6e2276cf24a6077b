"""manage.py import_appointments: bookings from a CSV file."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from notifications import appointments
from notifications.appointments import Booking, Invalid, MoveRefused
from notifications.models import Appointment
from notifications.wording import fold
from tenants.commands import RecadoCommand, add_tenant_option, find_tenant
from tenants.models import Tenant
from whatsapp.models import Message

NEEDED = ("external_id", "customer_name", "customer_phone", "service", "starts_at")
TEXTS = ("external_id", "customer_name", "customer_phone", "service", "place", "professional")
YES = frozenset({"", "1", "true", "yes", "sim", "s", "y"})
CANCELLED = frozenset({"cancelled", "canceled", "cancelado", "cancelada"})


class Command(RecadoCommand):
    help = (
        "Books from a CSV file with a header: external_id, customer_name, customer_phone, service, starts_at and, "
        "where wanted, ends_at, place, professional, notify (yes or no), state (cancelled), notify_client (yes or no). "
        "Times "
        "carry an offset (2026-11-21T14:00:00-03:00), or are the company's with --local-times. A line that is already "
        "booked as it says changes nothing. Lines with an error are named and left out; the others are taken."
    )

    def add_options(self, parser: CommandParser) -> None:
        add_tenant_option(parser, required=True)
        parser.add_argument("file", type=Path, help="the CSV file, in UTF-8, with commas or semicolons")
        parser.add_argument("--local-times", action="store_true", help="times without offset are the company's")
        parser.add_argument("--silent", action="store_true", help="send no notice, whatever the file says")

    def run(
        self, *, file: Path, tenant_id: str, local_times: bool, silent: bool, **_options: Any
    ) -> list[dict[str, Any]]:
        tenant = find_tenant(tenant_id)
        results = [_take(tenant, line, row, local_times, silent) for line, row in read_csv(file, NEEDED)]
        if wrong := [result for result in results if result["outcome"] == "error"]:
            lines = "; ".join(f"line {result['line']}: {result['detail']}" for result in wrong[:5])
            raise CommandError(f"{len(wrong)} of {len(results)} lines were not taken: {lines}")
        return results


def read_csv(file: Path, needed: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and values by column; CommandError for what is no such file."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, delimiter=_delimiter(stream))
            columns = [name.strip() for name in reader.fieldnames or []]
            if missing := [name for name in needed if name not in columns]:
                raise CommandError(f"{file} has no column {', '.join(missing)}.")
            reader.fieldnames = columns
            for row in reader:
                yield reader.line_num, {name: (row[name] or "").strip() for name in columns}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"{file} cannot be read: {error}") from error


def _delimiter(stream: TextIO) -> str:
    header = stream.readline()
    stream.seek(0)
    return ";" if header.count(";") > header.count(",") else ","


def _take(tenant: Tenant, line: int, row: dict[str, str], local_times: bool, silent: bool) -> dict[str, Any]:
    result = {"line": line, "external_id": row["external_id"], "outcome": "", "detail": ""}
    try:
        if fold(row.get("state", "")) in CANCELLED:
            return result | {"outcome": _cancel(tenant, row, silent)}
        booked = appointments.book(
            tenant, _booking(tenant, row, local_times, silent), origin=Message.Origin.API, now=timezone.now()
        )
    except (Invalid, MoveRefused) as problem:
        return result | {"outcome": "error", "detail": str(problem)}
    outcome = "created" if booked.created else "changed" if booked.changed else "unchanged"
    return result | {"outcome": outcome, "detail": booked.note}


def _cancel(tenant: Tenant, row: dict[str, str], silent: bool) -> str:
    appointment = Appointment.objects.for_tenant(tenant).filter(external_id=row["external_id"]).first()
    if appointment is None:
        raise Invalid({"external_id": "there is no such appointment to cancel"})
    told = not silent and bool(row.get("notify_client")) and _is_yes(row["notify_client"])
    appointments.cancel(appointment, notify_client=told, origin=Message.Origin.API, now=timezone.now())
    return "cancelled"


def _booking(tenant: Tenant, row: dict[str, str], local_times: bool, silent: bool) -> Booking:
    starts_at = _time(tenant, "starts_at", row, local_times)
    if starts_at is None:
        raise Invalid({"starts_at": "give the time"})
    texts: dict[str, Any] = {name: row.get(name, "") for name in TEXTS}
    return Booking(
        **texts,
        starts_at=starts_at,
        ends_at=_time(tenant, "ends_at", row, local_times),
        notify=not silent and _is_yes(row.get("notify", "")),
    )


def _time(tenant: Tenant, name: str, row: dict[str, str], local_times: bool) -> datetime | None:
    text = row.get(name, "")
    if not text:
        return None
    try:
        value = parse_datetime(text)
    except ValueError as error:
        raise Invalid({name: str(error)}) from None
    if value is None:
        raise Invalid({name: f"{text!r} is not a time like 2026-11-21T14:00:00-03:00"})
    return value.replace(tzinfo=tenant.zone) if local_times and value.tzinfo is None else value


def _is_yes(value: str) -> bool:
    return fold(value) in YES
