"""What is looked at each minute: raised over its threshold, once while it lasts, solved when its cause is gone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications import tasks, watching
from notifications.management.commands import relay_events
from notifications.models import NotificationJob
from notifications.watching import checks, rounds
from tenants import alerts, vault
from tenants.models import Alert, Credential, PhoneNumber
from tests.factories import NOW, make_number, make_ready_tenant, make_tenant
from tests.notifications.jobs import first_number, promise
from whatsapp import heartbeat, measures, tallies
from whatsapp.models import HandlerFailure, Media, Message, WebhookEvent

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def number() -> PhoneNumber:
    found = first_number(make_ready_tenant("studio-jana"))
    PhoneNumber.objects.filter(pk=found.pk).update(heard_at=NOW, messaging_limit="TIER_UNLIMITED")
    return found


def look_at(now=NOW):
    watching.look(now)
    lasting = Alert.objects.exclude(state="solved").values_list("tenant__slug", "kind", "subject")
    return sorted(lasting, key=str)


def events(count, tenant=None, state="processed", **values):
    now = values.pop("at", NOW - MINUTE)
    defaults = {"provider": "meta", "field": "messages", "received_at": now, "due_at": now, "state": state}
    start = WebhookEvent.objects.count()
    WebhookEvent.objects.bulk_create(
        [WebhookEvent(tenant=tenant, key=f"{start + each}", **(defaults | values)) for each in range(count)]
    )


def sent(number, count=1, minutes=11, **values):
    start = Message.objects.count()
    defaults = {"direction": "outbound", "origin": "automation", "type": "text", "status": "accepted"}
    defaults |= {"occurred_at": NOW - minutes * MINUTE, "tenant": number.tenant, "number": number}
    return Message.objects.bulk_create(
        [Message(provider_message_id=f"w{start + each}", **(defaults | values)) for each in range(count)]
    )


def files(number, count, state):
    for message in sent(number, count, minutes=1, direction="inbound", origin="customer", status=""):
        Media.objects.create(
            tenant=number.tenant, number=number, message=message, type="image", state=state, expires_at=NOW,
            provider_media_id=str(message.pk), lane=0,
        )  # fmt: skip
    Media.objects.update(created_at=NOW - MINUTE)


@pytest.mark.parametrize(("failed", "is_over"), [(1, False), (2, True)])
def test_more_than_5_percent_of_a_companys_events(number, failed, is_over):
    events(20 - failed, number.tenant)
    events(failed, number.tenant, state="new", error="KeyError", attempts=1)
    found = ("studio-jana", "webhook_failures", "") in look_at()
    assert found == is_over


@pytest.mark.parametrize(("failed", "is_over"), [(2, False), (3, True)])
def test_more_than_10_percent_of_a_companys_files(number, failed, is_over):
    files(number, 20 - failed, "downloaded")
    files(number, failed, "failed")
    found = ("studio-jana", "media_failures", "") in look_at()
    assert found == is_over


@pytest.mark.parametrize(("failed", "is_over"), [(2, False), (3, True)])
def test_more_than_10_percent_of_a_companys_messages(number, failed, is_over):
    sent(number, 20 - failed, minutes=1, status="delivered")
    sent(number, failed, minutes=1, status="failed")
    found = ("studio-jana", "send_failures", "") in look_at()
    assert found == is_over


def test_a_message_that_meta_refused_counts_by_its_job(number):
    sent(number, 8, minutes=1, status="delivered")
    for message in sent(number, 2, minutes=1, status=""):
        job = promise(number.tenant)
        NotificationJob.objects.filter(pk=job.pk).update(state="failed", message=message)
    assert ("studio-jana", "send_failures", "") in look_at()


def test_a_share_of_few_or_of_long_ago_is_none(number):
    sent(number, 9, minutes=1, status="failed")
    sent(number, 20, minutes=61, status="failed")
    events(30, number.tenant, state="failed", at=NOW - timedelta(hours=2), field="")
    assert {kind for _slug, kind, _subject in look_at()} == {"events_failed"}


def test_another_company_has_nothing_of_it(number):
    other = make_tenant("barbearia-charlie")
    sent(number, 20, minutes=1, status="failed")
    look_at()
    assert not Alert.objects.filter(tenant=other).exists()


@pytest.mark.parametrize(("count", "is_over"), [(100, False), (101, True)])
def test_more_than_100_events_that_wait(number, count, is_over):
    events(count, state="new")
    assert ((None, "events_waiting", "") in look_at()) == is_over


def test_what_came_just_now_waits_for_nobody(number):
    events(200, state="new", at=NOW)
    assert look_at() == []


def test_the_oldest_event_is_late_after_a_minute(number):
    events(1, state="new", at=NOW - timedelta(seconds=90))
    assert look_at() == [(None, "events_behind", "")]


def test_dead_letters_are_of_their_company_until_they_are_replayed(number):
    events(2, number.tenant, state="failed", at=NOW - timedelta(hours=2))
    assert look_at() == [("studio-jana", "events_failed", "messages")]
    assert Alert.objects.get().detail == {"count": 2}
    WebhookEvent.objects.update(state="processed")
    assert look_at() == []


def test_a_consequence_that_was_given_up_is_told(number):
    events(1, number.tenant)
    HandlerFailure.objects.create(event=WebhookEvent.objects.get(), handler="notifications.replies.confirm")
    assert look_at() == [("studio-jana", "handlers_failed", "confirm")]


@pytest.mark.parametrize(("minutes", "is_late"), [(9, False), (11, True)])
def test_a_notice_that_is_due_and_does_not_leave(number, minutes, is_late):
    job = promise(number.tenant)
    NotificationJob.objects.filter(pk=job.pk).update(due_at=NOW - minutes * MINUTE)
    assert (look_at() == [("studio-jana", "jobs_late", "")]) == is_late


@pytest.mark.parametrize(("minutes", "is_late"), [(5, False), (11, True), (90, False)])
def test_a_message_without_any_status_for_ten_minutes(number, minutes, is_late):
    sent(number, 1, minutes)
    expected = [("studio-jana", "statuses_missing", number.phone_number_id)] if is_late else []
    assert look_at() == expected


@pytest.mark.parametrize(("hours", "is_silent"), [(47, False), (49, True)])
def test_a_number_of_which_nothing_comes(number, hours, is_silent):
    PhoneNumber.objects.update(heard_at=NOW - timedelta(hours=hours))
    assert (look_at() == [("studio-jana", "webhooks_silent", number.phone_number_id)]) == is_silent


def test_a_number_that_was_never_heard_of_counts_from_its_connection(number):
    make_number(number.tenant, state="draft", messaging_limit="TIER_UNLIMITED")
    PhoneNumber.objects.update(heard_at=None, connected_at=NOW - timedelta(hours=49))
    assert look_at() == [("studio-jana", "webhooks_silent", number.phone_number_id)]


@pytest.mark.parametrize(("people", "is_over"), [(199, False), (200, True)])
def test_four_fifths_of_a_portfolios_limit(number, people, is_over, monkeypatch):
    PhoneNumber.objects.update(messaging_limit="TIER_250")
    monkeypatch.setattr(checks.reach, "reached", lambda limits, _now: dict.fromkeys(limits, people))
    portfolio = f"waba:{number.account.waba_id}"
    assert (look_at() == [("studio-jana", "limit_nearly_used", portfolio)]) == is_over


def test_how_much_of_a_shared_limit_is_used_is_told_to_nobody(number, monkeypatch):
    PhoneNumber.objects.update(messaging_limit="TIER_250")
    monkeypatch.setattr(checks.reach, "reached", lambda limits, _now: dict.fromkeys(limits, 240))
    look_at()
    assert Alert.objects.get().detail == {}


def test_webhooks_that_could_not_be_stored(number, time_machine):
    time_machine.move_to(NOW, tick=False)
    measures.of_webhook(503, 0.1)
    tallies.flush()
    assert look_at() == [(None, "database_errors", "")]
    time_machine.shift(timedelta(minutes=25))
    PhoneNumber.objects.update(heard_at=NOW + timedelta(minutes=25))
    assert look_at(NOW + timedelta(minutes=25)) == []


def test_a_process_that_was_seen_and_is_not_any_more(number):
    heartbeat.note(heartbeat.BEAT, "", NOW)
    assert look_at(NOW + timedelta(seconds=59)) == []
    assert look_at(NOW + timedelta(seconds=61)) == [(None, "process_missing", "beat")]
    heartbeat.note(heartbeat.BEAT, "", NOW + timedelta(seconds=62))
    assert look_at(NOW + timedelta(seconds=63)) == []


def test_the_relay_tells_of_beat_which_cannot_tell_of_itself():
    heartbeat.note(heartbeat.BEAT, "", timezone.now() - timedelta(minutes=5))
    relay_events.Command().watch()
    assert list(Alert.objects.values_list("kind", "subject")) == [("process_missing", "beat")]
    assert heartbeat.seen(timezone.now())["relay"]


def test_while_valkey_is_away_what_it_knows_stays_as_it_is(number, monkeypatch):
    alerts.raise_alert("process_missing", subject="beat", now=NOW)
    monkeypatch.setattr(heartbeat.valkey, "attempt", lambda _command: None)
    assert look_at() == [(None, "process_missing", "beat")]


def test_what_lasts_is_one_alert_brought_up_to_date(number):
    events(1, number.tenant, state="failed", at=NOW - timedelta(hours=2))
    look_at()
    events(1, number.tenant, state="failed", at=NOW - timedelta(hours=2))
    look_at(NOW + MINUTE)
    alert = Alert.objects.get()
    assert (alert.count, alert.detail, alert.first_at, alert.last_at) == (1, {"count": 2}, NOW, NOW + MINUTE)


def test_a_check_that_breaks_stops_no_other(number, monkeypatch):
    events(1, number.tenant, state="failed", at=NOW - timedelta(hours=2))
    broken = checks.Check("jobs_late", lambda _now: 1 // 0)
    monkeypatch.setattr(rounds, "log", rounds.structlog.get_logger("quiet"))
    watching.look(NOW, [broken, *checks.CHECKS])
    assert Alert.objects.get().kind == "events_failed"


def test_what_happened_once_ends_after_a_day_without_another(number):
    alerts.raise_alert("undelivered", tenant=number.tenant, now=NOW, messages=1)
    assert look_at(NOW + timedelta(hours=23)) != []
    PhoneNumber.objects.update(heard_at=NOW + timedelta(hours=25))
    assert look_at(NOW + timedelta(hours=25)) == []


@pytest.mark.parametrize("gone", [{"owned_until": NOW}, {"state": "disconnected"}])
def test_alerts_of_a_number_end_with_its_use(number, gone):
    subject = number.phone_number_id
    for kind, about in (("number_quality", subject), ("phone_app_missed", f"{subject}:contacts")):
        alerts.raise_alert(kind, tenant=number.tenant, subject=about, now=NOW)
    assert len(look_at()) == 2
    PhoneNumber.objects.update(**gone)
    assert look_at() == []


def test_access_that_was_taken_back_and_given_again(number):
    account = number.account
    Credential.objects.update(retired_at=NOW)
    alerts.raise_alert("access_withdrawn", tenant=account.tenant, subject=account.waba_id, now=NOW)
    assert ("studio-jana", "access_withdrawn", account.waba_id) in look_at()
    vault.set_secret(account, Credential.Kind.ACCESS_TOKEN, "SIM-new")
    assert look_at() == []


def test_a_look_costs_no_more_for_many_companies(number, django_assert_max_num_queries):
    for _each in range(8):
        other = first_number(make_ready_tenant())
        PhoneNumber.objects.filter(pk=other.pk).update(heard_at=NOW, messaging_limit="TIER_UNLIMITED")
        sent(other, 20, minutes=1, status="failed")
    with django_assert_max_num_queries(45):
        watching.look(NOW)
    assert Alert.objects.filter(kind="send_failures").count() == 8


def test_beat_looks(number):
    events(1, state="failed")
    tasks.watch()
    assert Alert.objects.filter(kind="events_failed").exists()
