"""What Meta says of accounts and numbers: kept, and what follows from the newest word."""

import itertools
from datetime import timedelta

import pytest

from tenants import connections
from tenants.models import Alert, PhoneNumber
from tests.factories import NOW, make_number, make_person
from tests.whatsapp.meta_bodies import payload, process_all, take
from whatsapp import numbers
from whatsapp.models import AccountNotice, WebhookEvent
from whatsapp.providers.base import NumberFacts

pytestmark = pytest.mark.django_db


def state(number):
    number.refresh_from_db()
    return number.state


def open_alerts():
    return set(Alert.objects.exclude(state="solved").values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("partner_removed", "revoked"),
        ("partner_app_uninstalled", "revoked"),
        ("deleted", "revoked"),
        ("offboarded", "degraded"),
        ("disabled", "degraded"),
        ("partner_added", "connected"),
        ("reconnected", "connected"),
        ("another_partners_app_uninstalled", "connected"),
        ("to_be_disabled", "connected"),
        ("volume_tier", "connected"),
    ],
)
def test_a_connection_follows_what_is_said_of_its_account(number, name, expected):
    take(f"account_update__{name}")
    assert state(number) == expected
    assert AccountNotice.objects.get().account == number.account


@pytest.mark.parametrize("order", [*itertools.permutations(["offboarded", "disabled", "reconnected", "reinstated"])])
def test_all_is_well_when_the_newest_word_on_each_matter_is_good(number, order):
    for name in order:
        take(f"account_update__{name}")
    assert state(number) == "connected"


@pytest.mark.parametrize("order", [*itertools.permutations(["offboarded", "disabled", "reconnected"])])
def test_one_matter_that_is_bad_is_enough(number, order):
    for name in order:
        take(f"account_update__{name}")
    assert state(number) == "degraded"


@pytest.mark.parametrize("order", [*itertools.permutations(["partner_removed", "offboarded", "reconnected"])])
def test_a_withdrawn_access_does_not_come_back_with_the_phone(number, order):
    for name in order:
        take(f"account_update__{name}")
    assert state(number) == "revoked"


def test_a_word_on_one_number_leaves_its_sister_alone(number):
    sister = make_number(number.tenant, number.account, display_phone_number="+55 11 4444-5555")
    take("account_update__of_one_number")
    assert (state(number), state(sister)) == ("revoked", "connected")
    assert AccountNotice.objects.get().number == number


def test_what_a_person_decided_later_stays(number):
    take("account_update__offboarded")
    connections.move(number, PhoneNumber.State.CONNECTED, actor=make_person(number.tenant), now=NOW)
    body = payload("account_update__disabled")
    body["entry"][0]["time"] -= 3600
    take(body)
    assert state(number) == "connected"


def test_the_same_word_again_moves_nothing(number):
    take("account_update__offboarded")
    connections.move(number, PhoneNumber.State.CONNECTED, now=NOW)
    WebhookEvent.objects.update(state="new", attempts=0, due_at=NOW)
    process_all()
    assert (state(number), AccountNotice.objects.count()) == ("connected", 1)


@pytest.mark.parametrize("order", [*itertools.permutations(["count", "tier", "unlimited"])])
def test_the_newest_messaging_limit_holds(number, order):
    for name in order:
        take(f"business_capability_update__{name}")
    number.refresh_from_db()
    assert number.messaging_limit == "TIER_UNLIMITED"


def test_a_name_and_a_throughput_go_to_their_number(number):
    take("phone_number_name_update__approved")
    take("phone_number_quality_update__throughput_upgrade")
    number.refresh_from_db()
    assert (number.verified_name, number.throughput, number.messaging_limit) == ("Studio Jana", 1000, "TIER_UNLIMITED")


def test_a_late_webhook_does_not_undo_what_the_api_said_since(number):
    numbers.apply(number, NumberFacts(messaging_limit="TIER_100K", throughput=80), NOW + timedelta(seconds=1))
    take("business_capability_update__count")
    number.refresh_from_db()
    assert number.messaging_limit == "TIER_100K"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("account_update__violation", "account_violation"),
        ("account_update__restriction", "account_restricted"),
        ("account_update__to_be_disabled", "account_to_be_disabled"),
        ("account_review_update__rejected", "account_rejected"),
        ("phone_number_name_update__rejected", "number_name_rejected"),
        ("security__pin_reset_request", "number_pin_reset"),
    ],
)
def test_what_a_person_must_see_is_an_alert_of_the_company(number, name, kind):
    take(name)
    assert Alert.objects.get().tenant == number.tenant
    assert open_alerts() == {kind}


@pytest.mark.parametrize("order", [*itertools.permutations(["to_be_disabled", "reinstated"])])
def test_an_alert_ends_with_a_newer_good_word(number, order):
    for name in order:
        take(f"account_update__{name}")
    assert "account_to_be_disabled" not in open_alerts()


@pytest.mark.parametrize(
    "name", ["account_alerts__profile_picture_lost", "account_settings_update__calling", "account_update__volume_tier"]
)
def test_what_asks_for_nothing_is_kept_to_be_read(number, name):
    take(name)
    assert (AccountNotice.objects.count(), Alert.objects.count()) == (1, 0)


def test_a_word_on_an_account_that_nobody_owns_waits(number):
    body = payload("account_review_update__rejected")
    body["entry"][0]["id"] = "510000000000077"
    take(body)
    assert list(WebhookEvent.objects.values_list("state", "note")) == [("waiting", "unknown_account")]
