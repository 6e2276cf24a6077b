"""What else bears on the choice of a number: who may send the template, whose user id it is, how much room is left.

Read for a whole batch at once, and only where there is something to choose: for companies with several accounts, and
for messages that go to a user id.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from notifications import reach
from notifications.models import NotificationJob, ReachedPerson
from notifications.routing import Facts
from templates_mgmt import mapping
from templates_mgmt.models import TemplateMapping
from tenants.models import Identity, PhoneNumber

Numbers = Mapping[UUID, Sequence[PhoneNumber]]


class Pool:
    """The facts around one batch; ``numbers`` by tenant, each with its account."""

    def __init__(self, jobs: Sequence[NotificationJob], numbers: Numbers, now: datetime) -> None:
        self._wide = {pk for pk, rows in numbers.items() if len({row.account_id for row in rows}) > 1}
        choosing = [job for job in jobs if job.tenant_id in self._wide]
        self._accounts = {row.account_id for pk in self._wide for row in numbers[pk] if row.account_id}
        self._names = _template_names(choosing)
        wanted = {name for names in self._names.values() for name in names}
        self._able = mapping.able(self._accounts, wanted) if wanted else set()
        self._used = _used([row for pk in self._wide for row in numbers[pk]], now)
        self._portfolios = _portfolios([job for job in jobs if not job.to.startswith("+")])

    def facts(self, job: NotificationJob) -> Facts:
        names, portfolios = self._names.get(job.pk, ()), self._portfolios.get((job.tenant_id, job.to), frozenset())
        if job.tenant_id not in self._wide:
            return Facts(portfolios=portfolios)
        speakers = frozenset(pk for pk in self._accounts if any((pk, name) in self._able for name in names))
        return Facts(
            template=names[0] if names else "",
            speakers=speakers if names else None,
            portfolios=portfolios,
            used=self._used,
        )


def _template_names(jobs: Sequence[NotificationJob]) -> dict[UUID, Sequence[str]]:
    """By job: the template that it names itself, or the one that speaks for its kind and the one in its place."""
    if not jobs:
        return {}
    rows = TemplateMapping.objects.filter(tenant__in={job.tenant_id for job in jobs}, is_next=False, is_variant=False)
    rows = rows.filter(kind__in={job.kind for job in jobs})
    told = rows.values_list("tenant", "kind", "language", "template__name", "fallback__name")
    mapped: dict[tuple[UUID, str], dict[str, list[str]]] = defaultdict(dict)
    for tenant, kind, language, *names in told:
        mapped[tenant, kind][language] = list(filter(None, names))
    found: dict[UUID, Sequence[str]] = {}
    for job in jobs:
        content = job.content if isinstance(job.content, dict) else {}
        own = [str(content.get("name", ""))] if content.get("type") == "template" else []
        spoken = mapped[job.tenant_id, job.kind]
        found[job.pk] = own or spoken.get(mapping.nearest(spoken, job.tenant.language) or "", [])
    return found


def _used(numbers: Sequence[PhoneNumber], now: datetime) -> dict[int, int]:
    """By number: how many people its portfolio began to write to in the last 24 hours."""
    portfolios = {number.pk: reach.portfolio_of(number) for number in numbers}
    if not portfolios:
        return {}
    rows = ReachedPerson.objects.filter(portfolio__in=set(portfolios.values()), at__gt=now - reach.PERIOD)
    counts = dict(rows.values_list("portfolio").annotate(Count("pk")))
    return {pk: counts.get(portfolio, 0) for pk, portfolio in portfolios.items()}


def _portfolios(jobs: Sequence[NotificationJob]) -> dict[tuple[UUID, str], frozenset[str]]:
    """By tenant and user id: the portfolios in which it is known."""
    if not jobs:
        return {}
    rows = Identity.objects.filter(
        tenant__in={job.tenant_id for job in jobs}, kind=Identity.Kind.USER_ID, value__in={job.to for job in jobs}
    )
    found: dict[tuple[UUID, str], set[str]] = defaultdict(set)
    for tenant_id, value, portfolio in rows.values_list("tenant_id", "value", "business_portfolio_id"):
        found[tenant_id, value].add(portfolio)
    return {key: frozenset(portfolios) for key, portfolios in found.items()}
