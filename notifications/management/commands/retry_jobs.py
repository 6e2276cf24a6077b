from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from notifications import actions, chosen
from notifications.models import NotificationJob
from tenants.commands import RecadoCommand

State = NotificationJob.State


class Command(RecadoCommand):
    help = (
        "Puts failed messages back in the queue (with --skipped also those that were not sent). --reason chooses by "
        "the reason's code, for example retries_exhausted. Uncertain ones are never retried here: a person decides "
        "them one by one, since the customer may have got them."
    )

    def add_options(self, parser: CommandParser) -> None:
        chosen.add_filters(parser)
        parser.add_argument("--skipped", action="store_true", help="skipped messages too")

    def run(self, **options: Any) -> dict[str, Any]:
        states = frozenset({State.FAILED, State.SKIPPED} if options["skipped"] else {State.FAILED})
        jobs = chosen.choose(states, options)
        if options["reason"]:
            jobs = jobs.filter(reason_code=options["reason"])
        return chosen.apply(jobs, lambda job: actions.retry(job, None, timezone.now()), dry_run=options["dry_run"])
