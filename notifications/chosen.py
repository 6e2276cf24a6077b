"""Jobs chosen by filter, for the commands that act on many: which, and what became of them."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db.models import QuerySet
from django.utils import timezone

from notifications.actions import ActionRefused
from notifications.kinds import KINDS
from notifications.models import NotificationJob
from tenants.commands import add_tenant_option, find_tenant

UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def add_filters(parser: CommandParser) -> None:
    add_tenant_option(parser)
    parser.add_argument("--kind", choices=sorted(KINDS), help="only this kind of message")
    parser.add_argument("--older-than", metavar="AGE", help="scheduled longer ago than this: 90m, 6h, 2d")
    parser.add_argument("--reason", default="", help="why, as the timeline shows it")
    parser.add_argument("--dry-run", action="store_true", help="only count them")


def choose(states: frozenset[Any], options: dict[str, Any]) -> QuerySet[NotificationJob]:
    """The jobs in ``states`` that the command's filters name, oldest first."""
    jobs = NotificationJob.objects.filter(state__in=states).select_related("tenant").order_by("scheduled_for", "id")
    if options["tenant_id"]:
        jobs = jobs.for_tenant(find_tenant(options["tenant_id"]))
    if options["kind"]:
        jobs = jobs.filter(kind=options["kind"])
    if options["older_than"]:
        jobs = jobs.filter(scheduled_for__lt=timezone.now() - read_age(options["older_than"]))
    return jobs


def read_age(value: str) -> timedelta:
    """``90m``, ``6h``, ``2d``; CommandError for anything else."""
    number, unit = value[:-1], UNITS.get(value[-1:], "")
    if not unit or not number.isdecimal() or len(number) > 6:
        raise CommandError(f"--older-than: {value!r} is not an age; write for example 90m, 6h or 2d.")
    return timedelta(**{unit: int(number)})


def apply(jobs: QuerySet[NotificationJob], act: Callable[[NotificationJob], None], *, dry_run: bool) -> dict[str, Any]:
    """Acts on each; what the queue or a person changed meanwhile is counted as refused."""
    by_kind = Counter(jobs.order_by().values_list("kind", flat=True))
    outcome = Counter({"done": 0, "refused": 0})
    for job in [] if dry_run else list(jobs):
        try:
            act(job)
            outcome["done"] += 1
        except ActionRefused:
            outcome["refused"] += 1
    return {"found": by_kind.total(), "by_kind": dict(by_kind), **outcome}
