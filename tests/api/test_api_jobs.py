"""Jobs by REST: the contract's shape, filters, a person's acts; one number of queries however long the page."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications import timeline
from notifications.models import JobAttempt, NotificationJob
from tenants.models import PhoneNumber
from tests.factories import make_contact
from whatsapp.models import Message, MessageStatus

URL = "/api/v1/jobs/"
FIELDS = {
    *("id", "kind", "origin", "appointment", "provider", "phone_number_id", "created_at", "state", "mode", "template"),
    *("to", "scheduled_for", "attempts", "next_attempt_at", "provider_message_id", "window", "reason", "timeline"),
}


def book(api: Any, booking: Any, external_id: str = "b-1") -> list[str]:
    answer = api.post("/api/v1/appointments/", booking(external_id=external_id))
    return [job["id"] for job in answer.json()["jobs"]]


def accept(job_id: str, wamid: str, *statuses: str) -> NotificationJob:
    """The job as it is after the provider took it and told ``statuses``."""
    job, now = NotificationJob.objects.get(pk=job_id), timezone.now()
    number = PhoneNumber.objects.get(tenant=job.tenant)
    message = Message.objects.create(
        tenant=job.tenant,
        number=number,
        contact=job.contact,
        direction="outbound",
        origin="automation",
        type="template",
        provider_message_id=wamid,
        status=statuses[-1] if statuses else "accepted",
    )
    job.number, job.message, job.state, job.attempts = number, message, "sent", 1
    job.mode, job.template_name, job.template_language = "template", "aviso_de_agendamento", "pt_BR"
    job.save()
    JobAttempt.objects.create(job=job, number=number, attempt=1, lease_token=job.pk, client_ref=wamid, message=message)
    timeline.write(job, "accepted", now=now, provider_message_id=wamid)
    for seconds, status in enumerate(statuses, 1):
        MessageStatus.objects.create(
            tenant=job.tenant,
            number=number,
            message=message,
            provider_message_id=wamid,
            status=status,
            occurred_at=now + timedelta(seconds=seconds),
        )
    return job


def test_a_waiting_job_has_the_contracts_shape(api, booking):
    body = api.get(f"{URL}{book(api, booking)[0]}/").json()
    assert set(body) == FIELDS
    assert (body["state"], body["kind"], body["appointment"]) == ("pending", "appointment_created", "b-1")
    assert (body["mode"], body["template"], body["reason"], body["provider_message_id"]) == (None,) * 4
    assert body["window"] == {"open": None, "last_inbound_at": None, "reason": ""}
    assert body["next_attempt_at"] is not None
    assert [line["event"] for line in body["timeline"]] == ["queued"]


def test_a_read_message_tells_template_message_id_and_each_step(api, booking):
    job = accept(book(api, booking)[0], "wamid.1", "sent", "delivered", "read")
    body = api.get(f"{URL}{job.pk}/").json()
    assert (body["state"], body["mode"], body["provider_message_id"]) == ("read", "template", "wamid.1")
    assert body["template"] == {"name": "aviso_de_agendamento", "language": "pt_BR"}
    assert body["next_attempt_at"] is None
    assert [line["event"] for line in body["timeline"]] == ["queued", "accepted", "sent", "delivered", "read"]


def test_an_accepted_message_without_status_is_sent(api, booking):
    job = accept(book(api, booking)[0], "wamid.1")
    assert api.get(f"{URL}{job.pk}/").json()["state"] == "sent"


def test_a_played_voice_shows_as_read_with_a_line(api, booking):
    job = accept(book(api, booking)[0], "wamid.1", "read", "played")
    body = api.get(f"{URL}{job.pk}/").json()
    assert (body["state"], body["timeline"][-1]["event"]) == ("read", "played")


def test_a_message_that_meta_gave_up_tells_metas_code(api, booking):
    job = accept(book(api, booking)[0], "wamid.1", "failed")
    Message.objects.update(error_code=131026)
    reason = api.get(f"{URL}{job.pk}/").json()["reason"]
    assert reason["code"] == "131026"
    assert len(reason["message"]) > 20


def test_a_skipped_job_tells_its_reason_in_words(api, booking):
    job_id = book(api, booking)[0]
    NotificationJob.objects.filter(pk=job_id).update(state="skipped", reason_code="window_no_inbound")
    reason = api.get(f"{URL}{job_id}/").json()["reason"]
    assert reason["code"] == "window_no_inbound"
    assert "24" in reason["message"]


@pytest.mark.parametrize(
    ("code", "detail", "window"),
    [
        ("window_no_inbound", {}, (False, None, "no_inbound")),
        (
            "window_expired",
            {"last_inbound_at": "2026-11-19T10:00:00+00:00"},
            (False, "2026-11-19T10:00:00+00:00", "expired"),
        ),
        ("window_check_failed", {}, (None, None, "check_failed")),
    ],
)
def test_a_cancellation_that_could_not_be_told_shows_its_window(api, booking, code, detail, window):
    job_id = book(api, booking)[0]
    NotificationJob.objects.filter(pk=job_id).update(state="skipped", reason_code=code, reason_detail=detail)
    told = api.get(f"{URL}{job_id}/").json()["window"]
    assert (told["open"], told["last_inbound_at"], told["reason"]) == window


def test_the_list_is_narrowed_by_appointment_state_kind_and_time(api, booking):
    first, second = book(api, booking)[0], book(api, booking, "b-2")[0]
    accept(second, "wamid.1", "read")

    def found(**query: Any) -> list[str]:
        return [row["id"] for row in api.get(URL, query).json()["results"]]

    assert found(state="read") == [second]
    assert set(found(appointment="b-1", kind="appointment_created")) == {first}
    assert found(since=(timezone.now() + timedelta(hours=1)).isoformat()) == []
    assert len(found(since=(timezone.now() - timedelta(hours=1)).isoformat())) == 4


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"state": "accepted"}, "state"),
        ({"kind": "nonsense"}, "kind"),
        ({"since": "2026-11-21T10:00:00"}, "since"),
        ({"appointment": "\x00"}, "appointment"),
        ({"limit": "0"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"cursor": "cD1hYmM="}, "cursor"),
        ({"cursor": "ção"}, "cursor"),
    ],
)
def test_a_wrong_query_names_its_field(api, query, field):
    answer = api.get(URL, query)
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, [field])


def test_a_plus_that_was_not_escaped_in_a_time_is_understood(api, booking):
    book(api, booking)
    assert len(api.get(f"{URL}?since=2026-01-01T00:00:00+00:00").json()["results"]) == 2


def test_pages_follow_their_cursor_through_all_rows_once(api, booking):
    ids = {job for n in range(4) for job in book(api, booking, f"b-{n}")}
    seen, address = [], f"{URL}?limit=3"
    while address:
        page = api.get(address).json()
        assert set(page) == {"next", "previous", "results"}
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
    assert len(seen) == len(ids)
    assert set(seen) == ids


def test_a_limit_beyond_200_is_200(api):
    assert api.get(URL, {"limit": "9" * 50}).status_code == 200


def test_a_page_costs_the_same_number_of_queries_however_long(api, booking):
    def count(rows: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert len(api.get(URL, {"limit": rows}).json()["results"]) == rows
        return len(queries)

    for n in range(6):
        accept(book(api, booking, f"b-{n}")[0], f"wamid.{n}", "sent", "read")
    assert count(2) == count(12)
    assert count(12) <= 7


def test_a_failed_job_goes_again_and_a_waiting_one_does_not(api, booking):
    failed, waiting = book(api, booking)
    NotificationJob.objects.filter(pk=failed).update(state="failed", reason_code="retries_exhausted")
    assert api.post(f"{URL}{failed}/retry/").json()["state"] == "pending"
    assert api.post(f"{URL}{waiting}/retry/").status_code == 409


def test_an_uncertain_job_goes_again_only_when_the_risk_is_confirmed(api, booking):
    job = book(api, booking)[0]
    NotificationJob.objects.filter(pk=job).update(state="uncertain")
    refused = api.post(f"{URL}{job}/retry/", {})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "needs_confirmation")
    assert api.post(f"{URL}{job}/retry/", {"confirmed": True}).json()["state"] == "pending"


def test_discarding_needs_a_reason_and_keeps_it(api, booking):
    job = book(api, booking)[0]
    assert list(api.post(f"{URL}{job}/discard/", {}).json()["error"]["fields"]) == ["reason"]
    body = api.post(f"{URL}{job}/discard/", {"reason": "Cliente já sabe"}).json()
    assert (body["state"], "Cliente já sabe" in body["reason"]["message"]) == ("cancelled", True)


def test_another_companys_job_is_not_there(api, strangers_api, booking):
    theirs = book(strangers_api, booking)[0]
    answers = [
        api.get(f"{URL}{theirs}/"),
        api.post(f"{URL}{theirs}/retry/"),
        api.post(f"{URL}{theirs}/discard/", {"reason": "x"}),
    ]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert api.get(URL).json()["results"] == []


def test_a_reply_to_a_message_stands_in_its_jobs_timeline_alone(api, booking, tenant):
    first, second = accept(book(api, booking)[0], "wamid.1", "read"), accept(book(api, booking, "b-2")[0], "wamid.2")
    Message.objects.create(
        tenant=tenant,
        number=first.number,
        contact=make_contact(tenant),
        direction="inbound",
        origin="customer",
        type="button",
        text="Confirmar",
        context_message_id="wamid.1",
        provider_message_id="wamid.reply",
        occurred_at=timezone.now() + timedelta(minutes=1),
    )
    timelines = {
        row["id"]: row["timeline"][-1]["event"]
        for row in api.get(URL, {"kind": "appointment_created"}).json()["results"]
    }
    assert timelines == {str(first.pk): "reply", str(second.pk): "accepted"}
