"""What this app counts for /metrics, by name. Labels hold no words of people: ids, states, codes.

=========================== ==================================================================
``webhooks``                POSTs of Meta at the door, by the HTTP status they were answered
``webhook_seconds``         how long the door took: read, verified, stored
``events``                  events that were handled, by company, field and what became of them
``event_seconds``           from the moment an event was received to that of its effect
``statuses``                statuses of messages, by company and word
``media``                   files that ended, by company and state
``media_seconds``           from the message of a file to the file
``graph_calls``             calls of the Graph API, by what was asked for and what was answered
``graph_seconds``           how long they took
=========================== ==================================================================
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from whatsapp import tallies
from whatsapp.models import Media, Status
from whatsapp.providers.calls import Call

KNOWN_STATUSES = frozenset(Status.values)


def of_webhook(code: int, seconds: float) -> None:
    tallies.count("webhooks", answer=str(code))
    tallies.observe("webhook_seconds", [seconds])


def of_events(handled: Iterable[tuple[str, str, str]], seconds: Iterable[float]) -> None:
    """``handled``: company's id (empty: nobody's), field and state of each."""
    for (tenant, field, state), by in Counter(handled).items():
        tallies.count("events", by, tenant=tenant, field=field, state=state)
    tallies.observe("event_seconds", seconds)


def of_statuses(told: Iterable[tuple[str, str]]) -> None:
    """``told``: company's id and the word as the provider spells it; one that is not on the ladder stays as it is."""
    for (tenant, word), by in Counter(told).items():
        tallies.count("statuses", by, tenant=tenant, status=word.lower())


def unknown_statuses(series: Iterable[tuple[tallies.Series, float]]) -> Counter[str]:
    """Words that no rung of the ladder has, of what ``tallies.totals`` tells, and how often each came."""
    found: Counter[str] = Counter()
    for (name, labels), value in series:
        word = dict(labels).get("status", "")
        if name == "statuses" and word not in KNOWN_STATUSES:
            found[word] += int(value)
    return found


def of_file(media: Media, state: str, now: datetime) -> None:
    tallies.count("media", tenant=str(media.tenant_id), state=state)
    if state == Media.State.DOWNLOADED:
        tallies.observe("media_seconds", [(now - media.created_at).total_seconds()])


def of_call(call: Call) -> None:
    tallies.count("graph_calls", edge=call.edge, code=call.code)
    tallies.observe("graph_seconds", [call.seconds])
