"""What follows when customers turn to us: leads and tickets, and what tenants' systems are told of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from notifications.answers import said_now
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
    first = firsts.contacted((said.message for said in said_now(batch)), tenants)
    if first:
        _tell_of_leads(leads.follow(first))
        _tell_of_episodes(tickets.follow(first, tenants, now), now)


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


def _tell_of_leads(changed: Sequence[Lead]) -> None:
    rows = Lead.objects.filter(pk__in=[lead.pk for lead in changed]).select_related("contact", "number")
    outbox.write_or_correct([outbox.lead_created(lead) for lead in rows] if changed else [])


def _tell_of_episodes(worked: tickets.Worked, now: datetime) -> None:
    """Every turn of the episodes, corrected where it was not told yet; what was no episode of its own is taken back."""
    turns = {ticket.pk: turns for ticket, turns in worked.tickets}
    if not turns:
        return
    rows = Ticket.objects.filter(pk__in=turns).select_related("conversation__contact", "conversation__number")
    outbox.write_or_correct([event for ticket in rows for event in _of_turns(ticket, turns[ticket.pk])])
    outbox.take_back_tickets(worked.joined, now)


def _of_turns(ticket: Ticket, turns: Iterable[Turn]) -> Iterable[OutboxEvent]:
    """What persons did was told when they did it."""
    for count, turn in enumerate(turns):
        key = f"{ticket.pk}:{count}"
        yield outbox.ticket_opened(ticket, key, turn.opened_at, reopened=count > 0)
        is_last = count == ticket.reopened
        solved_at, solved_by = (ticket.solved_at, ticket.solved_by) if is_last else (turn.solved_at, turn.solved_by)
        if solved_at and solved_by == SILENCE:
            yield outbox.ticket_solved(ticket, key, solved_at, solved_by)
