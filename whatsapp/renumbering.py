"""A connection gets another number in one act: the new one is proven first, then it takes the old one's place.

Contacts, consent and all that was said stay. Conversations go on through the new number, and so does what waits in an
app that says so (``follows``). The old number's row remains as history: its ownership ends, and its id may come back.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext as _

from tenants import alerts, audit, connections
from tenants.models import Contact, PhoneNumber, WhatsAppAccount
from whatsapp import delivery, lifecycle, subscribing
from whatsapp.lifecycle import LifeRefused
from whatsapp.models import Conversation
from whatsapp.providers.base import NumberFacts
from whatsapp.providers.meta import signup

Follower = Callable[[PhoneNumber, PhoneNumber, Any, datetime], int]
State = PhoneNumber.State

_followers: dict[str, Follower] = {}


def follows(follower: Follower) -> Follower:
    """Registers ``follower(old, new, actor, now)``, which moves an app's rows and answers how many, within the act."""
    _followers[follower.__name__] = follower
    return follower


def may_change(number: PhoneNumber) -> bool:
    return lifecycle.may_rotate(number) and number.owned_until is None


def successor(number: PhoneNumber, contact: Contact) -> PhoneNumber:
    """Which number speaks with ``contact`` in the place of one that the company gave up; itself where none does."""
    if number.owned_until is None:
        return number
    threads = Conversation.objects.filter(contact=contact, number__owned_until=None).select_related("number")
    latest = threads.order_by(F("last_message_at").desc(nulls_last=True), "-pk").first()
    return latest.number if latest else number


def accounts_of(number: PhoneNumber) -> list[WhatsAppAccount]:
    """The tenant's WABAs of which another number may come, the number's own first."""
    rows = WhatsAppAccount.objects.for_tenant(number.tenant).owned()
    return sorted(rows, key=lambda account: (account.pk != number.account_id, str(account)))


def change(number: PhoneNumber, phone_number_id: str, *, waba_id: str = "", actor: Any, now: datetime) -> PhoneNumber:
    """Puts the number with this id in the place of ``number``; answers it. ``waba_id``: of the same WABA if empty.

    LifeRefused, with nothing changed: an id of another company, or one that Meta does not show connected in the WABA.
    """
    account = _account(number, waba_id)
    _check_free(number, phone_number_id)
    facts = _prove(account, phone_number_id)
    try:
        with transaction.atomic():
            new = _replace(number, account, phone_number_id, facts, actor, now)
    except IntegrityError:
        raise LifeRefused(_taken()) from None
    if number.account_id != account.pk and not connections.sharing_access(number):
        lifecycle.unsubscribe(number)
    return new


# --- proving ----------------------------------------------------------------------------------------------------------


def _account(number: PhoneNumber, waba_id: str) -> WhatsAppAccount:
    own = {account.waba_id: account for account in accounts_of(number)}
    if number.account is None or not may_change(number):
        raise LifeRefused(_("The number of this connection cannot be changed."))
    account = own.get(waba_id or number.account.waba_id)
    if account is None:
        raise LifeRefused(_("This WhatsApp Business account is not one of this company's."))
    return account


def _check_free(number: PhoneNumber, phone_number_id: str) -> None:
    if phone_number_id == number.phone_number_id:
        raise LifeRefused(_("This is the number that the connection has already."))
    owner = connections.resolve(phone_number_id)
    if owner and owner.tenant_id != number.tenant_id:
        raise LifeRefused(_taken())
    if owner and owner.state == State.PAUSED:
        raise LifeRefused(_("The other number is paused. Resume it first."))


def _taken() -> str:
    return _("This number belongs to another company.")


def _prove(account: WhatsAppAccount, phone_number_id: str) -> NumberFacts:
    """The account's token reads the number, it is one of the account's and connected, and webhooks come."""
    access = lifecycle.ask(lambda: delivery.access_to(account, phone_number_id=phone_number_id))
    if phone_number_id not in lifecycle.ask(lambda: signup.fetch_numbers(access)):
        sentence = _("Meta lists no number with this id in the account %(waba)s.") % {"waba": account.waba_id}
        raise LifeRefused(sentence, by_provider=True)
    _token, facts = lifecycle.prove(access)
    if facts.status != "CONNECTED":
        sentence = _("Meta reports the new number as %(status)s. Register it first, then change to it.")
        raise LifeRefused(sentence % {"status": facts.status or "?"}, by_provider=True)
    lifecycle.ask(lambda: subscribing.subscribe(access))
    return facts


# --- taking the place -------------------------------------------------------------------------------------------------


def _replace(
    number: PhoneNumber, account: WhatsAppAccount, phone_number_id: str, facts: NumberFacts, actor: Any, now: datetime
) -> PhoneNumber:
    old = PhoneNumber.objects.select_for_update(of=("self",)).select_related("tenant").get(pk=number.pk)
    if old.owned_until is not None:
        raise LifeRefused(_("The number of this connection was changed a moment ago."))
    new = _claim(old, account, phone_number_id, facts)
    shown = {"old": old.display_phone_number, "new": facts.display_phone_number or phone_number_id}
    lifecycle.connect(new, facts, _("In the place of %(old)s.") % shown, actor, now)
    if old.state == State.PAUSED:
        lifecycle.move(new, State.PAUSED, _("%(old)s was paused.") % shown, actor, now)
    _end(old, _("%(new)s took its place.") % shown, actor, now)
    moved = {"conversations": _carry_on(old, new)}
    moved |= {name: follower(old, new, actor, now) for name, follower in sorted(_followers.items())}
    for row in (new, old):
        audit.record("connection.number_changed", tenant=old.tenant, actor=actor, obj=row, **shown, moved=moved)
    return new


def _claim(old: PhoneNumber, account: WhatsAppAccount, phone_number_id: str, facts: NumberFacts) -> PhoneNumber:
    own = PhoneNumber.objects.owned().filter(tenant=old.tenant_id)
    of_meta = {"account": account, "provider": old.provider, "app_mode": old.app_mode}
    shown = facts.display_phone_number or phone_number_id
    fresh = {"tenant": old.tenant, "display_phone_number": shown} | of_meta
    return own.update_or_create(phone_number_id=phone_number_id, defaults=of_meta, create_defaults=fresh)[0]


def _end(old: PhoneNumber, reason: str, actor: Any, now: datetime) -> None:
    """Nobody is warned of a number any more that the company does not use."""
    if lifecycle.may_disconnect(old):
        lifecycle.move(old, State.DISCONNECTED, reason, actor, now)
    PhoneNumber.objects.filter(pk=old.pk).update(owned_until=now)
    alerts.solve_all(old.tenant, old.phone_number_id, now)


def _carry_on(old: PhoneNumber, new: PhoneNumber) -> int:
    """The threads go on with the same people; a window is of one number, so theirs open anew.

    Where the customer has a thread with the new number already, the old one stays what was said.
    """
    twin = Conversation.objects.filter(number=new, contact=OuterRef("contact"))
    rows = Conversation.objects.filter(~Exists(twin), number=old)
    return rows.update(number=new, window_opened_at=None, window_message=None)
