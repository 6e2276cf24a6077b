"""People that a company wants nothing to do with: kept out at the provider, and written to by nobody.

Recado's own word counts at once and alone: nothing more is sent, and what waits is cancelled. Each number that the
person wrote to is asked to keep the person out as well; Meta does that only for who wrote in the last 24 hours, so a
refusal is told and changes nothing of ours.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from notifications import routing
from notifications.models import NotificationJob
from notifications.queue.promise import cancel
from tenants import audit, phones
from tenants.models import Contact, PhoneNumber
from whatsapp import delivery
from whatsapp.errors import OutcomeUnknown, ProviderError, Refused
from whatsapp.models import Conversation
from whatsapp.providers.base import Recipient
from whatsapp.providers.meta import error_codes

Call = Callable[[PhoneNumber, Recipient], None]


@dataclass(frozen=True)
class Answer:
    """What a number's provider said; ``refusal`` is a sentence, empty where it did as asked."""

    number: PhoneNumber
    refusal: str = ""


class AlreadySo(Exception):
    """The person is blocked, or not blocked, already; the text is a translated sentence."""


def block(contact: Contact, reason: str, *, now: datetime, actor: Any = None) -> list[Answer]:
    """Nothing is sent to the person any more; what each number's provider said. AlreadySo; not in a transaction."""
    with transaction.atomic(durable=True):
        rows = Contact.objects.filter(pk=contact.pk, blocked_at=None, erased_at=None)
        if not rows.update(blocked_at=now, block_reason=reason[:200]):
            raise AlreadySo(_("This person is blocked already."))
        jobs = NotificationJob.objects.filter(contact=contact)
        count = cancel(jobs, reason_code="contact_blocked", actor=actor, now=now, reason=reason[:200])
        audit.record("contact.blocked", tenant=contact.tenant, actor=actor, obj=contact, reason=reason, cancelled=count)
    threads = Conversation.objects.filter(contact=contact, blocked_at=None)
    return _ask(contact, threads.exclude(last_inbound_at=None), delivery.block, blocked_at=now)


def unblock(contact: Contact, *, actor: Any = None) -> list[Answer]:
    """Messages may go again; what was cancelled stays cancelled. As of ``block``.

    Said once more it asks again those numbers whose provider still keeps the person out.
    """
    threads = Conversation.objects.filter(contact=contact).exclude(blocked_at=None)
    with transaction.atomic(durable=True):
        rows = Contact.objects.filter(pk=contact.pk).exclude(blocked_at=None)
        if not rows.update(blocked_at=None, block_reason="") and not threads.exists():
            raise AlreadySo(_("This person is not blocked."))
        audit.record("contact.unblocked", tenant=contact.tenant, actor=actor, obj=contact)
    return _ask(contact, threads, delivery.unblock, blocked_at=None)


def _ask(contact: Contact, threads: QuerySet[Conversation], call: Call, *, blocked_at: datetime | None) -> list[Answer]:
    """Asks for each number that is the company's; the thread remembers what the provider did."""
    person, answers = routing.recipient(phones.recipient(contact.address)), []
    for thread in threads.select_related("number__account").filter(number__owned_until=None):
        refusal = _refusal(call, thread.number, person)
        if not refusal:
            Conversation.objects.filter(pk=thread.pk).update(blocked_at=blocked_at)
        answers.append(Answer(thread.number, refusal))
    return answers


def _refusal(call: Call, number: PhoneNumber, person: Recipient) -> str:
    try:
        call(number, person)
    except Refused as refused:
        return error_codes.sentence(refused.code, refused.details)
    except (ProviderError, OutcomeUnknown):
        return _("WhatsApp did not answer.")
    return ""
