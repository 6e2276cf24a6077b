"""Bookings by REST: an idempotent upsert, and bad input that creates nothing."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.models import Appointment, NotificationJob
from tenants.models import Contact
from tests.factories import make_appointment

URL = "/api/v1/appointments/"


def test_a_booking_is_created_with_its_jobs_and_voucher(api, booking):
    answer = api.post(URL, booking(ends_at=None, place="Sala 2", professional="Ana"))
    body = answer.json()
    assert answer.status_code == 201
    assert (body["id"], body["state"], body["note"]) == ("b-1", "booked", None)
    assert body["customer"] == {"name": "Maria Silva", "phone": "+5511988887777"}
    assert body["voucher_url"].startswith("http://testserver/voucher/")
    assert [job["kind"] for job in body["jobs"]] == ["appointment_created", "appointment_reminder"]


def test_the_same_booking_twice_changes_nothing(api, booking):
    api.post(URL, booking())
    again = api.post(URL, booking())
    assert again.status_code == 200
    assert (Appointment.objects.count(), NotificationJob.objects.count()) == (1, 2)


def test_a_moved_booking_moves_its_reminder(api, booking):
    api.post(URL, booking())
    later = timezone.now() + timedelta(days=5)
    moved = api.post(URL, booking(starts_at=later.isoformat()))
    reminder = NotificationJob.objects.get(kind="appointment_reminder", state="pending")
    assert moved.status_code == 200
    assert reminder.scheduled_for == later - timedelta(days=1)


def test_a_booking_is_read_and_changed_by_its_external_id(api, booking):
    api.post(URL, booking())
    changed = api.patch(f"{URL}b-1/", {"customer": {"name": "Maria Souza"}, "place": "Sala 3"})
    assert changed.status_code == 200
    body = api.get(f"{URL}b-1/").json()
    assert (body["customer"], body["place"]) == ({"name": "Maria Souza", "phone": "+5511988887777"}, "Sala 3")


def test_an_external_id_may_hold_dots_spaces_and_accents(api, booking):
    api.post(URL, booking(external_id="2026.11 ção#1"))
    assert api.get(f"{URL}2026.11%20%C3%A7%C3%A3o%231/").status_code == 200


def test_times_are_answered_with_offset_in_the_companys_zone(api, booking, tenant):
    type(tenant).objects.filter(pk=tenant.pk).update(time_zone="America/Manaus")
    body = api.post(URL, booking(starts_at="2090-11-21T14:00:00-03:00")).json()
    assert body["starts_at"] == "2090-11-21T13:00:00-04:00"


def test_one_in_the_past_is_taken_sends_nothing_and_says_so(api, booking):
    answer = api.post(URL, booking(starts_at="2026-01-05T10:00:00-03:00"))
    body = answer.json()
    assert (answer.status_code, body["jobs"]) == (201, [])
    assert body["note"]["code"] == "in_past"
    assert "passado" in body["note"]["message"]


def test_notify_false_makes_no_job(api, booking):
    assert api.post(URL, booking(notify=False)).json()["jobs"] == []


def test_cancelling_quietly_makes_no_job_and_ends_what_waits(api, booking):
    api.post(URL, booking())
    body = api.post(f"{URL}b-1/cancel/", {}).json()
    assert body["state"] == "cancelled"
    assert {job["state"] for job in body["jobs"]} == {"cancelled"}
    assert not NotificationJob.objects.filter(kind="appointment_canceled").exists()


def test_cancelling_with_notice_outside_the_window_says_why_nothing_went(api, booking):
    api.post(URL, booking())
    NotificationJob.objects.filter(kind="appointment_created").update(state="sent")
    body = api.post(f"{URL}b-1/cancel/", {"notify_client": True}).json()
    notice = next(job for job in body["jobs"] if job["kind"] == "appointment_canceled")
    assert (notice["state"], notice["reason"]["code"]) == ("skipped", "window_no_inbound")


def test_confirming_confirms_and_a_cancelled_one_cannot_be(api, booking):
    api.post(URL, booking())
    assert api.post(f"{URL}b-1/confirm/").json()["state"] == "confirmed"
    api.post(f"{URL}b-1/cancel/", {})
    refused = api.post(f"{URL}b-1/confirm/")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "refused")


def test_after_a_cancellation_the_same_booking_books_again(api, booking):
    api.post(URL, booking())
    api.post(f"{URL}b-1/cancel/", {})
    again = api.post(URL, booking())
    assert (again.status_code, again.json()["state"]) == (200, "booked")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"customer": {"name": "Maria", "phone": "123"}}, "customer.phone"),
        ({"customer": {"name": "Maria", "phone": "+551133"}}, "customer.phone"),
        ({"customer": {"name": "Maria", "phone": 5511988887777}}, "customer.phone"),
        ({"customer": {"name": "x" * 121, "phone": "+5511988887777"}}, "customer.name"),
        ({"customer": {"name": "Ma\x00ria", "phone": "+5511988887777"}}, "customer.name"),
        ({"customer": {"name": "\ud800", "phone": "+5511988887777"}}, "customer.name"),
        ({"customer": {"phone": "+5511988887777"}}, "customer.name"),
        ({"customer": ["Maria"]}, "customer"),
        ({"customer": None}, "customer"),
        ({"external_id": "a/b"}, "external_id"),
        ({"external_id": ""}, "external_id"),
        ({"external_id": "x" * 101}, "external_id"),
        ({"external_id": 7}, "external_id"),
        ({"external_id": None}, "external_id"),
        ({"service": {"name": "Corte"}}, "service"),
        ({"service": "x" * 121}, "service"),
        ({"starts_at": "2026-12-01T10:00:00"}, "starts_at"),
        ({"starts_at": "amanhã"}, "starts_at"),
        ({"starts_at": "2026-13-41T10:00:00Z"}, "starts_at"),
        ({"starts_at": "9999-12-31T23:59:59-12:00"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, "starts_at"),
        ({"starts_at": 1764590400}, "starts_at"),
        ({"starts_at": 10**400}, "starts_at"),
        ({"starts_at": None}, "starts_at"),
        ({"ends_at": "2026-01-01T10:00:00-03:00"}, "ends_at"),
        ({"notify": "yes"}, "notify"),
        ({"notify": 1}, "notify"),
        ({"place": "x" * 201}, "place"),
        ({"notifyy": False}, "notifyy"),
    ],
)
def test_bad_input_names_the_field_and_creates_nothing(api, booking, wrong, field):
    answer = api.post(URL, json.dumps(booking(**wrong)), content_type="application/json")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "invalid")
    assert list(error["fields"]) == [field]
    assert (Appointment.objects.count(), Contact.objects.count(), NotificationJob.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "null",
        '"text"',
        "1",
        "{'a': 1}",
        '{"a": NaN}',
        "[" * 100_000,
        "\ufeff{}",
        '{"a": ' + "9" * 5000 + "}",
    ],
    ids=lambda body: body[:12],
)
def test_what_is_not_an_object_of_json_is_a_400(api, body):
    answer = api.post(URL, body.encode(), content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"]


def test_bytes_that_are_not_utf8_are_a_400(api):
    assert api.post(URL, b'{"a": "\xff\xfe"}', content_type="application/json").status_code == 400


def test_a_body_of_several_megabytes_is_refused_unread(api):
    answer = api.post(URL, b'"' + b"x" * 2_000_000 + b'"', content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.parametrize("name", ["\ud800", "\x00", "external_id\x00"])
def test_strange_names_of_fields_are_named_back(api, booking, name):
    answer = api.post(URL, json.dumps(booking(**{name: 1})), content_type="application/json")
    assert list(answer.json()["error"]["fields"]) == [name]


def test_a_change_names_the_field_too_and_changes_nothing(api, booking):
    api.post(URL, booking())
    answer = api.patch(f"{URL}b-1/", {"starts_at": "2026-12-01T10:00:00", "place": "Sala 9"})
    assert list(answer.json()["error"]["fields"]) == ["starts_at"]
    assert Appointment.objects.get().place == ""


def test_the_list_is_narrowed_by_state_and_time(api, tenant):
    now = timezone.now()
    make_appointment(tenant, external_id="soon", starts_at=now + timedelta(days=1))
    make_appointment(tenant, external_id="late", starts_at=now + timedelta(days=9))
    make_appointment(tenant, external_id="gone", starts_at=now + timedelta(days=9), state="cancelled")
    found = api.get(URL, {"state": "booked", "since": (now + timedelta(days=3)).isoformat()}).json()
    assert [row["id"] for row in found["results"]] == ["late"]


def test_another_companys_booking_is_not_there(api, strangers_api, booking):
    strangers_api.post(URL, booking(external_id="theirs"))
    answers = [
        api.get(f"{URL}theirs/"),
        api.patch(f"{URL}theirs/", {"place": "x"}),
        api.post(f"{URL}theirs/cancel/", {}),
        api.post(f"{URL}theirs/confirm/"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert Appointment.objects.get().state == "booked"


def test_two_companies_may_use_the_same_external_id(api, strangers_api, booking):
    assert [client.post(URL, booking()).status_code for client in (api, strangers_api)] == [201, 201]
