"""Customers who want no messages, or want them again: one use case for REST, panel and typed words.

Words count only as whole typed messages. CANCELAR may mean the booking: while the customer has one, or had a notice
in the last 48 h, Recado asks which of both is meant, and marketing waits meanwhile.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from notifications import queue
from notifications.answers import answer, is_live
from notifications.events import outbox
from notifications.kinds import values
from notifications.models import Appointment, NotificationJob
from notifications.texts import text
from notifications.wording import fold
from tenants import audit, consent
from tenants.models import Consent, Contact
from whatsapp import conversations
from whatsapp.content import Buttons, ReplyButton, Text
from whatsapp.dispatch import Incoming, handles
from whatsapp.events import MessageReceived
from whatsapp.models import Message

STOP_WORDS = frozenset({"stop", "sair", "cancelar", "remover", "parar"})
DOUBTFUL_WORD = "cancelar"
RETURN_WORDS = frozenset({"voltar", "entrar", "start"})
STOP_PAYLOAD, KEEP_PAYLOAD = "optout:stop", "optout:keep:"  # the latter with the id of the message that was asked about
NOTICE_IS_RECENT = timedelta(hours=48)
CONFIRMATION = "opt_out_confirmation"

Inbound = Incoming[MessageReceived]


def opt_out(
    contact: Contact,
    *,
    source: str,
    now: datetime,
    effective_at: datetime | None = None,
    proof: str = "",
    actor: Any = None,
) -> bool:
    """No message any more: records it and ends what waits, in one transaction.

    ``source`` is a Consent.Source, ``proof`` the message's id or what was said. False for a word that a newer one
    has already replaced.
    """
    with transaction.atomic():
        at = effective_at or now
        decides = consent.record(
            contact, Consent.Decision.OPT_OUT, source=source, effective_at=at, proof=proof, actor=actor
        )
        if decides:
            waiting = NotificationJob.objects.filter(contact=contact).exclude(kind=CONFIRMATION)
            queue.cancel(waiting, reason_code="opted_out", actor=actor, now=now)
            outbox.write([outbox.opted_out(contact, source, at)])
            audit.record("contact.opted_out", tenant=contact.tenant, actor=actor, obj=contact, source=source)
    return decides


def opt_in(
    contact: Contact,
    *,
    source: str,
    now: datetime,
    effective_at: datetime | None = None,
    proof: str = "",
    actor: Any = None,
) -> bool:
    """Messages again; arguments and answer as of ``opt_out``. What was cancelled stays cancelled."""
    with transaction.atomic():
        decides = consent.record(
            contact, Consent.Decision.OPT_IN, source=source, effective_at=effective_at or now, proof=proof, actor=actor
        )
        if decides:
            audit.record("contact.opted_in", tenant=contact.tenant, actor=actor, obj=contact, source=source)
    return decides


@handles(MessageReceived)
def obey_words(batch: Sequence[Inbound], now: datetime) -> None:
    """Typed words, and the two buttons of the question."""
    for incoming in batch:
        if is_live(incoming):
            _obey(incoming, now)


def _obey(incoming: Inbound, now: datetime) -> None:
    event = incoming.event
    word = fold(event.text) if event.is_typed else ""
    if event.reply_payload == STOP_PAYLOAD:
        _stop(incoming, now)
    elif event.reply_payload.startswith(KEEP_PAYLOAD):
        _keep(incoming, now)
    elif word == DOUBTFUL_WORD and _may_mean_a_booking(incoming, now):
        _ask(incoming, now)
    elif word in STOP_WORDS:
        _stop(incoming, now)
    elif word in RETURN_WORDS:
        _return(incoming, now)


def _stop(incoming: Inbound, now: datetime) -> None:
    if opt_out(incoming.message.contact, now=now, **_said(incoming)):
        answer(incoming, _wording(incoming, "optout_done"), now, kind=CONFIRMATION)


def _return(incoming: Inbound, now: datetime) -> None:
    contact = incoming.message.contact
    if consent.refusal(contact, marketing=False) and opt_in(contact, now=now, **_said(incoming)):
        answer(incoming, _wording(incoming, "optin_done"), now)


def _said(incoming: Inbound) -> dict[str, Any]:
    return {
        "source": Consent.Source.KEYWORD,
        "effective_at": incoming.event.at,
        "proof": incoming.event.message_id,
    }


def _may_mean_a_booking(incoming: Inbound, now: datetime) -> bool:
    contact, at = incoming.message.contact, incoming.event.at
    if Appointment.objects.filter(contact=contact, state__in=Appointment.OPEN, starts_at__gt=now).exists():
        return True
    notices = NotificationJob.objects.filter(contact=contact, kind__startswith="appointment_")
    return notices.filter(message__occurred_at__range=(at - NOTICE_IS_RECENT, at)).exists()


def _ask(incoming: Inbound, now: datetime) -> None:
    """Asks what CANCELAR means; marketing waits. A message too old for an answer goes to a person."""
    message = incoming.message
    if consent.refusal(message.contact, marketing=False):
        return
    consent.record(message.contact, Consent.Decision.OPT_OUT, category=Consent.Category.MARKETING, **_said(incoming))
    with translation.override(incoming.tenant.language):
        buttons = (
            ReplyButton(STOP_PAYLOAD, _("Stop messages")),
            ReplyButton(f"{KEEP_PAYLOAD}{message.pk}", _("Keep notices")),
        )
    body = text(incoming.tenant, "optout_question", **values.of_contact(message.contact))
    if answer(incoming, Buttons(body, buttons), now) is None:
        conversations.hand_over(message.conversation, "optout_unclear")


def _keep(incoming: Inbound, now: datetime) -> None:
    """The customer goes on; marketing goes on only if nothing but our question had stopped it."""
    contact = incoming.message.contact
    asked = _asked_about(incoming)
    word = consent.newest([contact.pk]).get((contact.pk, Consent.Category.MARKETING))
    if asked and word and word.proof == asked.provider_message_id:
        consent.record(contact, Consent.Decision.OPT_IN, category=Consent.Category.MARKETING, **_said(incoming))
    if not consent.refusal(contact, marketing=False):
        answer(incoming, _wording(incoming, "optout_kept"), now)


def _asked_about(incoming: Inbound) -> Message | None:
    message_id = incoming.event.reply_payload.removeprefix(KEEP_PAYLOAD)
    if not message_id.isdecimal():
        return None
    return Message.objects.filter(pk=int(message_id[:18]), contact=incoming.message.contact).first()


def _wording(incoming: Inbound, key: str) -> Text:
    return Text(text(incoming.tenant, key, **values.of_contact(incoming.message.contact)))
