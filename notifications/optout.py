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
from notifications.answers import Said, answer, said_now
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
def obey_words(batch: Sequence[Incoming[MessageReceived]], now: datetime) -> None:
    """Typed words, and the two buttons of the question."""
    for said in said_now(batch):
        _obey(said, now)


def _obey(said: Said, now: datetime) -> None:
    event = said.event
    word = fold(event.text) if event.is_typed else ""
    if event.reply_payload == STOP_PAYLOAD:
        _stop(said, now)
    elif event.reply_payload.startswith(KEEP_PAYLOAD):
        _keep(said, now)
    elif word == DOUBTFUL_WORD and _may_mean_a_booking(said, now):
        _ask(said, now)
    elif word in STOP_WORDS:
        _stop(said, now)
    elif word in RETURN_WORDS:
        _return(said, now)


def _stop(said: Said, now: datetime) -> None:
    if opt_out(said.contact, now=now, **_word(said)):
        answer(said, _wording(said, "optout_done"), now, kind=CONFIRMATION)


def _return(said: Said, now: datetime) -> None:
    contact = said.contact
    if consent.refusal(contact, marketing=False) and opt_in(contact, now=now, **_word(said)):
        answer(said, _wording(said, "optin_done"), now)


def _word(said: Said) -> dict[str, Any]:
    return {
        "source": Consent.Source.KEYWORD,
        "effective_at": said.event.at,
        "proof": said.event.message_id,
    }


def _may_mean_a_booking(said: Said, now: datetime) -> bool:
    contact, at = said.contact, said.event.at
    if Appointment.objects.filter(contact=contact, state__in=Appointment.OPEN, starts_at__gt=now).exists():
        return True
    notices = NotificationJob.objects.filter(contact=contact, kind__startswith="appointment_")
    return notices.filter(message__occurred_at__range=(at - NOTICE_IS_RECENT, at)).exists()


def _ask(said: Said, now: datetime) -> None:
    """Asks what CANCELAR means; marketing waits. A message too old for an answer goes to a person."""
    message = said.message
    if consent.refusal(said.contact, marketing=False):
        return
    consent.record(said.contact, Consent.Decision.OPT_OUT, category=Consent.Category.MARKETING, **_word(said))
    with translation.override(said.tenant.language):
        buttons = (
            ReplyButton(STOP_PAYLOAD, _("Stop messages")),
            ReplyButton(f"{KEEP_PAYLOAD}{message.pk}", _("Keep notices")),
        )
    body = text(said.tenant, "optout_question", **values.of_contact(said.contact))
    if answer(said, Buttons(body, buttons), now) is None:
        conversations.hand_over(said.conversation, "optout_unclear")


def _keep(said: Said, now: datetime) -> None:
    """The customer goes on; marketing goes on only if nothing but our question had stopped it."""
    contact = said.contact
    asked = _asked_about(said)
    word = consent.newest([contact.pk]).get((contact.pk, Consent.Category.MARKETING))
    if asked and word and word.proof == asked.provider_message_id:
        consent.record(contact, Consent.Decision.OPT_IN, category=Consent.Category.MARKETING, **_word(said))
    if not consent.refusal(contact, marketing=False):
        answer(said, _wording(said, "optout_kept"), now)


def _asked_about(said: Said) -> Message | None:
    message_id = said.event.reply_payload.removeprefix(KEEP_PAYLOAD)
    if not message_id.isdecimal():
        return None
    return Message.objects.filter(pk=int(message_id[:18]), contact=said.contact).first()


def _wording(said: Said, key: str) -> Text:
    return Text(text(said.tenant, key, **values.of_contact(said.contact)))
