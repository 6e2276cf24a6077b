"""Why a connection sends, or not: its state, its token, what differs at Meta, what waits, what readiness lacks."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from notifications.models import NotificationJob
from notifications.readiness import checklist
from tenants import flags, phones
from tenants.models import ConnectionStep, Credential, PhoneNumber
from whatsapp import comparison, health

STEPS = 5
Told = tuple[str, datetime | None]  # a sentence, and the time it speaks of


def find(subject: str) -> list[PhoneNumber]:
    """Our numbers that ``subject`` names: by phone_number_id, or as people write the number; former owners' too."""
    digits = phones.digits(subject)
    named = Q(phone_number_id=subject)
    rows = PhoneNumber.objects.select_related("tenant__automation", "account", "check_row")
    by_id = list(rows.filter(named).order_by("-owned_from"))
    if by_id or not digits:
        return by_id
    return [row for row in rows.order_by("-owned_from") if phones.digits(row.display_phone_number) == digits]


def facts(number: PhoneNumber, now: datetime) -> list[Told]:
    """Sentences, the most telling first."""
    found = [*_state(number), *_token(number, now), *_health(number, now), *_at_meta(number)]
    return [*found, *_automation(number, now), *_waiting(number), *_history(number)]


def _state(number: PhoneNumber) -> Iterator[Told]:
    if number.owned_until:
        yield _("This company owned the number until then."), number.owned_until
    state = str(number.get_state_display())
    sentence = _("The connection is “%(state)s”.") % {"state": state}
    yield f"{sentence} {number.state_reason}".strip(), number.state_changed_at
    if number.may_send:
        yield _("It may send."), None
    elif not number.owned_until:
        yield _("Nothing leaves through it: its messages wait and nothing is lost."), None


def _token(number: PhoneNumber, now: datetime) -> Iterator[Told]:
    live = Credential.objects.filter(account=number.account_id, kind=Credential.Kind.ACCESS_TOKEN, retired_at=None)
    row = live.first() if number.account_id else None
    if number.account_id and row is None:
        yield _("No access token is stored."), None
    elif row is not None and row.expires_at is not None:
        expired = _("The access token has expired.")
        yield (expired if row.expires_at <= now else _("The access token expires then.")), row.expires_at


def _health(number: PhoneNumber, now: datetime) -> Iterator[Told]:
    reading = number.readings.first()
    if reading is None:
        yield _("Meta was never asked about this number."), None
        return
    if reading.problem:
        yield reading.problem, reading.last_at
    if number.is_resting:
        yield _("It rests: another number of the company speaks. %(why)s") % {"why": number.resting_reason}, None
    if until := health.restricted_until(number, now):
        yield _("Meta restricted the account until then."), until


def _at_meta(number: PhoneNumber) -> Iterator[Told]:
    row = getattr(number, "check_row", None)
    for finding in comparison.differences(row):
        values = {"what": finding.fact.word, "expected": finding.expected, "found": finding.found}
        sentence = _("%(what)s: expected %(expected)s, found %(found)s.") % values
        yield f"{sentence} {finding.fact.advice}", row.at if row else None
    if row and not comparison.differences(row):
        yield _("Meta is set as expected."), row.at
    if number.heard_at:
        yield _("The last webhook came."), number.heard_at


def _automation(number: PhoneNumber, now: datetime) -> Iterator[Told]:
    automation, switch = flags.resolve(number.tenant), flags.kill_switch(number.tenant, now)
    if switch:
        yield _("Sending is stopped: %(reason)s.") % {"reason": switch.reason}, switch.started_at
    if automation.mode != "enabled":
        yield _("The automation's mode is %(mode)s.") % {"mode": automation.mode}, None
    missing = checklist.of(number.tenant, now).missing
    if missing:
        words = "; ".join(str(line.item.word) for line in missing)
        yield _("Readiness: this is missing: %(items)s.") % {"items": words}, None


def _waiting(number: PhoneNumber) -> Iterator[Told]:
    rows = NotificationJob.objects.filter(number=number, state=NotificationJob.State.PENDING)
    yield _("Messages that wait for it: %(count)d.") % {"count": rows.count()}, None


def _history(number: PhoneNumber) -> Iterator[Told]:
    for step in ConnectionStep.objects.filter(number=number).select_related("actor")[:STEPS]:
        moved = f"{step.get_from_state_display()} → {step.get_to_state_display()}"
        yield " · ".join(filter(None, [moved, step.reason, str(step.actor or "")])), step.at
