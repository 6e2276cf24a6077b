"""What a contact has once with each number, when two contacts become one: conversation, lead, tickets."""

from django.db.models import Q
from django.utils import timezone

from tenants import merging
from tenants.merge_records import Union
from whatsapp import leads, tickets
from whatsapp.models import Conversation, Lead, Ticket

State, Handler = Conversation.State, Conversation.Handler
LIVELIEST = (State.OPEN, State.WAITING, State.CLOSED)


@merging.moves
def join_conversations(union: Union) -> None:
    """Where both talked with a number, one conversation holds all that was said; its tickets are worked out anew."""
    both = {union.kept.pk: {}, union.gone.pk: {}}  # type: dict[int, dict[int, Conversation]]
    rows = Conversation.objects.filter(contact__in=both).select_related("window_message", "tenant__automation")
    for conversation in rows.order_by("pk").select_for_update(of=("self",)):
        both[conversation.contact_id][conversation.number_id] = conversation
    for number_id in sorted(both[union.kept.pk].keys() & both[union.gone.pk].keys()):
        _join(union, both[union.kept.pk][number_id], both[union.gone.pk][number_id])


@merging.moves
def join_leads(union: Union) -> None:
    """The earlier lead tells the source."""
    own = {lead.number_id: lead for lead in Lead.objects.filter(contact=union.kept)}
    theirs = Lead.objects.filter(contact=union.gone, number__in=own)
    union.remember(Lead.objects.filter(Q(pk__in=theirs) | Q(contact=union.kept, number__in=theirs.values("number"))))
    for lead in theirs:
        leads.join(own[lead.number_id], lead)


def _join(union: Union, ours: Conversation, theirs: Conversation) -> None:
    union.remember(Conversation.objects.filter(pk__in=[ours.pk, theirs.pk]))
    union.remember(Ticket.objects.filter(conversation__in=[ours, theirs]))
    _inherit(ours, theirs)
    Ticket.objects.filter(conversation=theirs, opened_at__in=ours.tickets.values("opened_at")).delete()
    union.move(ours, theirs)
    theirs.delete()
    ours.save()
    tickets.work_out(ours, timezone.now())


def _inherit(ours: Conversation, theirs: Conversation) -> None:
    """As if every message had been of one conversation."""
    if _evidence(theirs) > _evidence(ours):
        ours.window_opened_at, ours.window_message = theirs.window_opened_at, theirs.window_message
    for name in ("last_message_at", "last_inbound_at"):
        setattr(ours, name, max(filter(None, (getattr(ours, name), getattr(theirs, name))), default=None))
    ours.read_at = min(ours.read_at, theirs.read_at) if ours.read_at and theirs.read_at else None
    ours.state = min(ours.state, theirs.state, key=lambda state: LIVELIEST.index(State(state)))
    if theirs.handler == Handler.HUMAN and ours.handler == Handler.ROBOT:
        ours.handler, ours.handler_reason = theirs.handler, theirs.handler_reason
    ours.assigned_to_id = ours.assigned_to_id or theirs.assigned_to_id
    ours.blocked_at = ours.blocked_at or theirs.blocked_at


def _evidence(conversation: Conversation) -> tuple[bool, float, str]:
    """What opened the window, to compare as whatsapp.window does."""
    at, message = conversation.window_opened_at, conversation.window_message
    return at is not None, at.timestamp() if at else 0.0, (message.provider_message_id or "") if message else ""
