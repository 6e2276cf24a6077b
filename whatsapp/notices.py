"""What Meta says of accounts and numbers: every word is a row, and the newest one by Meta's clock is what holds.

A connection follows the words on it: of the access, the phone app and a ban each the newest, unless a person moved the
connection later. Facts of a number (its name, its messaging limit, its throughput) each keep the time of
their newest word, so that a late webhook never undoes a newer answer of the API.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Max, Q

from tenants import alerts, connections, phones, rows
from tenants.models import ConnectionStep, PhoneNumber, WhatsAppAccount
from whatsapp import notice_words, numbers
from whatsapp.dispatch import Incoming
from whatsapp.events import AccountNoticed
from whatsapp.models import AccountNotice

State = PhoneNumber.State
Noticed = Incoming[AccountNoticed]
Key = tuple[str, str]  # field, word

# Words on the connection: of which matter each one speaks, and whether it is bad.
ACCESS, PHONE_APP, BAN = "access", "phone_app", "ban"
MATTERS: dict[str, tuple[str, bool]] = {
    "PARTNER_REMOVED": (ACCESS, True),
    "PARTNER_APP_UNINSTALLED": (ACCESS, True),
    "ACCOUNT_DELETED": (ACCESS, True),
    "PARTNER_ADDED": (ACCESS, False),
    "PARTNER_APP_INSTALLED": (ACCESS, False),
    "ACCOUNT_OFFBOARDED": (PHONE_APP, True),
    "ACCOUNT_RECONNECTED": (PHONE_APP, False),
    "DISABLED_UPDATE:DISABLE": (BAN, True),
    "DISABLED_UPDATE:REINSTATE": (BAN, False),
}
# Words that ask a person to look, and what they are called among the alerts.
ALERTS: dict[Key, str] = {
    ("account_update", "ACCOUNT_VIOLATION"): "account_violation",
    ("account_update", "ACCOUNT_RESTRICTION"): "account_restricted",
    ("account_update", "DISABLED_UPDATE:SCHEDULE_FOR_DISABLE"): "account_to_be_disabled",
    ("account_review_update", "REJECTED"): "account_rejected",
    ("phone_number_name_update", "REJECTED"): "number_name_rejected",
    ("security", "PIN_CHANGED"): "number_pin_changed",
    ("security", "PIN_RESET_REQUEST"): "number_pin_reset",
}
SOLVED_BY: dict[Key, str] = {
    ("account_update", "DISABLED_UPDATE:REINSTATE"): "account_to_be_disabled",
    ("account_review_update", "APPROVED"): "account_rejected",
    ("phone_number_name_update", "APPROVED"): "number_name_rejected",
}


def record(batch: Sequence[Noticed], now: datetime) -> None:
    """Keeps what is new, and lets connections, facts and alerts follow."""
    owned = [incoming for incoming in batch if incoming.account]
    known = set(AccountNotice.objects.filter(key__in=[one.row.key for one in owned]).values_list("key", flat=True))
    fresh = {one.row.key: one for one in owned if one.row.key not in known}
    meant = _numbers(fresh.values())
    rows.insert_ignoring([_row(fresh[key], meant[key]) for key in sorted(fresh)])
    for incoming in sorted(fresh.values(), key=lambda one: (one.event.at, one.event.word)):
        _follow(incoming, meant[incoming.row.key], now)


def word_of(event: AccountNoticed) -> str:
    """The event's word, with what inside it changes the meaning: the decision, or that it is of another app."""
    if event.word == "DISABLED_UPDATE":
        return f"{event.word}:{_part(event, 'ban_info').get('waba_ban_state', '')}"
    app_id = str(_part(event, "waba_info").get("partner_app_id", ""))
    is_ours = app_id in {"", settings.WHATSAPP_META_APP_ID} or not settings.WHATSAPP_META_APP_ID
    return event.word if is_ours else f"{event.word}{notice_words.OTHER_APP}"


def _part(event: AccountNoticed, name: str) -> dict[str, Any]:
    part = event.detail.get(name)
    return part if isinstance(part, dict) else {}


def _numbers(batch: Iterable[Noticed]) -> dict[str, list[PhoneNumber]]:
    """By the event's key: the number it names, else all of its account."""
    batch = list(batch)
    numbers = PhoneNumber.objects.owned().filter(account__in=[one.account for one in batch])
    of_account: dict[int | None, list[PhoneNumber]] = defaultdict(list)
    for row in numbers.select_related("tenant", "account").order_by("pk").select_for_update(of=("self",), no_key=True):
        of_account[row.account_id].append(row)
    return {one.row.key: _meant(one.event, of_account[one.account.pk]) for one in batch if one.account}


def _meant(event: AccountNoticed, owned: list[PhoneNumber]) -> list[PhoneNumber]:
    if event.phone_number_id:
        return [number for number in owned if number.phone_number_id == event.phone_number_id]
    if event.display_phone_number:
        digits = phones.digits(event.display_phone_number)
        return [number for number in owned if phones.digits(number.display_phone_number) == digits]
    return owned


def _row(incoming: Noticed, meant: list[PhoneNumber]) -> AccountNotice:
    event = incoming.event
    is_of_one = bool(event.phone_number_id or event.display_phone_number) and len(meant) == 1
    return AccountNotice(
        tenant=incoming.tenant,
        account=incoming.account,
        number=meant[0] if is_of_one else None,
        key=incoming.row.key,
        field=event.field,
        word=word_of(event)[:60],
        detail=event.detail,
        occurred_at=event.at,
    )


def _follow(incoming: Noticed, meant: list[PhoneNumber], now: datetime) -> None:
    event = incoming.event
    key = (event.field, word_of(event))
    if event.field == "account_update" and key[1] in MATTERS:
        for number in meant:
            _settle(number, event, now)
    if facts := _facts(event):
        for number in meant:
            numbers.keep(number, facts, event.at)
    if key in ALERTS or key in SOLVED_BY:
        _alert(incoming, key, now)


def _settle(number: PhoneNumber, event: AccountNoticed, now: datetime) -> None:
    """Moves the connection to where the newest word on each matter puts it; ``event`` is only what is said of it."""
    bad = bad_matters(number)
    reason = notice_words.sentence(word_of(event), event.detail)
    if ACCESS in bad and number.state != State.REVOKED:
        alerts.raise_alert(
            connections.ALERT, tenant=number.tenant, subject=number.phone_number_id, now=now, reason=reason
        )
        with suppress(connections.MoveRefused):
            connections.move(number, State.REVOKED, reason=reason, now=now)
    elif bad and number.state != State.REVOKED:
        connections.degrade(number, reason, now)
    elif not bad and number.state == State.DEGRADED:
        connections.move(number, State.CONNECTED, reason=reason, now=now)


def bad_matters(number: PhoneNumber) -> set[str]:
    """Matters whose newest word is bad; what a person decided later makes older words void."""
    by_people = ConnectionStep.objects.filter(number=number, actor__isnull=False).aggregate(at=Max("at"))["at"]
    since = max(filter(None, (by_people, number.owned_from)))
    told = AccountNotice.objects.filter(Q(number=None) | Q(number=number), account=number.account_id)
    told = told.filter(field="account_update", word__in=MATTERS, occurred_at__gt=since)
    newest = dict(MATTERS[word] for word in told.order_by("occurred_at", "word").values_list("word", flat=True))
    return {matter for matter, is_bad in newest.items() if is_bad}


def _facts(event: AccountNoticed) -> dict[str, Any]:
    """What the word says of a number, by the number's fields."""
    detail = event.detail
    if event.field == "business_capability_update":
        return {"messaging_limit": event.word} if event.word else {}
    if event.field == "phone_number_name_update" and event.word == "APPROVED":
        name = detail.get("requested_verified_name")
        return {"verified_name": str(name)[:120]} if name else {}
    if event.field == "phone_number_quality_update":
        limit = {"messaging_limit": str(detail["current_limit"])[:20]} if detail.get("current_limit") else {}
        return limit | ({"throughput": numbers.UPGRADED} if event.word == "THROUGHPUT_UPGRADE" else {})
    return {}


def _alert(incoming: Noticed, key: Key, now: datetime) -> None:
    """Raised while the newest word on it is bad."""
    kind = ALERTS.get(key) or SOLVED_BY[key]
    account: WhatsAppAccount = incoming.account  # type: ignore[assignment]
    words = [word for (field, word), name in (*ALERTS.items(), *SOLVED_BY.items()) if name == kind and field == key[0]]
    told = AccountNotice.objects.filter(account=account, field=key[0], word__in=words)
    newest = told.order_by("-occurred_at", "-word").first()
    if newest is None or (newest.field, newest.word) in ALERTS:
        detail = {"word": key[1], "waba_id": account.waba_id}
        alerts.raise_alert(kind, tenant=incoming.tenant, subject=account.waba_id, now=now, **detail)
    else:
        alerts.solve(kind, tenant=incoming.tenant, subject=account.waba_id, now=now)
