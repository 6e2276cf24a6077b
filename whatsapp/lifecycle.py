"""What people do to a connection: disconnect it, connect it again, give it another token.

Nothing is half done: Meta is asked first, and only when it agrees do rows change. Messages that wait are kept through
all of it, and go by themselves once the number is connected.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tenants import audit, connections, vault
from tenants.binding import SIMULATORS, WAY_TO_CONNECTED
from tenants.models import Credential, PhoneNumber
from whatsapp import comparison, delivery, numbers, subscribing
from whatsapp.errors import OutcomeUnknown, ProviderError, Refused
from whatsapp.providers import get_provider
from whatsapp.providers.base import AccountAccess, NumberFacts, TokenFacts
from whatsapp.providers.meta import error_codes

T = TypeVar("T")
State = PhoneNumber.State
RECONNECTABLE = frozenset({State.DEGRADED, State.DISCONNECTED, State.REVOKED})


class LifeRefused(Exception):
    """It was not done, and nothing has changed; the text is a translated sentence. ``by_provider``: Meta refused."""

    def __init__(self, sentence: str, *, by_provider: bool = False) -> None:
        super().__init__(sentence)
        self.by_provider = by_provider


def may_disconnect(number: PhoneNumber) -> bool:
    return State.DISCONNECTED in connections.ARROWS[number.state]


def may_reconnect(number: PhoneNumber) -> bool:
    return number.state in RECONNECTABLE


def may_rotate(number: PhoneNumber) -> bool:
    return number.account_id is not None and number.provider == "meta"


def disconnect(number: PhoneNumber, *, reason: str = "", actor: Any, now: datetime) -> bool:
    """Nothing leaves through it any more; its token is kept for coming back. Answers whether webhooks ended too.

    They end when no other number of the WABA needs them; that Meta does not agree keeps nobody from disconnecting.
    """
    move(number, State.DISCONNECTED, reason or _("Disconnected by a person."), actor, now)
    ended = not connections.sharing_access(number) and unsubscribe(number)
    audit.record("connection.disconnected", tenant=number.tenant, actor=actor, obj=number, webhooks_ended=ended)
    return ended


def reconnect(number: PhoneNumber, *, actor: Any, now: datetime) -> PhoneNumber:
    """Connects again with the access that is stored, once Meta answers for number and token, and sends webhooks.

    LifeRefused: no way from this state, or Meta does not answer for it.
    """
    if not may_reconnect(number):
        raise LifeRefused(_("This connection needs no reconnecting."))
    access = _access(number)
    _token, facts = prove(access)
    ask(lambda: subscribing.subscribe(access))
    connect(number, facts, _("Connected again by a person."), actor, now)
    audit.record("connection.reconnected", tenant=number.tenant, actor=actor, obj=number)
    return number


def rotate_token(number: PhoneNumber, token: str, *, actor: Any, now: datetime) -> Credential:
    """Puts ``token`` in the place of the account's, once it has read every number that uses it.

    Until then the old one stays, and it stays when the new one fails. Numbers that waited for their access connect.
    """
    if number.account is None or not may_rotate(number):
        raise LifeRefused(_("This connection has no access token of Meta's."))
    if settings.IN_PRODUCTION and token.startswith(SIMULATORS):
        raise LifeRefused(_("Production takes neither the stub provider nor a simulator's token."))
    users = connections.sharing_access(number)
    users += [] if number in users else [number]
    proofs = {user.pk: prove(delivery.access_with(user, token)) for user in users}
    proof, _facts = proofs[number.pk]
    with transaction.atomic():
        row = vault.set_secret(
            number.account,
            Credential.Kind.ACCESS_TOKEN,
            token,
            actor=actor,
            token_kind=proof.kind,
            scopes=list(proof.scopes),
            expires_at=proof.expires_at,
            granted_by=proof.user_id,
        )
        detail = {"waba_id": number.account.waba_id, "expires_at": proof.expires_at and proof.expires_at.isoformat()}
        audit.record("connection.token_rotated", tenant=number.tenant, actor=actor, obj=number, **detail)
    for user in users:
        if user.state == State.DEGRADED:
            connect(user, proofs[user.pk][1], _("The access token was rotated."), actor, now)
    number.refresh_from_db(fields=["state", "state_reason", "state_changed_at"])
    return row


def prove(access: AccountAccess) -> tuple[TokenFacts, NumberFacts]:
    """The token is valid, may do what is needed, and reads its very number. LifeRefused tells what is missing."""
    provider = get_provider(access.provider)
    token = ask(lambda: provider.fetch_token(access))
    if not token.valid:
        raise LifeRefused(error_codes.sentence(190), by_provider=True)
    missing = comparison.NEEDED_SCOPES - set(token.scopes) if token.scopes else frozenset()
    if missing:
        sentence = _("This token lacks permissions: %(scopes)s.") % {"scopes": ", ".join(sorted(missing))}
        raise LifeRefused(sentence, by_provider=True)
    facts = ask(lambda: provider.fetch_number(access))
    if facts.status in numbers.DEAD_STATUSES:
        sentence = _("Meta reports this number as %(status)s.") % {"status": facts.status}
        raise LifeRefused(sentence, by_provider=True)
    return token, facts


def connect(number: PhoneNumber, facts: NumberFacts, reason: str, actor: Any, now: datetime) -> None:
    """Keeps what Meta told and goes every step to connected that the state allows; a paused one stays paused."""
    numbers.apply(number, facts, now)
    for state in WAY_TO_CONNECTED[number.state]:
        move(number, state, reason, actor, now)


def move(number: PhoneNumber, state: str, reason: str, actor: Any, now: datetime) -> None:
    """As connections.move, refused by LifeRefused."""
    try:
        connections.move(number, state, reason=reason, actor=actor, now=now)
    except connections.MoveRefused as refused:
        raise LifeRefused(str(refused)) from None


def unsubscribe(number: PhoneNumber) -> bool:
    """Ends the webhooks of the number's WABA; False when Meta does not agree."""
    try:
        get_provider(number.provider).unsubscribe(delivery.access_for(number))
    except (ProviderError, OutcomeUnknown):
        return False
    return True


def _access(number: PhoneNumber) -> AccountAccess:
    try:
        return delivery.access_for(number)
    except Refused:
        raise LifeRefused(
            _("No usable access token is stored. Rotate the token, or connect the number anew.")
        ) from None


def ask(question: Callable[[], T]) -> T:
    """Meta's answer; LifeRefused with its error in the person's words, or that it did not answer."""
    try:
        return question()
    except Refused as refusal:
        raise LifeRefused(error_codes.sentence(refusal.code, refusal.details), by_provider=True) from None
    except (ProviderError, OutcomeUnknown):
        raise LifeRefused(_("Meta did not answer. Try again in a few minutes."), by_provider=True) from None
