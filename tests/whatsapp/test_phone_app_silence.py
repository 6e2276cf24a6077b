"""A number whose phone app nobody opens is told of before Meta disconnects it."""

from datetime import timedelta

import pytest

from tenants.models import Alert
from tests.factories import NOW
from tests.whatsapp.meta_bodies import envelope, payload, seconds, take
from whatsapp.coexistence import app
from whatsapp.models import SyncCall

DAY = timedelta(days=1)


@pytest.fixture
def shared(number):
    number.coexistence, number.connected_at = True, NOW - 12 * DAY
    number.save()
    return number


def open_alerts():
    return list(Alert.objects.exclude(state="solved").values_list("kind", "count"))


def book(at):
    card = {"type": "contact", "action": "add", "contact": {"phone_number": "5511988887777", "full_name": "Maria"}}
    entry = card | {"metadata": {"timestamp": str(seconds(at.total_seconds()))}}
    return envelope({"state_sync": [entry]}, field="smb_app_state_sync")


def echo(at):
    body = payload("smb_message_echoes__text")
    item = body["entry"][0]["changes"][0]["value"]["message_echoes"][0]
    item["timestamp"] = str(seconds(at.total_seconds()))
    return body


def test_after_ten_days_without_a_sign_of_life_somebody_is_told_once(shared):
    app.watch(NOW)
    app.watch(NOW + timedelta(hours=1))
    assert open_alerts() == [("phone_app_silent", 1)]


@pytest.mark.parametrize("sign", [echo, book])
def test_a_sign_of_life_counts_and_solves_it(shared, sign):
    app.watch(NOW)
    take(sign(-DAY))
    app.watch(NOW)
    assert open_alerts() == []


@pytest.mark.parametrize("sign", [echo, book])
def test_an_old_sign_does_not(shared, sign):
    take(sign(-11 * DAY))
    app.watch(NOW)
    assert open_alerts() == [("phone_app_silent", 1)]


def test_customers_messages_are_no_sign(shared):
    take("messages__text")
    app.watch(NOW)
    assert open_alerts() == [("phone_app_silent", 1)]


def test_the_onboarding_is_one(shared):
    SyncCall.objects.create(tenant=shared.tenant, number=shared, kind="history", onboarded_at=NOW - DAY, due_at=NOW)
    app.watch(NOW)
    assert open_alerts() == []


def test_a_number_without_a_phone_app_is_never_silent(number):
    number.connected_at = NOW - 30 * DAY
    number.save()
    app.watch(NOW)
    assert open_alerts() == []


def test_a_disconnected_one_is_told_of_elsewhere(shared):
    shared.state = "disconnected"
    shared.save()
    app.watch(NOW)
    assert open_alerts() == []
