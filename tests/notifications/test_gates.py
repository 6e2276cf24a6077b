"""What holds, what skips, what goes: each gate through a whole round."""

from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings

from notifications import gates, opening_hours, queue, timeline
from notifications.kinds import KINDS
from notifications.models import JobEvent, NotificationJob
from templates_mgmt.models import MessageTemplate, TemplateMapping
from tenants import consent, flags
from tenants.models import AutomationSettings, PhoneNumber, Tenant
from tests.factories import (
    MARIA,
    NOTICE_VARIABLES,
    NOW,
    make_account,
    make_contact,
    make_number,
    make_person,
    make_ready_tenant,
    make_template,
)
from tests.notifications.jobs import Graph, first_number, open_window, promise, run, write_by_hand
from whatsapp import window
from whatsapp.content import Template
from whatsapp.models import Message

pytestmark = pytest.mark.django_db
SP = ZoneInfo("America/Sao_Paulo")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
UNSAID = {"2": "professional"}  # of whom a test's booking says nothing


@pytest.fixture
def tenant() -> Tenant:
    return make_ready_tenant()


def settings_of(tenant: Tenant, **values: Any) -> None:
    AutomationSettings.objects.filter(tenant=tenant).update(**values)


def after_round(job: NotificationJob, now: Any = NOW) -> tuple[str, str]:
    run(now)
    job.refresh_from_db()
    return job.state, job.reason_code


def test_the_order_of_the_gates():
    names = [gate.__name__ for gate in gates.GATES]
    assert names == [
        *("kill_switch", "known_kind", "tenant_active", "connection", "within_portfolio", "switched_on"),
        *("blocked", "consent", "still_wanted", "person_talking"),
        *("lateness", "quiet_hours", "route", "marketing_consent", "fits_limits", "dry_run"),
    ]


@pytest.mark.parametrize("whole_platform", [True, False])
def test_a_kill_switch_holds_and_says_why(tenant, graph: Graph, whole_platform):
    flags.stop(None if whole_platform else tenant, "incident", None, NOW + HOUR)
    job, by_hand = promise(tenant), write_by_hand(tenant)
    assert after_round(job) == ("pending", "kill_switch")
    by_hand.refresh_from_db()
    assert (job.due_at, job.reason_detail["reason"], by_hand.reason_code) == (NOW + HOUR, "incident", "kill_switch")
    assert after_round(job, NOW + HOUR + MINUTE) == ("sent", "")


@pytest.mark.parametrize("whole_platform", [True, False])
def test_what_a_kill_switch_held_goes_as_soon_as_it_is_off(tenant, graph: Graph, whole_platform):
    stopped = None if whole_platform else tenant
    flags.stop(stopped, "incident", None, NOW + 5 * HOUR)
    job = promise(tenant)
    run()
    assert queue.wake(NOW + MINUTE) == 0
    flags.resume(stopped, None, NOW + MINUTE)
    assert queue.wake(NOW + MINUTE) == 1
    assert after_round(job, NOW + MINUTE) == ("sent", "")


def test_what_waits_for_its_own_number_is_not_woken_by_another(tenant, graph: Graph):
    number = PhoneNumber.objects.get()
    job = promise(tenant, number=number)
    PhoneNumber.objects.update(state="paused")
    make_number(tenant, number.account)
    assert after_round(job) == ("pending", "connection_waiting")
    assert queue.wake(NOW + MINUTE / 2) == 0


def test_another_tenants_kill_switch_holds_nothing(tenant, graph: Graph):
    flags.stop(make_ready_tenant(), "incident", None)
    assert after_round(promise(tenant)) == ("sent", "")


def test_a_kill_switch_thrown_after_the_claim_still_holds(tenant, graph: Graph):
    job = promise(tenant)
    batch = queue.claim(NOW, limit=10)
    flags.stop(tenant, "incident", None)
    assert queue.start(batch.ready, batch.token, NOW) == []
    assert after_round(job) == ("pending", "kill_switch")


@pytest.mark.parametrize("state", ["paused", "degraded", "disconnected", "revoked", "connecting"])
def test_a_number_that_cannot_send_holds(tenant, graph: Graph, state):
    PhoneNumber.objects.update(state=state)
    job = promise(tenant)
    assert after_round(job) == ("pending", "connection_waiting")
    assert NOW < job.due_at <= NOW + gates.LOOK_AGAIN + timedelta(seconds=5)


def test_a_hold_writes_one_line_however_often_it_is_looked_at(tenant, graph: Graph):
    PhoneNumber.objects.update(state="paused")
    job = promise(tenant)
    for minute in range(5):
        run(NOW + minute * MINUTE)
    assert JobEvent.objects.filter(job=job, event="held").count() == 1


def test_a_paused_tenant_holds_automatic_messages_only(tenant, graph: Graph):
    Tenant.objects.update(state="paused")
    job, by_hand = promise(tenant), write_by_hand(tenant)
    open_window(by_hand)
    assert after_round(job) == ("pending", "tenant_paused")
    by_hand.refresh_from_db()
    assert by_hand.state == "sent"


@pytest.mark.parametrize(
    ("values", "code"), [({"mode": "disabled"}, "mode_disabled"), ({"queue_enabled": False}, "queue_disabled")]
)
def test_what_is_switched_off_skips_and_does_not_burst_out_later(tenant, graph: Graph, values, code):
    settings_of(tenant, **values)
    job = promise(tenant)
    assert after_round(job) == ("skipped", code)
    settings_of(tenant, mode="enabled", queue_enabled=True)
    assert run(NOW + HOUR).due == 0


def test_a_tenant_outside_the_allowlist_is_skipped(tenant, graph: Graph):
    with override_settings(WHATSAPP_AUTOMATION_ALLOWED_TENANT_IDS=["another"]):
        assert after_round(promise(tenant)) == ("skipped", "not_allowed")


def test_manual_messages_pass_mode_and_allowlist(tenant, graph: Graph):
    settings_of(tenant, mode="disabled", queue_enabled=False)
    job = write_by_hand(tenant)
    open_window(job)
    with override_settings(WHATSAPP_AUTOMATION_ALLOWED_TENANT_IDS=["another"]):
        assert after_round(job) == ("sent", "")


def test_a_dry_run_shows_the_exact_request_and_sends_nothing(tenant, graph: Graph):
    settings_of(tenant, mode="dry_run")
    job = promise(tenant)
    assert after_round(job) == ("skipped", "dry_run")
    body = timeline.lines(job)[-1].detail["body"]
    assert (body["type"], body["template"]["name"], graph.bodies) == ("template", "aviso_de_agendamento", [])


def test_with_a_test_recipient_everything_goes_there_and_the_timeline_says_so(tenant, graph: Graph):
    settings_of(tenant, test_recipient="+5511900000000")
    job = promise(tenant)
    assert after_round(job) == ("sent", "")
    assert graph.bodies[0]["to"].lstrip("+") == "5511900000000"
    line = next(line for line in timeline.lines(job) if line.event == "redirected")
    assert (line.detail["test_recipient"], line.detail["to"]) == ("+5511900000000", MARIA)


def test_a_redirected_message_does_not_mix_two_people(tenant, graph: Graph):
    settings_of(tenant, test_recipient="+5511900000000")
    job = promise(tenant)
    run()
    assert list(job.contact.identities.values_list("value", flat=True)) == [MARIA.lstrip("+")]


def test_an_opt_out_is_obeyed_by_every_kind_but_its_confirmation(tenant, graph: Graph):
    contact = make_contact(tenant)
    consent.record(contact, "opt_out", source="keyword", effective_at=NOW)
    automatic, by_hand = promise(tenant), write_by_hand(tenant)
    last_word = write_by_hand(tenant, kind="opt_out_confirmation", origin="automation")
    open_window(by_hand)
    assert after_round(automatic) == ("skipped", "opted_out")
    by_hand.refresh_from_db()
    last_word.refresh_from_db()
    assert (by_hand.reason_code, last_word.state) == ("opted_out", "sent")


def test_what_its_kind_no_longer_wants_is_cancelled(tenant, graph: Graph):
    job = promise(tenant)
    job.appointment.state = "cancelled"
    job.appointment.save()
    assert after_round(job) == ("cancelled", "appointment_closed")


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.late_limit])
def test_a_job_late_by_more_than_its_kinds_limit_is_skipped(tenant, graph: Graph, kind):
    job = promise(tenant, kind.name, content={"type": "text", "body": "oi", "preview_url": False})
    assert after_round(job, NOW + kind.late_limit + MINUTE)[0] in {"skipped", "cancelled"}
    assert graph.bodies == []


def test_quiet_hours_hold_until_their_end_in_the_tenants_zone(tenant, graph: Graph):
    settings_of(tenant, quiet_hours={"appointment_created": ["11:00", "14:30"]})  # NOW is 12:00 in São Paulo
    job = promise(tenant)
    assert after_round(job) == ("pending", "quiet_hours")
    assert job.due_at == NOW + 2.5 * HOUR
    assert after_round(job, job.due_at) == ("sent", "")


def test_a_person_who_asks_now_is_not_held_by_quiet_hours(tenant, graph: Graph):
    settings_of(tenant, quiet_hours={"*": ["11:00", "14:30"]})
    job = promise(tenant)
    NotificationJob.objects.update(by_person=True)
    assert after_round(job) == ("sent", "")


@pytest.mark.parametrize(
    ("hour", "until"),
    [(20, None), (21, (21, 8)), (23, (21, 8)), (3, (20, 8)), (8, None)],
)
def test_a_quiet_span_over_midnight(hour, until):
    now = NOW.astimezone(SP).replace(hour=hour, minute=0)
    found = opening_hours.quiet_until(now, SP, time(21), time(8))
    assert (found and (found.astimezone(SP).day, found.astimezone(SP).hour)) == until


def test_free_text_needs_an_open_window(tenant, graph: Graph):
    assert after_round(write_by_hand(tenant)) == ("skipped", "window_no_inbound")


def test_an_old_word_of_the_customer_is_told_apart_with_its_time(tenant, graph: Graph):
    job = write_by_hand(tenant)
    open_window(job, NOW - 25 * HOUR)
    assert after_round(job) == ("skipped", "window_expired")
    assert job.reason_detail["last_inbound_at"] == (NOW - 25 * HOUR).isoformat()


def test_a_window_check_that_fails_is_told_apart_too(tenant, graph: Graph, monkeypatch):
    job = write_by_hand(tenant)
    open_window(job)
    monkeypatch.setattr(window, "of", lambda *_: 1 / 0)
    assert after_round(job) == ("skipped", "window_check_failed")


def test_a_template_goes_without_a_window(tenant, graph: Graph):
    template = Template("hello_world", "en_US")
    assert after_round(write_by_hand(tenant, template)) == ("sent", "")


def stop_marketing(tenant) -> None:
    consent.record(
        make_contact(tenant), "opt_out", category="marketing", source="preference", effective_at=NOW, proof="stop"
    )


@pytest.mark.parametrize(("category", "state"), [("MARKETING", ("skipped", "opted_out")), ("UTILITY", ("sent", ""))])
def test_who_stopped_marketing_gets_no_template_of_that_category_whoever_sends_it(
    tenant, graph: Graph, category, state
):
    stop_marketing(tenant)
    make_template(first_number(tenant).account, "promo", category=category)
    assert after_round(write_by_hand(tenant, Template("promo", "pt_BR"))) == state


def test_a_notice_whose_template_meta_moved_to_marketing_obeys_it_too(tenant, graph: Graph):
    stop_marketing(tenant)
    MessageTemplate.objects.update(category="MARKETING")
    assert after_round(promise(tenant)) == ("skipped", "opted_out")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"status": "REJECTED"}, ("skipped", "template_not_approved")),
        ({"status": "PAUSED"}, ("pending", "template_waiting")),
        ({"missing_since": NOW}, ("pending", "template_lost")),
    ],
)
def test_a_template_by_hand_that_cannot_be_sent_waits_or_is_skipped_with_the_reason(tenant, graph: Graph, wrong, code):
    make_template(first_number(tenant).account, "promo", **wrong)
    assert after_round(write_by_hand(tenant, Template("promo", "pt_BR"))) == code


def test_a_template_of_another_account_is_not_sent(tenant, graph: Graph):
    make_template(make_account(tenant), "promo")
    job = write_by_hand(tenant, Template("promo", "pt_BR"), number=first_number(tenant))
    assert after_round(job) == ("skipped", "template_missing")


def test_a_resting_number_speaks_only_where_there_is_no_other(tenant, graph: Graph):
    resting = first_number(tenant)
    PhoneNumber.objects.update(resting_since=NOW)
    assert after_round(promise(tenant)) == ("sent", "")
    other = make_number(tenant, resting.account)
    job = promise(tenant)
    assert (after_round(job), job.number) == (("sent", ""), other)


def test_the_job_keeps_the_windows_evidence(tenant, graph: Graph):
    job = write_by_hand(tenant)
    thread = open_window(job)
    run()
    job.refresh_from_db()
    assert (job.mode, job.window["open"], job.window["message_id"]) == (
        "text",
        True,
        thread.window_message.provider_message_id,
    )


@pytest.mark.parametrize(
    ("code", "break_it"),
    [
        ("no_mapping", lambda: TemplateMapping.objects.all().delete()),
        ("template_not_approved", lambda: MessageTemplate.objects.update(status="REJECTED")),
        ("variable_without_value", lambda: TemplateMapping.objects.update(variables=NOTICE_VARIABLES | UNSAID)),
    ],
)
def test_without_a_template_that_can_speak_it_is_skipped_with_the_reason(tenant, graph: Graph, code, break_it):
    break_it()
    assert after_round(promise(tenant)) == ("skipped", code)


def test_content_outside_the_limits_fails_and_names_the_field(tenant, graph: Graph):
    job = write_by_hand(tenant)
    NotificationJob.objects.update(content={"type": "text", "body": "x" * 5000, "preview_url": False})
    open_window(job)
    assert after_round(job) == ("failed", "invalid_content")
    assert "text.body" in job.reason_detail["fields"]


@pytest.mark.parametrize("content", [None, {}, {"type": "hologram"}, {"type": "text"}, {"type": "interactive", "x": 1}])
def test_content_of_an_old_version_is_skipped_and_breaks_nothing(tenant, graph: Graph, content):
    bad, good = write_by_hand(tenant), promise(tenant)
    NotificationJob.objects.filter(pk=bad.pk).update(content=content)
    assert after_round(bad) == ("skipped", "content_unreadable")
    good.refresh_from_db()
    assert good.state == "sent"


def test_an_unknown_kind_is_skipped_with_its_name(tenant, graph: Graph):
    job = promise(tenant)
    NotificationJob.objects.update(kind="smoke_signal")
    assert after_round(job) == ("skipped", "unknown_kind")


def test_a_defect_in_one_kind_holds_its_own_jobs_only(tenant, graph: Graph, monkeypatch):
    bad, good = promise(tenant), write_by_hand(tenant)
    open_window(good)
    monkeypatch.setattr(type(KINDS["appointment_created"]), "still_wanted", lambda *_: 1 / 0)
    assert after_round(bad) == ("pending", "internal_error")
    good.refresh_from_db()
    assert good.state == "sent"


def test_the_number_that_talked_last_with_the_customer_speaks(tenant, graph: Graph):
    number = PhoneNumber.objects.get()
    other = make_number(tenant, number.account)
    job = promise(tenant)
    thread = open_window(replace_number(job, other))
    thread.last_message_at = NOW
    thread.save()
    run()
    assert Message.objects.get(direction="outbound").number == other


def replace_number(job: NotificationJob, number: PhoneNumber) -> NotificationJob:
    copy = NotificationJob.objects.select_related("tenant", "contact").get(pk=job.pk)
    copy.number = number
    return copy


def test_a_tenant_without_a_number_waits(tenant, graph: Graph):
    PhoneNumber.objects.update(owned_until=NOW)
    assert after_round(promise(tenant)) == ("pending", "no_number")


@pytest.mark.parametrize("holidays", [["2026-11-20"], ["11-20"]])
def test_a_holiday_holds_until_the_next_day_of_the_tenants_zone(tenant, graph: Graph, holidays):
    settings_of(tenant, holidays=holidays)
    job = promise(tenant)
    assert after_round(job) == ("pending", "holiday")
    assert job.due_at == NOW.replace(day=21, hour=3)


def test_a_night_after_a_holiday_is_waited_for_as_well(tenant, graph: Graph):
    settings_of(tenant, holidays=["11-20", "11-21"], quiet_hours={"*": ["21:00", "08:00"]})
    job = promise(tenant)
    assert after_round(job) == ("pending", "holiday")
    assert job.due_at == NOW.replace(day=22, hour=11)


def test_an_answer_to_a_customer_is_held_by_no_holiday(tenant, graph: Graph):
    settings_of(tenant, holidays=["11-20"])
    job = promise(tenant, lane=NotificationJob.Lane.REPLY)
    assert after_round(job) == ("sent", "")


def test_a_kill_switch_names_its_author(tenant, graph: Graph):
    flags.stop(tenant, "incident", make_person(username="jana"))
    job = promise(tenant)
    after_round(job)
    assert job.reason_detail["author"] == "jana"


def test_an_answer_carries_the_message_that_it_answers(tenant, graph: Graph):
    job = write_by_hand(tenant, reply_to="wamid.in", number=first_number(tenant))
    open_window(job)
    assert after_round(job) == ("sent", "")
    assert graph.bodies[0]["context"] == {"message_id": "wamid.in"}
    assert Message.objects.get(direction="outbound").context_message_id == "wamid.in"
