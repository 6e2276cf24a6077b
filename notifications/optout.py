"""Customers who want no messages, or want them again: one use case for REST, panel and typed words.

Words count only as whole typed messages. CANCELAR may mean the booking: while the customer has one, or had a notice
in the last 48 h, Recado asks which of both is meant, and marketing waits meanwhile.
"""

from collections.abc import Sequence, Set
from datetime import datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from notifications.answers import Said, answer, said_now
from notifications.consenting import CONFIRMATION, Word, opt_in, opt_out
from notifications.kinds import values
from notifications.models import Appointment, NotificationJob
from notifications.texts import text
from notifications.wording import fold
from tenants import consent, flags
from tenants.models import Consent, Tenant
from whatsapp import conversations
from whatsapp.content import Buttons, ReplyButton, Text
from whatsapp.dispatch import Incoming, handles
from whatsapp.events import MessageReceived
from whatsapp.models import Message

__all__ = ["obey_words", "opt_in", "opt_out"]

STOP_WORDS = frozenset({"stop", "sair", "cancelar", "remover", "parar"})
DOUBTFUL_WORD = "cancelar"
RETURN_WORDS = frozenset({"voltar", "entrar", "start"})
STOP_PAYLOAD, KEEP_PAYLOAD = "optout:stop", "optout:keep:"  # the latter with the id of the message that was asked about
NOTICE_IS_RECENT = timedelta(hours=48)


@handles(MessageReceived)
def obey_words(batch: Sequence[Incoming[MessageReceived]], now: datetime) -> None:
    """Typed words, and the two buttons of the question."""
    heard = said_now(batch)
    own = {tenant: _own_words(tenant) for tenant in {said.tenant for said in heard}}
    for said in heard:
        _obey(said, own[said.tenant], now)


def _obey(said: Said, own_words: Set[str], now: datetime) -> None:
    event = said.event
    word = fold(event.text) if event.is_typed else ""
    if event.reply_payload == STOP_PAYLOAD:
        _stop(said, now)
    elif event.reply_payload.startswith(KEEP_PAYLOAD):
        _keep(said, now)
    elif word == DOUBTFUL_WORD and _may_mean_a_booking(said, now):
        _ask(said, now)
    elif word in STOP_WORDS or word in own_words:
        _stop(said, now)
    elif word in RETURN_WORDS:
        _return(said, now)


def _own_words(tenant: Tenant) -> set[str]:
    """What stops messages beside STOP_WORDS, as the company chose."""
    return {fold(word) for word in flags.resolve(tenant).optout_words} - {""}


def _stop(said: Said, now: datetime) -> None:
    if opt_out(said.contact, now=now, **_word(said)):
        answer(said, _wording(said, "optout_done"), now, kind=CONFIRMATION)


def _return(said: Said, now: datetime) -> None:
    contact = said.contact
    if consent.refusal(contact, marketing=False) and opt_in(contact, now=now, **_word(said)):
        answer(said, _wording(said, "optin_done"), now)


def _word(said: Said, category: str = Consent.Category.ALL) -> Word:
    return {
        "category": category,
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
    opt_out(said.contact, now=now, **_word(said, Consent.Category.MARKETING))
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
        opt_in(contact, now=now, **_word(said, Consent.Category.MARKETING))
    if not consent.refusal(contact, marketing=False):
        answer(said, _wording(said, "optout_kept"), now)


def _asked_about(said: Said) -> Message | None:
    message_id = said.event.reply_payload.removeprefix(KEEP_PAYLOAD)
    if not message_id.isdecimal():
        return None
    return Message.objects.filter(pk=int(message_id[:18]), contact=said.contact).first()


def _wording(said: Said, key: str) -> Text:
    return Text(text(said.tenant, key, **values.of_contact(said.contact)))
