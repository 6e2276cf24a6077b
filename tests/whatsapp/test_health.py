"""Numbers' health: asked for, kept as history, and what follows for pool, connection, token and alerts."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import responses

from tenants import connections, vault
from tenants.models import Alert, Credential, PhoneNumber
from tests.factories import NOW, make_account, make_number, make_person, make_tenant
from tests.simulator_client import SimulatorProcess
from whatsapp import health
from whatsapp.errors import ErrorKind, Refused
from whatsapp.events import AccountUpdated
from whatsapp.models import AccountNotice, NumberReading
from whatsapp.providers.base import NumberFacts, TokenFacts
from whatsapp.providers.meta import error_codes

pytestmark = pytest.mark.django_db
QUARTER = timedelta(minutes=15)
GOOD = NumberFacts(status="CONNECTED", quality_rating="GREEN", messaging_limit="TIER_2K", throughput=80, official=True)
VALID = TokenFacts(valid=True)
LOST = Refused("no", ErrorKind.TOKEN, code=190)


@pytest.fixture
def number() -> PhoneNumber:
    return make_number(make_tenant())


def read(number: PhoneNumber, facts: NumberFacts | None = GOOD, *, round_: int = 0, token=VALID, refusal=None):
    """One answer of the provider, in the given round; the number is read anew."""
    answer = health.Answer(PhoneNumber.objects.get(pk=number.pk), facts, token if facts else None, refusal)
    reading = health.record(answer, NOW + round_ * QUARTER)
    number.refresh_from_db()
    return reading


def open_alerts() -> dict[str, dict]:
    return {alert.kind: alert.detail for alert in Alert.objects.exclude(state="solved")}


def with_(**values) -> NumberFacts:
    return NumberFacts(**(GOOD.__dict__ | values))


def test_the_same_answer_again_is_the_same_row(number):
    for n in range(3):
        read(number, round_=n)
    row = NumberReading.objects.get()
    assert (row.count, row.first_at, row.last_at) == (3, NOW, NOW + 2 * QUARTER)


def test_a_change_is_a_new_row_and_old_ones_are_bounded(number, monkeypatch):
    monkeypatch.setattr(health, "KEPT_ROWS", 4)
    for n in range(10):
        read(number, with_(throughput=80 if n % 2 else 1000), round_=n)
    assert NumberReading.objects.count() == 4
    assert number.throughput == 80


@pytest.mark.parametrize("poor", [{"quality_rating": "RED"}, {"status": "RESTRICTED"}])
def test_a_poor_number_rests_until_two_good_readings(number, poor):
    read(number, with_(**poor))
    assert number.is_resting
    assert number.resting_reason
    read(number, round_=1)
    assert number.is_resting
    read(number, round_=2)
    assert not number.is_resting


def test_a_relapse_begins_to_count_anew(number):
    for n, quality in enumerate(["RED", "GREEN", "RED", "GREEN"]):
        read(number, with_(quality_rating=quality), round_=n)
    assert number.is_resting
    assert number.resting_since == NOW


def test_a_refused_token_degrades_and_two_good_readings_connect_again(number):
    reading = read(number, None, refusal=LOST)
    assert (number.state, reading.token_valid, bool(reading.problem)) == ("degraded", False, True)
    read(number, round_=1)
    assert number.state == "degraded"
    read(number, round_=2)
    assert number.state == "connected"


def test_a_number_that_is_gone_takes_no_sister_along(number):
    gone = make_number(number.tenant, number.account)
    kind, scope = error_codes.classify(100, 33)
    read(gone, None, refusal=Refused("no such object", kind, scope, code=100, subcode=33))
    number.refresh_from_db()
    assert (gone.state, number.state) == ("degraded", "connected")


@pytest.mark.parametrize(("told", "is_shared"), [({}, True), ({"is_on_biz_app": False}, False)])
def test_a_number_of_the_phone_app_stays_one_until_meta_says_otherwise(number, willing_meta, told, is_shared):
    PhoneNumber.objects.update(coexistence=True)
    willing_meta.replace(responses.GET, re.compile(r".*/v25\.0/\d+(\?|$)"), json={"status": "CONNECTED"} | told)
    health.check(number, NOW)
    assert PhoneNumber.objects.get().coexistence is is_shared


def test_a_banned_number_comes_back_when_it_is_connected_again(number):
    read(number, with_(status="BANNED"))
    assert number.state == "degraded"
    for n in (1, 2):
        read(number, round_=n)
    assert number.state == "connected"


def test_what_a_person_moved_stays_where_it_was_put(number):
    connections.move(number, "degraded", actor=make_person(number.tenant), now=NOW)
    for n in range(3):
        read(number, round_=n)
    assert number.state == "degraded"


def test_metas_own_word_on_the_account_stands_against_good_readings(number):
    connections.degrade(number, "banned", NOW)
    AccountNotice.objects.create(
        tenant=number.tenant,
        account=number.account,
        key="k",
        field="account_update",
        word="DISABLED_UPDATE:DISABLE",
        occurred_at=NOW,
    )
    for n in range(3):
        read(number, round_=n)
    assert number.state == "degraded"


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"quality_rating": "YELLOW"}, "number_quality"),
        ({"quality_rating": "RED"}, "number_quality"),
        ({"status": "FLAGGED"}, "number_status"),
        ({"messaging_limit": "TIER_250"}, "number_limit"),
        ({"name_status": "DECLINED"}, "number_name"),
        ({"official": False}, "number_badge"),
    ],
)
def test_a_change_for_the_worse_raises_one_alert_and_the_better_solves_it(number, change, kind):
    read(number)
    assert open_alerts() == {}
    for n in (1, 2):
        read(number, with_(**change), round_=n)
    assert set(open_alerts()) == {kind}
    assert Alert.objects.get().count == 1
    read(number, round_=3)
    assert open_alerts() == {}


def test_a_token_that_ends_soon_is_told_and_kept_on_its_credential(number):
    ends = NOW + timedelta(days=3)
    read(number, token=TokenFacts(True, ends, "USER", ("whatsapp_business_messaging",)))
    credential = Credential.objects.get()
    assert (credential.expires_at, credential.token_kind, credential.scopes) == (
        ends,
        "USER",
        ["whatsapp_business_messaging"],
    )
    assert set(open_alerts()) == {"token_expires"}


def restrict(number: PhoneNumber, until) -> None:
    info = {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": int(until.timestamp())}
    AccountNotice.objects.create(
        tenant=number.tenant,
        account=number.account,
        key="r",
        field="account_update",
        word="ACCOUNT_RESTRICTION",
        detail={"restriction_info": [info]},
        occurred_at=NOW,
    )


def test_a_restriction_counts_until_it_ends_whatever_the_readings_say(number):
    restrict(number, NOW + 4 * QUARTER)
    for n in range(4):
        read(number, round_=n)
        assert number.is_resting
    read(number, round_=5)
    assert not number.is_resting


def test_a_restriction_is_obeyed_as_soon_as_its_webhook_comes(number):
    restrict(number, NOW + QUARTER)
    event = AccountUpdated("account_update", "ACCOUNT_RESTRICTION", NOW)
    incoming = health.Incoming(event, None, number.tenant, account=number.account)
    health.rest_restricted([incoming], NOW)
    number.refresh_from_db()
    assert number.is_resting


def test_a_number_without_a_token_is_degraded_and_the_others_are_asked(number, settings):
    other = make_number(make_tenant(), provider="stub", account=None)
    Credential.objects.all().delete()
    assert health.poll(NOW) == 2
    number.refresh_from_db()
    assert number.state == "degraded"
    assert other.readings.get().quality_rating == "GREEN"


def test_who_does_not_answer_told_nothing(number, settings):
    settings.WHATSAPP_META_GRAPH_URL = "http://127.0.0.1:9"
    assert health.poll(NOW) == 0
    number.refresh_from_db()
    assert (number.state, NumberReading.objects.count()) == ("connected", 0)


def test_those_asked_longest_ago_come_first_and_foreign_ones_never(number):
    late, early = number, make_number(make_tenant())
    read(early)
    read(late, round_=1)
    make_number(make_tenant(), owned_until=NOW)
    make_number(make_tenant(), state="disconnected")
    new = make_number(make_tenant())
    assert [row.pk for row in health._numbers(health.ASKED)] == [new.pk, early.pk, late.pk]


def test_those_whose_access_was_lost_are_asked_for_by_themselves(number):
    lost = make_number(make_tenant(), provider="stub", account=None, state="degraded")
    assert health.poll(NOW, states=health.LOST_ACCESS) == 1
    assert health.poll(NOW + timedelta(minutes=1), states=health.LOST_ACCESS) == 1
    lost.refresh_from_db()
    assert (lost.state, number.readings.count()) == ("connected", 0)


@pytest.fixture(scope="module")
def meta() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(webhook_url="http://127.0.0.1:9/nobody") as process:
        yield process


def test_the_simulated_meta_is_asked_for_everything(meta, settings):
    settings.WHATSAPP_META_GRAPH_URL = meta.url
    tenant = make_tenant()
    told = meta.accounts(
        name=tenant.name, numbers=[{"display_phone_number": "+55 11 4000-1234", "quality_rating": "RED"}]
    )
    account = make_account(tenant, waba_id=told["waba_id"])
    vault.set_secret(account, Credential.Kind.ACCESS_TOKEN, told["token"])
    number = make_number(tenant, account, phone_number_id=told["numbers"][0]["phone_number_id"])
    reading = health.check(number, NOW)
    assert (reading.status, reading.quality_rating, reading.messaging_limit) == ("CONNECTED", "RED", "TIER_UNLIMITED")
    assert (reading.name_status, reading.official, reading.token_valid) == ("APPROVED", False, True)
    assert number.is_resting
