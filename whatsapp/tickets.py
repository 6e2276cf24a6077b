"""Tickets: the rows of the service episodes (whatsapp.episodes) of conversations; the only writer of them.

A message that merely goes on costs two statements for any number of conversations. Whatever may open, end, reopen or
join episodes is worked out anew from the messages' times, so that order and repetition do not matter.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest

from tenants import audit, flags, rows
from tenants.models import Tenant
from whatsapp import episodes
from whatsapp.episodes import Decision, Episode, Rules, Turn
from whatsapp.firsts import QUIET_TYPES, Contacted
from whatsapp.models import Conversation, Message, Ticket

LIMIT = 500
State = Ticket.State
Sources = dict[tuple[int, datetime], str]  # by conversation id and time of a message: where it came from

GO_ON_SQL = """
UPDATE {ticket} t SET last_at = v.at
  FROM unnest(%s::bigint[], %s::timestamptz[]) AS v(id, at)
 WHERE t.id = v.id AND t.last_at < v.at
"""


@dataclass
class Worked:
    """What was worked out anew: tickets with the turns of their episodes, and (former id, ticket it is part of now).

    ``fresh`` are those of ``tickets`` that were made just now.
    """

    tickets: list[tuple[Ticket, list[Turn]]] = field(default_factory=list)
    fresh: set[Ticket] = field(default_factory=set)
    joined: list[tuple[int, Ticket]] = field(default_factory=list)


def follow(contacted: Iterable[Contacted], tenants: Mapping[Any, Tenant], now: datetime) -> Worked:
    """Opens, continues and reopens tickets after what customers said; ``tenants`` by id. Demands a transaction.

    Answers the tickets where more changed than the time of the last message.
    """
    times: dict[int, list[datetime]] = defaultdict(list)
    rules: dict[int, Rules] = {}
    sources: Sources = {}
    own = {key: rules_of(tenant) for key, tenant in tenants.items()}
    for each in contacted:
        times[each.conversation_id].append(each.at)
        rules[each.conversation_id] = own[each.tenant_id]
        sources[each.conversation_id, each.at] = each.source
    latest = Ticket.objects.filter(conversation__among=times).order_by("conversation_id", "-opened_at")
    current = {ticket.conversation_id: ticket for ticket in latest.distinct("conversation_id")}
    going_on = {
        key: max(at) for key, at in times.items() if key in current and _goes_on(current[key], at, rules[key], now)
    }
    _go_on({current[key].pk: at for key, at in going_on.items()})
    rest = times.keys() - going_on.keys()
    return _work_out({key: min(times[key]) for key in rest}, rules, sources, now)


def work_out(conversation: Conversation, now: datetime) -> Worked:
    """Makes the tickets of a conversation what its messages say, for example after two became one."""
    long_ago = datetime.min.replace(tzinfo=now.tzinfo)
    return _work_out({conversation.pk: long_ago}, {conversation.pk: rules_of(conversation.tenant)}, {}, now)


def decide(ticket: Ticket, state: str, actor: Any, now: datetime) -> Ticket:
    """A person says how it stands; answers the ticket as it is now. Demands a transaction."""
    locked = Ticket.objects.select_for_update(of=("self",)).select_related(
        "tenant__automation", "conversation__contact", "conversation__number"
    )
    ticket = locked.get(pk=ticket.pk)
    _set(ticket, Episode(ticket.opened_at, ticket.last_at, Decision(now, state)), rules_of(ticket.tenant), now)
    ticket.save(update_fields=_WRITTEN)
    audit.record("ticket.decided", tenant=ticket.tenant, actor=actor, obj=ticket, state=state)
    return ticket


def close_silent(tenant: Tenant, now: datetime) -> list[Ticket]:
    """Solves tickets whose customer has been silent for the company's set time, a batch at a time; answers them."""
    rules = rules_of(tenant)
    since = Greatest(F("last_at"), Coalesce(F("decided_at"), F("last_at")))
    due = Ticket.objects.for_tenant(tenant).exclude(state=State.SOLVED).alias(since=since)
    due = due.filter(last_at__lte=now - rules.silence, since__lte=now - rules.silence).order_by("pk")
    tickets: list[Ticket] = list(
        due.select_related("conversation__contact", "conversation__number").select_for_update(
            of=("self",), skip_locked=True
        )[:LIMIT]
    )
    for ticket in tickets:
        _set(ticket, _episode(ticket), rules, now)
    rows.update(tickets, _WRITTEN)
    return tickets


def rules_of(tenant: Tenant) -> Rules:
    automation = flags.resolve(tenant)
    return Rules(automation.ticket_silence, automation.ticket_reopen)


# --- going on ---------------------------------------------------------------------------------------------------------


def _goes_on(ticket: Ticket, times: Sequence[datetime], rules: Rules, now: datetime) -> bool:
    """Nothing but the time of the last message changes."""
    first, last = min(times), max(*times, ticket.last_at)
    is_answered = ticket.decided_at is None or ticket.decided_at < ticket.last_at
    is_near = ticket.opened_at <= first and max(times) <= ticket.last_at + rules.silence
    return ticket.state == State.OPEN and is_answered and is_near and last + rules.silence > now


def _go_on(newest: Mapping[int, datetime]) -> None:
    if newest:
        pairs = sorted(newest.items())
        with connection.cursor() as cursor:
            sql = GO_ON_SQL.format(ticket=Ticket._meta.db_table)
            cursor.execute(sql, [[pk for pk, _ in pairs], [at for _, at in pairs]])


# --- working out ------------------------------------------------------------------------------------------------------

_WRITTEN = [
    *("state", "subject", "assignee", "source", "opened_at", "last_at", "reopened"),
    *("decided_state", "decided_at", "solved_at", "solved_by"),
]
TIMES_SQL = """
SELECT m.conversation_id, m.occurred_at
  FROM unnest(%s::bigint[], %s::timestamptz[]) AS v(id, since)
  JOIN {message} m ON m.conversation_id = v.id AND m.occurred_at >= v.since
 WHERE m.direction = 'inbound' AND m.origin = 'customer' AND m.type <> ALL(%s)
"""


@dataclass
class _Draft:
    """One conversation being worked out: its tickets from some time on, oldest first."""

    conversation_id: int
    tenant_id: Any
    since: datetime
    tickets: list[Ticket]

    def episodes(self, times: Iterable[datetime], rules: Rules) -> list[Episode]:
        words = {ticket.opened_at: word for ticket in self.tickets if (word := _decision(ticket))}
        return episodes.split(times, words, rules)

    def tickets_of(self, episode: Episode) -> tuple[Ticket, list[Ticket]]:
        """The oldest ticket within ``episode`` (a new one where there is none), and those that are part of it now."""
        within = [each for each in self.tickets if episode.opened_at <= each.opened_at <= episode.last_at]
        if within:
            return within[0], within[1:]
        return Ticket(tenant_id=self.tenant_id, conversation_id=self.conversation_id), []


def _work_out(earliest: Mapping[int, datetime], rules: Mapping[int, Rules], sources: Sources, now: datetime) -> Worked:
    """Anew from the ticket that holds, or comes before, the earliest message of each conversation."""
    worked = Worked()
    if not earliest:
        return worked
    locked = Conversation.objects.filter(pk__among=earliest).order_by("pk").select_for_update(no_key=True)
    drafts = _drafts(dict(locked.values_list("pk", "tenant_id")), earliest)
    times = _times(drafts)
    fresh: list[Ticket] = []
    known: list[Ticket] = []
    gone: list[int] = []
    for draft in drafts:
        for episode in draft.episodes(times[draft.conversation_id], rules[draft.conversation_id]):
            kept, rest = draft.tickets_of(episode)
            kept.source = sources.get((draft.conversation_id, episode.opened_at), kept.source)
            _take_over(kept, rest)
            _set(kept, episode, rules[draft.conversation_id], now)
            worked.tickets.append((kept, episode.turns))
            worked.joined += [(ticket.pk, kept) for ticket in rest]
            gone += [ticket.pk for ticket in rest]
            (known if kept.pk else fresh).append(kept)
    Ticket.objects.filter(pk__in=gone).delete()
    rows.update(known, _WRITTEN)
    rows.insert(fresh)
    worked.fresh = set(fresh)
    return worked


def _drafts(tenants: Mapping[int, Any], earliest: Mapping[int, datetime]) -> list[_Draft]:
    by_conversation: dict[int, list[Ticket]] = defaultdict(list)
    for ticket in Ticket.objects.filter(conversation__among=earliest).order_by("opened_at"):
        by_conversation[ticket.conversation_id].append(ticket)
    drafts = []
    for key in sorted(tenants):
        tickets = by_conversation[key]
        before = [ticket.opened_at for ticket in tickets if ticket.opened_at <= earliest[key]]
        since = before[-1] if before else min([earliest[key], *(ticket.opened_at for ticket in tickets)])
        drafts.append(_Draft(key, tenants[key], since, [ticket for ticket in tickets if ticket.opened_at >= since]))
    return drafts


def _times(drafts: Sequence[_Draft]) -> dict[int, list[datetime]]:
    """When the customers of the conversations wrote, from each draft's time on."""
    times: dict[int, list[datetime]] = defaultdict(list)
    with connection.cursor() as cursor:
        sql = TIMES_SQL.format(message=Message._meta.db_table)
        ids, since = [draft.conversation_id for draft in drafts], [draft.since for draft in drafts]
        cursor.execute(sql, [ids, since, sorted(QUIET_TYPES)])
        for key, at in cursor.fetchall():
            times[key].append(at)
    return times


def _take_over(kept: Ticket, rest: Iterable[Ticket]) -> None:
    """What persons said of tickets that turned out to be one with ``kept``."""
    for ticket in rest:
        kept.subject = kept.subject or ticket.subject
        kept.assignee_id = kept.assignee_id or ticket.assignee_id


def _set(ticket: Ticket, episode: Episode, rules: Rules, now: datetime) -> None:
    ticket.opened_at, ticket.last_at = episode.opened_at, episode.last_at
    ticket.reopened = max(len(episode.turns) - 1, 0) if episode.turns else ticket.reopened
    if episode.decision:
        ticket.decided_state, ticket.decided_at = episode.decision.state, episode.decision.at
    ticket.state = episode.state(rules, now)
    is_solved = ticket.state == State.SOLVED
    ticket.solved_at = episode.ends_at(rules) if is_solved else None
    ticket.solved_by = episode.solved_by() if is_solved else ""


def _episode(ticket: Ticket) -> Episode:
    return Episode(ticket.opened_at, ticket.last_at, _decision(ticket))


def _decision(ticket: Ticket) -> Decision | None:
    return Decision(ticket.decided_at, ticket.decided_state) if ticket.decided_at else None
