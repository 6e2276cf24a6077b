"""What follows when customers turn to us: leads and tickets, and what tenants' systems are told of them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from notifications.answers import Said, said_now
from notifications.events import outbox
from notifications.models import OutboxEvent
from tenants.models import Tenant
from whatsapp import firsts, leads, tickets
from whatsapp.dispatch import Incoming, handles
from whatsapp.episodes import SILENCE, Turn
from whatsapp.events import MessageReceived
from whatsapp.models import Lead, Ticket


@handles(MessageReceived)
def receive(batch: Sequence[Incoming[MessageReceived]], now: datetime) -> None:
    """Leads and tickets after live messages."""
    tenants = {incoming.tenant.pk: incoming.tenant for incoming in batch}
    heard = said_now(batch)
    first = firsts.contacted((said.message for said in heard), tenants)
    if not first:
        return
    made, corrected = leads.follow(first)
    worked = tickets.follow(first, tenants, now)
    _introduce(heard, [*made, *corrected], worked)
    outbox.write(_of_new(made, worked))
    outbox.write_or_correct([*map(outbox.lead_created, corrected), *_of_known(worked)])
    outbox.take_back_tickets(worked.joined, now)


def decide_ticket(ticket: Ticket, state: str, actor: Any, now: datetime) -> Ticket:
    """A person opens, sets aside or solves a ticket; said again it changes nothing."""
    if ticket.state == state:
        return ticket
    with transaction.atomic(durable=True):
        was_solved = ticket.state == Ticket.State.SOLVED
        ticket = tickets.decide(ticket, state, actor, now)
        key = f"{ticket.pk}:{now.isoformat()}"
        if state == Ticket.State.SOLVED:
            outbox.write([outbox.ticket_solved(ticket, key, now, ticket.solved_by)])
        elif was_solved:
            outbox.write([outbox.ticket_opened(ticket, key, now, reopened=True)])
    return ticket


def tend(now: datetime) -> int:
    """Solves tickets that went silent and notes leads that were answered; how many rows."""
    waiting = Ticket.objects.exclude(state=Ticket.State.SOLVED)
    count = leads.note_answers(now)
    for tenant in Tenant.objects.filter(pk__in=waiting.values("tenant")).select_related("automation"):
        with transaction.atomic(durable=True):
            solved = tickets.close_silent(tenant, now)
            outbox.write(_of_silence(ticket) for ticket in solved)
        count += len(solved)
    return count


def _of_silence(ticket: Ticket) -> OutboxEvent:
    key = f"{ticket.pk}:{ticket.reopened}"
    if ticket.decided_at and ticket.decided_at >= ticket.last_at:  # a person gave this turn its last word
        key += f":{ticket.decided_at.isoformat()}"
    return outbox.ticket_solved(ticket, key, ticket.solved_at or ticket.last_at, ticket.solved_by)


def _introduce(heard: Iterable[Said], told: Iterable[Lead], worked: tickets.Worked) -> None:
    """Puts the people and numbers at hand on the rows, which events name: no query for each."""
    threads = {said.conversation.pk: said for said in heard}
    pairs = {(said.contact.pk, said.number.pk): said for said in heard}
    for lead in told:
        said = pairs[lead.contact_id, lead.number_id]
        lead.contact, lead.number = said.contact, said.number
    for ticket, _turns in worked.tickets:
        said = threads[ticket.conversation_id]
        ticket.conversation = said.conversation
        ticket.conversation.contact, ticket.conversation.number = said.contact, said.number


def _of_new(made: Iterable[Lead], worked: tickets.Worked) -> Iterator[OutboxEvent]:
    yield from map(outbox.lead_created, made)
    for ticket, turns in worked.tickets:
        if ticket in worked.fresh:
            yield from _of_turns(ticket, turns)


def _of_known(worked: tickets.Worked) -> Iterator[OutboxEvent]:
    """Every turn of episodes that were told of before, and are better known now."""
    for ticket, turns in worked.tickets:
        if ticket not in worked.fresh:
            yield from _of_turns(ticket, turns)


def _of_turns(ticket: Ticket, turns: Iterable[Turn]) -> Iterable[OutboxEvent]:
    """What persons did was told when they did it."""
    for count, turn in enumerate(turns):
        key = f"{ticket.pk}:{count}"
        yield outbox.ticket_opened(ticket, key, turn.opened_at, reopened=count > 0)
        is_last = count == ticket.reopened
        solved_at, solved_by = (ticket.solved_at, ticket.solved_by) if is_last else (turn.solved_at, turn.solved_by)
        if solved_at and solved_by == SILENCE:
            yield outbox.ticket_solved(ticket, key, solved_at, solved_by)
