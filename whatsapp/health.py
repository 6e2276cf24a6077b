"""The health of numbers: asked for regularly, kept as history, and what follows from it.

A number of poor quality, or one that Meta restricts, rests: where its tenant has another number, that one speaks. Two
good readings in a row bring it back. Lost access degrades the connection, as a refused send does; two good readings
connect it again, unless a person moved it or Meta's own word on the account stands against it. Those that wait for
their access are asked for each minute, so that a token refused for a moment costs no quarter of an hour. What readings
do not see (a payment that failed) refuses the next send again: then it is tried ever more rarely.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic

import structlog
from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils.translation import gettext as _

from tenants import connections
from tenants.models import ConnectionStep, Credential, PhoneNumber, WhatsAppAccount
from whatsapp import call_limits, delivery, health_alerts, notices, numbers
from whatsapp.dispatch import Incoming, handles
from whatsapp.errors import WIDER_THAN_A_NUMBER, ErrorKind, OutcomeUnknown, ProviderError, Refused
from whatsapp.events import AccountUpdated
from whatsapp.models import AccountNotice, Message, NumberReading, Status
from whatsapp.providers import get_provider
from whatsapp.providers.base import AccountAccess, NumberFacts, TokenFacts
from whatsapp.providers.meta import error_codes
from whatsapp.providers.values import integer, objects, text

log = structlog.get_logger(__name__)

State = PhoneNumber.State
ASKED = frozenset({State.CONNECTED, State.DEGRADED, State.PAUSED})
LOST_ACCESS = frozenset({State.DEGRADED})
POOR_QUALITY = "RED"
RESTRICTED = frozenset({"RESTRICTED", "FLAGGED", "RATE_LIMITED"})
LOST = frozenset({ErrorKind.TOKEN, ErrorKind.ACCOUNT})  # refusals that say something of the number itself
RESTRICTION = "ACCOUNT_RESTRICTION"
STOPS_SENDING = frozenset({"RESTRICTED_BIZ_INITIATED_MESSAGING", "RESTRICTED_UTILITY_TEMPLATES"})
GOOD_READINGS = 2
# How long a number waits at least, by how often in a row it was connected again and nothing went out.
PATIENCE = (timedelta(0), timedelta(minutes=2), timedelta(minutes=15), timedelta(hours=2))
RELAPSES_SINCE = timedelta(days=1)
WENT = (Status.SENT, Status.DELIVERED, Status.READ, Status.PLAYED)
KEPT_ROWS = 200  # of one number
THREADS = 8
ROUND = timedelta(minutes=10)
SHORT_ROUND = timedelta(seconds=50)  # of those that are asked for each minute


@dataclass(frozen=True)
class Answer:
    """What the provider said of a number: its facts and its token's, or why it refused."""

    number: PhoneNumber
    facts: NumberFacts | None = None
    token: TokenFacts | None = None
    refusal: Refused | None = None


def poll(now: datetime, *, states: Collection[str] = ASKED, deadline: timedelta = ROUND) -> int:
    """Asks for the numbers of ``states``, those first that were asked longest ago; answers how many told something.

    One that fails stops no other; what the deadline leaves over is first in the next round, and so is a number whose
    account has hardly any of Graph's calls left.
    """
    ends, done = monotonic() + deadline.total_seconds(), 0
    rows = [number for number in _numbers(states) if number.account is None or call_limits.may_ask(number.account)]
    for start in range(0, len(rows), THREADS):
        if monotonic() > ends:
            break
        done += sum(_record_alone(answer, now) for answer in ask_many(rows[start : start + THREADS]))
    log.info("health_polled", numbers=len(rows), told=done)
    return done


def _record_alone(answer: Answer, now: datetime) -> bool:
    """A defect with one number is written to the log and stops no other."""
    try:
        record(answer, now)
    except Exception:
        log.exception("health_not_recorded", phone_number_id=answer.number.phone_number_id)
        return False
    return True


def check(number: PhoneNumber, now: datetime) -> NumberReading | None:
    """Asks for one number at once, and waits no longer where it is well; None when nobody answered."""
    answers = list(ask_many([number]))
    return record(answers[0], now, patient=False) if answers else None


def _numbers(states: Collection[str]) -> Iterable[PhoneNumber]:
    newest = NumberReading.objects.filter(number=OuterRef("pk")).order_by("-last_at").values("last_at")[:1]
    owned = PhoneNumber.objects.owned().filter(state__in=states).select_related("tenant", "account")
    return owned.annotate(asked_at=Subquery(newest)).order_by(F("asked_at").asc(nulls_first=True), "pk")


def ask_many(rows: Iterable[PhoneNumber]) -> Iterator[Answer]:
    """The provider's word on each; those of whom nothing was learnt are left out. Threads touch no database."""
    asked: list[tuple[PhoneNumber, AccountAccess]] = []
    for number in rows:
        try:
            asked.append((number, delivery.access_for(number)))
        except Refused as refusal:
            yield Answer(number, refusal=refusal)
    with ThreadPoolExecutor(THREADS) as pool:
        yield from filter(None, pool.map(lambda pair: _ask(*pair), asked))


def _ask(number: PhoneNumber, access: AccountAccess) -> Answer | None:
    provider = get_provider(number.provider)
    try:
        return Answer(number, provider.fetch_number(access), provider.fetch_token(access))
    except Refused as refusal:
        if refusal.kind in LOST:
            return Answer(number, refusal=refusal)
        log.warning("health_unknown", phone_number_id=number.phone_number_id, code=refusal.code)
    except (ProviderError, OutcomeUnknown) as error:
        log.warning("health_unknown", phone_number_id=number.phone_number_id, error=str(error))
    return None


def record(answer: Answer, now: datetime, *, patient: bool = True) -> NumberReading:
    """Writes the answer to the number, its token and the history, and lets pool, connection and alerts follow.

    ``patient``: one that was refused again and again is not connected at once (PATIENCE).
    """
    number = answer.number
    if answer.facts:
        numbers.apply(number, answer.facts, now)
    with transaction.atomic():
        PhoneNumber.objects.select_for_update(no_key=True).get(pk=number.pk)
        before = number.readings.first()
        reading = _keep(_reading(answer, before, now), before)
        _rest_or_heal(number, reading, now)
        health_alerts.tell(number, before, reading, now)
    if answer.token and number.account:
        _keep_token(number.account, answer.token)
    _move(number, answer, reading, now, patient=patient)
    return reading


def _reading(answer: Answer, before: NumberReading | None, now: datetime) -> NumberReading:
    facts, token = answer.facts, answer.token
    reading = NumberReading(tenant_id=answer.number.tenant_id, number=answer.number, first_at=now, last_at=now)
    if answer.refusal or facts is None:
        for name in NumberReading.FACTS:
            setattr(reading, name, getattr(before or reading, name))
        reading.problem = _sentence(answer.refusal)[:300]
        if answer.refusal and answer.refusal.kind is ErrorKind.TOKEN:
            reading.token_valid = False
        return reading
    reading.status, reading.quality_rating = facts.status[:30], facts.quality_rating[:10]
    reading.messaging_limit, reading.throughput = facts.messaging_limit[:20], facts.throughput
    reading.verified_name, reading.name_status = facts.verified_name[:120], facts.name_status[:40]
    reading.official = facts.official
    reading.token_valid = token.valid if token else None
    reading.token_expires_at = token.expires_at if token else None
    return reading


def _sentence(refusal: Refused | None) -> str:
    return error_codes.sentence(refusal.code, refusal.details) if refusal else ""


def _keep(reading: NumberReading, before: NumberReading | None) -> NumberReading:
    """The same answer as before is that row, seen again; of the others the newest are kept."""
    if before and reading.says_the_same_as(before):
        before.last_at, before.count = max(before.last_at, reading.last_at), before.count + 1
        before.save(update_fields=["last_at", "count"])
        return before
    reading.save()
    old = NumberReading.objects.filter(number=reading.number).values("pk")[KEPT_ROWS:]
    NumberReading.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
    return reading


def why_poor(reading: NumberReading, restricted_until: datetime | None = None) -> str:
    """Why a number must rest, in a sentence; empty when its health is good."""
    if restricted_until:
        return _("Meta restricted the account until %(until)s.") % {"until": f"{restricted_until:%Y-%m-%d %H:%M} UTC"}
    if reading.quality_rating == POOR_QUALITY:
        return _("Meta rates the quality of this number as low.")
    if reading.status in RESTRICTED:
        return _("Meta reports this number as %(status)s.") % {"status": reading.status}
    return ""


def is_good(reading: NumberReading) -> bool:
    dead = reading.status in numbers.DEAD_STATUSES
    return not (reading.problem or why_poor(reading) or dead or reading.token_valid is False)


def good_in_a_row(number: PhoneNumber) -> int:
    """How many of the newest readings were good, one after the other; counts no further than it matters."""
    count = 0
    for reading in number.readings.all()[:GOOD_READINGS]:
        if not is_good(reading):
            break
        count += reading.count
    return count


@handles(AccountUpdated)
def rest_restricted(batch: Sequence[Incoming[AccountUpdated]], now: datetime) -> None:
    """A restriction counts at once, not with the next reading."""
    accounts = {one.account.pk for one in batch if one.account and one.event.word == RESTRICTION}
    for number in PhoneNumber.objects.owned().filter(account__in=accounts).order_by("pk"):
        _rest_or_heal(number, number.readings.first() or NumberReading(), now)


def restricted_until(number: PhoneNumber, now: datetime) -> datetime | None:
    """Until when Meta keeps the number's account from writing to people; None when it does not."""
    told = AccountNotice.objects.filter(account=number.account_id, field="account_update", word=RESTRICTION)
    newest = told.order_by("-occurred_at", "-pk").first()
    info = objects(newest.detail.get("restriction_info")) if newest else []
    ends = [integer(one.get("expiration")) for one in info if text(one.get("restriction_type")) in STOPS_SENDING]
    until = datetime.fromtimestamp(max(ends), UTC) if ends else None
    return until if until and until > now else None


def _rest_or_heal(number: PhoneNumber, reading: NumberReading, now: datetime) -> None:
    reason = why_poor(reading, restricted_until(number, now))
    if reason:
        number.resting_since, number.resting_reason = number.resting_since or now, reason
    elif number.resting_since and good_in_a_row(number) >= GOOD_READINGS:
        number.resting_since, number.resting_reason = None, ""
    else:
        return
    number.save(update_fields=["resting_since", "resting_reason"])


def _keep_token(account: WhatsAppAccount, token: TokenFacts) -> None:
    live = Credential.objects.filter(account=account, kind=Credential.Kind.ACCESS_TOKEN, retired_at=None)
    # Meta no longer names the person once the token is dead, and the withdrawal may come later.
    granter = {"granted_by": token.user_id} if token.user_id else {}
    live.update(expires_at=token.expires_at, scopes=list(token.scopes), token_kind=token.kind, **granter)


def _move(number: PhoneNumber, answer: Answer, reading: NumberReading, now: datetime, *, patient: bool) -> None:
    """Lost access degrades; what Recado itself degraded is connected again once its health was good twice."""
    if answer.refusal and answer.refusal.scope not in WIDER_THAN_A_NUMBER:
        connections.degrade(number, _sentence(answer.refusal), now)
    elif answer.refusal or reading.token_valid is False:
        connections.degrade_account(number, _sentence(answer.refusal) or error_codes.sentence(190), now)
    elif _is_well_again(number) and not (patient and _must_wait(number, now)):
        connections.move(number, State.CONNECTED, reason=_("Meta answers for this number again."), now=now)


def _is_well_again(number: PhoneNumber) -> bool:
    return number.state == State.DEGRADED and good_in_a_row(number) >= GOOD_READINGS and _may_connect(number)


def _must_wait(number: PhoneNumber, now: datetime) -> bool:
    """Longer with each time that it lost its access since a message of ours last went out."""
    since = now - RELAPSES_SINCE
    went = Message.objects.filter(tenant=number.tenant_id, number=number, status__in=WENT, occurred_at__gt=since)
    newest = went.exclude(origin__in=Message.WEAK).order_by("-occurred_at").values_list("occurred_at", flat=True)
    lost = ConnectionStep.objects.filter(number=number, to_state=State.DEGRADED, actor=None)
    times = lost.filter(at__gt=newest.first() or since).count()
    pause = PATIENCE[min(max(times, 1), len(PATIENCE)) - 1]
    return bool(pause) and now < number.state_changed_at + pause


def _may_connect(number: PhoneNumber) -> bool:
    """Nobody moved it by hand, and the newest words of Meta on its account are good."""
    last = ConnectionStep.objects.filter(number=number).first()
    by_person = last is not None and last.actor_id is not None
    return not by_person and not notices.bad_matters(number)
