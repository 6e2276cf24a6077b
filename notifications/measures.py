"""What this app counts for /metrics, by name; the database tells the rest (notifications.metrics).

=========================== ==================================================================
``sends``                   answers to our calls, by company, kind of notice and the job's state
``send_failures``           calls that were refused or not answered, by company and kind of error
=========================== ==================================================================
"""

from collections import Counter
from collections.abc import Iterable

from notifications.queue import Outcome, Ticket
from whatsapp import tallies
from whatsapp.errors import OutcomeUnknown, ProviderError, Refused


def of_sends(done: Iterable[tuple[Ticket, Outcome, str]]) -> None:
    """Each call's ticket, what came of it, and the job's new state (empty: it had gone on without us)."""
    states: Counter[tuple[str, str, str]] = Counter()
    failures: Counter[tuple[str, str]] = Counter()
    for ticket, outcome, state in done:
        tenant = str(ticket.job.tenant_id)
        states[tenant, ticket.job.kind, state or "gone_on"] += 1
        if error := _error(outcome):
            failures[tenant, error] += 1
    for (tenant, kind, state), by in states.items():
        tallies.count("sends", by, tenant=tenant, kind=kind, state=state)
    for (tenant, error), by in failures.items():
        tallies.count("send_failures", by, tenant=tenant, error=error)


def _error(outcome: Outcome) -> str:
    match outcome:
        case Refused():
            return str(outcome.kind)
        case ProviderError() | OutcomeUnknown():
            return type(outcome).__name__.lower()
        case _:
            return ""
