"""What people, and a company's systems, do to a conversation: who answers in it, and whether it is over.

Each act locks the row, changes what differs and tells the audit trail; said twice it does nothing. Who acts after
somebody else did, on a page that shows what was before, is refused in words.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tenants import audit, roles
from tenants.models import Member, Tenant
from whatsapp.models import Conversation, ConversationNote

Handler, State = Conversation.Handler, Conversation.State
ANSWERING = [role for role in Member.Role.values if roles.may(role, roles.OPERATE)]
SAME_NOTE = timedelta(minutes=1)  # a form that was sent twice


class ActRefused(Exception):
    """The act does not fit what is there now; the text is a translated sentence."""


def take(conversation: Conversation, person: Any, *, seen: str | None = None) -> Conversation:
    """``person`` answers from now on, and the robot keeps still.

    ``seen`` is the id of who had it on the person's page, "" for nobody; None: whoever has it.
    """
    with _locked(conversation) as row:
        _check_holder(row, person, seen)
        if _change(row, handler=Handler.HUMAN, handler_reason="taken", assigned_to=person, state=State.OPEN):
            audit.record("conversation.taken", tenant=row.tenant, actor=person, obj=row)
    return row


def assign(conversation: Conversation, person: Any, actor: Any = None, *, seen: str | None = None) -> Conversation:
    """Gives it to ``person``, who answers customers in its company, or to nobody. ``seen`` is as of ``take``.

    One that was closed is opened: whoever gets it should find it among its own.
    """
    with _locked(conversation) as row:
        _check_holder(row, person, seen)
        if person is not None and not answering(row.tenant).filter(user=person).exists():
            raise ActRefused(_("This person does not answer customers of this company."))
        by_person: dict[str, Any] = {"handler": Handler.HUMAN, "handler_reason": "assigned"} if person else {}
        by_person |= {"state": State.OPEN} if person and row.state == State.CLOSED else {}
        if row.assigned_to != person and _change(row, assigned_to=person, **by_person):
            name = person.get_username() if person else None
            audit.record("conversation.assigned", tenant=row.tenant, actor=actor, obj=row, assigned_to=name)
    return row


def take_by_system(conversation: Conversation) -> Conversation:
    """The company's own system answers from now on, and the robot keeps still."""
    with _locked(conversation) as row:
        if _change(row, handler=Handler.HUMAN, handler_reason=Conversation.TAKEN_BY_API):
            audit.record("conversation.taken", tenant=row.tenant, obj=row)
    return row


def hand_to_person(conversation: Conversation, reason: str, actor: Any = None) -> Conversation:
    """Somebody of the company must answer; ``reason`` is a short code."""
    with _locked(conversation) as row:
        if _change(row, handler=Handler.HUMAN, handler_reason=reason):
            audit.record("conversation.handed_over", tenant=row.tenant, actor=actor, obj=row, handler=row.handler)
    return row


def hand_to_robot(conversation: Conversation, actor: Any = None) -> Conversation:
    """Nobody has it any more, and the robot answers again."""
    with _locked(conversation) as row:
        if _change(row, handler=Handler.ROBOT, handler_reason="", assigned_to=None):
            audit.record("conversation.handed_over", tenant=row.tenant, actor=actor, obj=row, handler=row.handler)
    return row


def close(conversation: Conversation, actor: Any = None) -> Conversation:
    """Done, and given back to the robot; the customer's next message opens it again."""
    with _locked(conversation) as row:
        if _change(row, state=State.CLOSED, handler=Handler.ROBOT, handler_reason="", assigned_to=None):
            audit.record("conversation.closed", tenant=row.tenant, actor=actor, obj=row)
    return row


def reopen(conversation: Conversation, actor: Any = None) -> Conversation:
    """Somebody must do something again."""
    with _locked(conversation) as row:
        if _change(row, state=State.OPEN):
            audit.record("conversation.reopened", tenant=row.tenant, actor=actor, obj=row)
    return row


def wait(conversation: Conversation, actor: Any = None) -> Conversation:
    """Nothing to do until the customer writes, which opens it again."""
    with _locked(conversation) as row:
        if _change(row, state=State.WAITING):
            audit.record("conversation.set_aside", tenant=row.tenant, actor=actor, obj=row)
    return row


def note(conversation: Conversation, text: str, actor: Any, now: datetime) -> ConversationNote:
    """Keeps what a person wants colleagues to know; the customer never sees it."""
    with _locked(conversation) as row:
        last = row.notes.order_by("-at", "-pk").first()
        if last and (last.author_id, last.text) == (actor.pk, text) and now - last.at < SAME_NOTE:
            return last
        audit.record("conversation.noted", tenant=row.tenant, actor=actor, obj=row)
        return ConversationNote.objects.create(tenant=row.tenant, conversation=row, author=actor, text=text, at=now)


def answering(tenant: Tenant) -> QuerySet[Member]:
    """The members who answer customers."""
    return Member.objects.for_tenant(tenant).filter(role__in=ANSWERING, user__is_active=True).select_related("user")


@contextmanager
def _locked(conversation: Conversation) -> Iterator[Conversation]:
    rows = Conversation.objects.select_related("tenant", "assigned_to", "contact", "number")
    with transaction.atomic(durable=True):
        yield rows.select_for_update(of=("self",), no_key=True).get(pk=conversation.pk)


def _check_holder(row: Conversation, person: Any, seen: str | None) -> None:
    holder: User | None = row.assigned_to
    if seen is None or holder == person or seen == str(row.assigned_to_id or ""):
        return
    if holder is None:
        raise ActRefused(_("Meanwhile this conversation was given back. Look again before you decide."))
    name = holder.get_full_name() or holder.get_username()
    raise ActRefused(_("%(name)s has taken this conversation meanwhile.") % {"name": name})


def _change(row: Conversation, **values: Any) -> bool:
    """Writes those of ``values`` that differ; whether any does."""
    differing = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in differing.items():
        setattr(row, name, value)
    if differing:
        row.save(update_fields=differing.keys())
    return bool(differing)
