from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db.models import Count
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from tenants.commands import RecadoCommand, add_tenant_option, find_tenant
from whatsapp.replay import REPLAYABLE, choose, record_asked, replay_all


class Command(RecadoCommand):
    help = (
        "Processes stored webhook events again: dead letters after a repair, ignored ones after an upgrade. What an "
        "event did before is not done twice. Without --state: failed ones only."
    )

    def add_options(self, parser: CommandParser) -> None:
        add_tenant_option(parser)
        parser.add_argument("--field", help="only this field of the webhook, for example messages")
        parser.add_argument("--state", choices=sorted(REPLAYABLE), default="failed", help="default %(default)s")
        parser.add_argument("--since", metavar="TIME", help="received at this time or later (ISO 8601 with offset)")
        parser.add_argument("--dry-run", action="store_true", help="only count them")

    def run(self, **options: Any) -> dict[str, Any]:
        tenant = find_tenant(options["tenant_id"]) if options["tenant_id"] else None
        since = _moment(options["since"]) if options["since"] else None
        events = choose(state=options["state"], tenant=tenant, field=options["field"] or "", since=since)
        by_field = dict(events.order_by().values_list("field").annotate(Count("pk")))
        found = sum(by_field.values())
        if options["dry_run"]:
            return {"found": found, "by_field": by_field, "replayed": 0}
        record_asked(events)
        replayed = replay_all(events, timezone.now(), progress=self._progress(found))
        return {"found": found, "by_field": by_field, "replayed": replayed}

    def _progress(self, found: int) -> Callable[[int], None]:
        """On stderr, so that the answer on stdout stays one document."""
        return lambda done: self.stderr.write(f"{done} of {found} events are back in the line.")


def _moment(value: str) -> Any:
    try:
        at = parse_datetime(value)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise CommandError(f"--since: {value!r} is not a time with offset, for example 2026-11-21T14:00:00-03:00.")
    return at
