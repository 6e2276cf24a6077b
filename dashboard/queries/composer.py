"""What a person may write in a conversation now: free text, a template, or nothing; and why, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from dashboard.templatetags.recado import moment, second
from notifications import reasons
from tenants import consent
from tenants.models import Consent
from whatsapp import window
from whatsapp.models import Conversation

FREE, TEMPLATE, NOTHING = "free", "template", "nothing"
SOON = timedelta(hours=1)  # the window's last hour


@dataclass(frozen=True)
class Composer:
    """``mode`` is one of those above; ``sentence`` says until when, or why not. ``hint``: sent, but not at once."""

    mode: str
    sentence: str
    closes_at: datetime | None = None
    is_soon: bool = False
    hint: str = ""
    refuses_marketing: bool = False


def composer(conversation: Conversation, now: datetime) -> Composer:
    """Of the conversation's own number: a window belongs to one number. One query."""
    words = consent.newest([conversation.contact_id])
    if conversation.number.owned_until is not None:
        return Composer(NOTHING, _("This number is no longer the company's. Nothing can be sent from it."))
    if why := _of_the_person(conversation):
        return Composer(NOTHING, why)
    if refusal := consent.refusal_in(words, conversation.contact_id, marketing=False):
        return Composer(NOTHING, _refused(refusal))
    refuses = consent.refusal_in(words, conversation.contact_id, marketing=True) is not None
    found = window.of(conversation, now)
    hint = "" if conversation.number.may_send else _waiting(conversation)
    if found.open and found.closes_at:
        told = _("Window open until %(closes)s") % {"closes": moment(found.closes_at)}
        is_soon = found.closes_at - now <= SOON
        return Composer(FREE, told, found.closes_at, is_soon, hint, refuses)
    detail = {"last_inbound_at": found.last_inbound_at.isoformat()} if found.last_inbound_at else {}
    told = reasons.explain(f"window_{found.reason}", detail).sentence
    return Composer(TEMPLATE, told, hint=hint, refuses_marketing=refuses)


def _of_the_person(conversation: Conversation) -> str:
    """Why nobody writes to this person, whatever was said of messages."""
    contact = conversation.contact
    if contact.erased_at:
        return _("This person's data was erased. There is nobody left to write to.")
    if contact.blocked_at:
        told = {"at": moment(contact.blocked_at), "reason": contact.block_reason}
        return _("This person is blocked since %(at)s: %(reason)s") % told
    return ""


def _refused(refusal: Consent) -> str:
    told = {"at": second(refusal.effective_at), "source": refusal.get_source_display()}
    return _("The customer asked not to receive messages (%(at)s, %(source)s). Nothing is sent until they ask.") % told


def _waiting(conversation: Conversation) -> str:
    told = {"state": conversation.number.get_state_display()}
    return _("The number is not connected (%(state)s): what you write waits and goes when it is.") % told
