from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from notifications import actions, chosen
from notifications.models import NotificationJob
from tenants.commands import RecadoCommand

WAITING = frozenset({NotificationJob.State.PENDING, NotificationJob.State.UNCERTAIN})


class Command(RecadoCommand):
    help = (
        "Discards messages that wait in the queue, with a reason; nothing is deleted. Without --older-than those of "
        "later days are among them. Messages that are being sent right now are left to their outcome. Look first with "
        "--dry-run."
    )

    def add_options(self, parser: CommandParser) -> None:
        chosen.add_filters(parser)

    def run(self, **options: Any) -> dict[str, Any]:
        if not any(options[name] for name in ("tenant_id", "kind", "older_than", "dry_run")):
            raise CommandError("Say which messages: --tenant-id, --kind or --older-than (0m: all whose time has come).")
        reason = options["reason"] or "clean_queue"
        return chosen.apply(
            chosen.choose(WAITING, options),
            lambda job: actions.discard(job, reason, None, timezone.now()),
            dry_run=options["dry_run"],
        )
