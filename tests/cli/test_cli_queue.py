"""The queue, the inbox and the streams from the command line: look first, act by filter, say why."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import transaction
from django.utils import timezone

from notifications import appointments, queue
from notifications.events import outbox
from notifications.models import NotificationJob, OutboxEvent
from tenants.models import Consent, PhoneNumber
from tests.factories import make_contact, make_ready_tenant
from whatsapp.models import Conversation, HandlerFailure, Message, WebhookEvent


@pytest.fixture
def tenant(db: None) -> Any:
    return make_ready_tenant("studio-jana")


def promise(tenant: Any, key: str, *, age: timedelta = timedelta(0), **values: Any) -> NotificationJob:
    now = timezone.now() - age
    with transaction.atomic():
        job, _ = queue.enqueue(
            tenant=tenant,
            kind="manual",
            dedupe_key=key,
            contact=make_contact(tenant),
            to="+5511988887777",
            content={"type": "text", "body": "Oi"},
            scheduled_for=now,
            now=now,
        )
    NotificationJob.objects.filter(pk=job.pk).update(**values)
    return job


def states() -> dict[str, str]:
    return dict(NotificationJob.objects.values_list("dedupe_key", "state"))


def test_a_stuck_queue_is_cleaned_by_filter_and_nothing_is_deleted(run, tenant):
    promise(tenant, "old", age=timedelta(hours=5))
    promise(tenant, "new")
    promise(make_ready_tenant(), "theirs", age=timedelta(hours=5))
    options = ("--tenant-id", "studio-jana", "--older-than", "2h", "--reason", "parada")
    assert run("clean_queue", *options, "--dry-run")["found"] == 1
    assert run("clean_queue", *options) == {"found": 1, "by_kind": {"manual": 1}, "done": 1, "refused": 0}
    assert states() == {"old": "cancelled", "new": "pending", "theirs": "pending"}
    assert NotificationJob.objects.get(dedupe_key="old").reason_detail == {"reason": "parada"}


def test_what_is_being_sent_is_left_to_its_outcome(run, tenant):
    promise(tenant, "going", state="sending")
    assert run("clean_queue", "--kind", "manual")["found"] == 0


def test_a_queue_is_not_cleaned_of_everything_by_mistake(run, tenant):
    promise(tenant, "new")
    with pytest.raises(CommandError, match="Say which"):
        run("clean_queue", "--reason", "parada")
    assert run("clean_queue", "--dry-run")["found"] == 1
    assert states() == {"new": "pending"}
    assert run("clean_queue", "--older-than", "0m")["done"] == 1


@pytest.mark.parametrize("age", ["2", "h", "two days", "-3h", "9999999d"])
def test_an_age_that_cannot_be_read_is_refused(run, tenant, age):
    with pytest.raises(CommandError, match="older-than"):
        run("clean_queue", f"--older-than={age}", "--dry-run")


def test_failed_messages_go_again_by_reason_and_uncertain_ones_never(run, tenant):
    promise(tenant, "tired", state="failed", reason_code="retries_exhausted")
    promise(tenant, "wrong", state="failed", reason_code="provider_refused")
    promise(tenant, "unknown", state="uncertain")
    assert run("retry_jobs", "--reason", "retries_exhausted")["done"] == 1
    assert states() == {"tired": "pending", "wrong": "failed", "unknown": "uncertain"}


def test_skipped_messages_go_again_only_when_asked(run, tenant):
    promise(tenant, "skipped", state="skipped", reason_code="mode_disabled")
    assert run("retry_jobs")["found"] == 0
    assert run("retry_jobs", "--skipped")["done"] == 1


def test_failed_events_are_replayed_by_filter(run, tenant):
    for key, state, field in (("1", "failed", "messages"), ("2", "failed", "flows"), ("3", "ignored", "flows")):
        WebhookEvent.objects.create(tenant=tenant, provider="meta", key=key, payload="{}", state=state, field=field)
    assert run("replay_webhooks", "--field", "flows", "--dry-run") == {
        "found": 1,
        "by_field": {"flows": 1},
        "replayed": 0,
    }
    assert run("replay_webhooks", "--tenant-id", "studio-jana")["replayed"] == 2
    assert run("replay_webhooks", "--state", "ignored", "--since", "2090-01-01T00:00:00Z")["found"] == 0
    with pytest.raises(CommandError, match="offset"):
        run("replay_webhooks", "--since", "yesterday")


def test_dead_letters_are_replayed_oldest_first(run, tenant):
    dead = [WebhookEvent.objects.create(provider="meta", key=str(n), payload="{}", state="failed") for n in range(3)]
    done = WebhookEvent.objects.create(provider="meta", key="done", state="processed")
    HandlerFailure.objects.create(event=done, handler="x", attempts=5, due_at=None)
    assert run("replay_dead_letters", "--limit", "2") == {"events": 2, "subscribers": 1}
    assert [WebhookEvent.objects.get(pk=row.pk).state for row in dead] == ["new", "new", "failed"]
    assert HandlerFailure.objects.get().due_at is not None


def test_the_relay_publishes_what_is_owed_and_the_stream_shows_it(run, tenant, clean_valkey):
    outbox.write([outbox.opted_out(make_contact(tenant), "keyword", timezone.now())])
    assert run("stream_info")["unpublished"] == 1
    assert run("relay_events", "--once") == {"published": 1}
    clean_valkey.xgroup_create(outbox.INBOUND, "agenda", id="0")
    info = run("stream_info", "--stream", outbox.INBOUND)
    assert (info["length"], info["unpublished"], info["groups"][0]["name"]) == (1, 0, "agenda")
    assert OutboxEvent.objects.get().published_at is not None


def test_conversations_are_listed_with_their_window(run, say, tenant):
    Conversation.objects.create(
        tenant=tenant,
        number=PhoneNumber.objects.get(),
        contact=make_contact(tenant),
        window_opened_at=timezone.now(),
        last_message_at=timezone.now(),
    )
    row = run("list_conversations", "--tenant-id", "studio-jana")[0]
    assert (row["contact"], row["handler"], bool(row["window_until"])) == ("Maria Silva", "robot", True)
    assert "Maria Silva" in say("list_conversations", "--tenant-id", "studio-jana")


def text_of(findings: list[dict[str, Any]]) -> str:
    return "\n".join(fact["text"] for finding in findings for fact in finding["facts"])


def test_doctor_tells_of_a_job_why_it_waits(run, tenant):
    job = promise(tenant, "k")
    tenant.automation.mode = "disabled"
    tenant.automation.save()
    PhoneNumber.objects.update(state="paused")
    told = text_of(run("doctor", str(job.pk)))
    assert "disabled" in told
    assert "Nenhum número" in told


def test_doctor_tells_of_an_appointment_what_was_promised(run, tenant):
    now = timezone.now()
    booking = appointments.Booking("b-1", "Maria Silva", "+5511988887777", "Corte", now + timedelta(days=3))
    appointments.book(tenant, booking, origin="api", now=now)
    findings = run("doctor", "b-1")
    assert len(findings) == 3
    assert findings[0]["tenant"] == "studio-jana"


def test_doctor_tells_of_an_appointment_in_the_past_that_nothing_goes(run, tenant):
    now = timezone.now()
    booking = appointments.Booking("b-1", "Maria Silva", "+5511988887777", "Corte", now - timedelta(days=3))
    appointments.book(tenant, booking, origin="api", now=now)
    assert "nenhuma mensagem" in text_of(run("doctor", "b-1")).lower()


def test_doctor_tells_of_a_phone_that_its_owner_wants_no_messages(run, tenant):
    contact = make_contact(tenant)
    Consent.objects.create(tenant=tenant, contact=contact, decision="opt_out", source="keyword")
    told = text_of(run("doctor", "11 98888-7777"))
    assert "não quer mensagens" in told.lower()


def test_doctor_tells_of_a_message_with_metas_words(run, tenant):
    message = Message.objects.create(
        tenant=tenant,
        number=PhoneNumber.objects.get(),
        direction="outbound",
        origin="api",
        type="text",
        provider_message_id="wamid.x",
        status="failed",
        error_code=131026,
    )
    findings = run("doctor", "wamid.x")
    assert message.provider_message_id in findings[0]["title"]
    assert len(text_of(findings).splitlines()) == 2


def test_doctor_tells_of_a_webhook_that_speaks_of_a_message_nobody_made(run, tenant):
    WebhookEvent.objects.create(
        tenant=tenant, provider="meta", key="1", message_ref="wamid.y", state="failed", error="ValueError: broken"
    )
    assert "ValueError: broken" in text_of(run("doctor", "wamid.y"))


@pytest.mark.parametrize("subject", ["wamid.unknown", "+5511900000000", "x" * 3000, "0"])
def test_doctor_says_when_nothing_is_known(run, tenant, subject):
    with pytest.raises(CommandError, match="Nothing is known"):
        run("doctor", subject)
