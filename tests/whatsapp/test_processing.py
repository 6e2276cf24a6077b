"""From stored events to rows: each to its own owner, one bad one undoes no other, nothing is lost or done twice."""

import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from structlog.testing import capture_logs

from tenants.models import Contact, PhoneNumber, WhatsAppAccount
from tests.factories import NOW, make_account, make_number, make_tenant
from tests.whatsapp.meta_bodies import NUMBER_ID, envelope, payload, post, process_all, seconds, take, text_message
from whatsapp import bell, dispatch, inbox, outcomes, retrying
from whatsapp.events import MessageReceived, TemplateStatusChanged
from whatsapp.models import Conversation, HandlerFailure, Message, WebhookEvent
from whatsapp.providers.meta import webhook
from whatsapp.tasks import GATHER_SECONDS, process_events, sweep_events

pytestmark = pytest.mark.django_db


def texts(*wamids, **more):
    return envelope({"messages": [text_message(wamid, at=seconds()) for wamid in wamids]}, **more)


def states():
    return sorted(WebhookEvent.objects.values_list("state", "note"))


@pytest.fixture
def subscribe(monkeypatch) -> Callable[..., None]:
    """Adds a subscriber for the length of a test; the others of its event are silent meanwhile."""

    def add(handler, event_class=MessageReceived):
        monkeypatch.setitem(dispatch._subscribers, event_class, {"test.handler": handler})

    return add


@pytest.fixture
def broken(monkeypatch) -> None:
    """The core handler of messages fails on every message whose text is ``boom``."""
    original = dispatch.core_handler(MessageReceived)

    def handler(batch, now):
        original(batch, now)
        assert all(incoming.event.text != "boom" for incoming in batch)

    monkeypatch.setitem(dispatch._core, MessageReceived, handler)


def test_a_text_becomes_contact_conversation_and_message(number):
    take("messages__text")
    message = Message.objects.get()
    assert (message.type, message.text, message.address) == ("text", "Oi, posso levar meu filho? ☺", "5511988887777")
    assert (message.contact.profile_name, message.conversation.number) == ("Maria Silva", number)
    assert (message.direction, message.origin, message.event.state) == ("inbound", "customer", "processed")


@pytest.mark.parametrize(
    "name",
    ["button", "interactive_list_reply", "image", "audio", "location", "contacts", "order", "system_number_changed"],
)
def test_every_type_is_kept_with_its_typed_object(number, name):
    take(f"messages__{name}")
    message = Message.objects.get()
    assert message.content[message.type]
    assert states() == [("processed", "")]


def test_an_unknown_type_is_shown_in_its_thread_and_marked(number):
    take("messages__invented_type")
    assert (Message.objects.get().type, Message.objects.get().text) == ("hologram", "Um texto dentro")
    assert states() == [("ignored", "unknown_type")]


def test_an_unknown_field_is_kept_for_its_tenant_with_the_parsers_version(number):
    take("invented_field__anything")
    event = WebhookEvent.objects.first()
    assert (event.state, event.note, event.tenant) == ("ignored", "unknown_field", number.tenant)
    assert event.parser_version == webhook.PARSER_VERSION


def test_history_waits_for_a_moment_without_live_events(number):
    inbox.receive("meta", json.dumps(payload("history__chunk")).encode(), NOW)
    assert inbox.process(NOW) == 0
    assert inbox.process(NOW, lane="history") == 1


def test_a_message_of_nobody_is_kept_without_contact(number):
    take("messages__text_of_nobody")
    assert (Message.objects.get().contact, Contact.objects.count()) == (None, 0)


def test_a_person_without_phone_is_a_contact(number):
    take("messages__text_of_user_id")
    assert Message.objects.get().contact.address == "BR.900100200300999"


def test_a_template_status_reaches_its_subscriber_with_the_account(number, subscribe):
    heard = []
    subscribe(
        lambda batch, _now: heard.extend((i.account.waba_id, i.event.status) for i in batch), TemplateStatusChanged
    )
    take("message_template_status_update__approved")
    assert heard == [(number.account.waba_id, "APPROVED")]


def test_events_of_several_tenants_in_one_body_each_find_their_own(number):
    charlie = make_tenant("barbearia-charlie")
    make_number(charlie, make_account(charlie, waba_id="510000000000002"), phone_number_id="520000000000002")
    take("envelope__mixed")
    owners = Message.objects.values_list("provider_message_id", "tenant__slug")
    assert dict(owners) == {"wamid.in.text": "studio-jana", "wamid.in.text2": "barbearia-charlie"}


def test_the_same_person_at_two_tenants_is_two_contacts(number):
    charlie = make_tenant("barbearia-charlie")
    theirs = make_number(charlie)
    take(texts("w1"))
    take(texts("w2", number_id=theirs.phone_number_id))
    assert Contact.objects.count() == Conversation.objects.count() == 2


def test_the_batch_takes_the_same_statements_whatever_its_size(number, django_assert_max_num_queries):
    take(texts("w0"))
    inbox.receive("meta", json.dumps(texts(*(f"x{i}" for i in range(200)))).encode(), NOW)
    with django_assert_max_num_queries(45):
        inbox.process(NOW)
    assert Message.objects.count() == 201


# --- whose number ---------------------------------------------------------------------------------------------------


def test_an_event_of_an_unknown_number_waits_and_goes_to_who_claims_it():
    take("messages__text")
    assert states() == [("waiting", "unknown_number")]
    number = make_number(make_tenant(), phone_number_id=NUMBER_ID, owned_from=NOW + timedelta(hours=1))
    assert inbox.release_waiting(number, NOW + timedelta(hours=1)) == 1
    process_all(NOW + timedelta(hours=1))
    assert Message.objects.get().tenant == number.tenant


def test_an_account_level_event_waits_for_its_account():
    take("message_template_status_update__approved")
    assert states() == [("waiting", "unknown_account")]
    tenant = make_tenant()
    number = make_number(tenant, make_account(tenant, waba_id="510000000000001"))
    assert inbox.release_waiting(number, NOW) == 1


def test_the_claim_releases_the_last_day_only():
    take("messages__text", NOW - timedelta(hours=25))
    number = make_number(make_tenant(), phone_number_id=NUMBER_ID)
    assert inbox.release_waiting(number, NOW) == 0
    assert inbox.release_waiting(number, NOW, everything=True) == 1


def test_what_waits_for_a_number_that_was_somebodys_is_released_by_staff_only():
    make_number(make_tenant(), phone_number_id=NUMBER_ID, owned_until=NOW - timedelta(days=2))
    take("messages__text")
    number = make_number(make_tenant(), phone_number_id=NUMBER_ID, owned_from=NOW)
    assert inbox.release_waiting(number, NOW) == 0
    assert inbox.release_waiting(number, NOW, everything=True) == 1


def test_a_new_owner_never_gets_what_was_received_before(number):
    inbox.receive("meta", json.dumps(payload("messages__text")).encode(), NOW - timedelta(hours=2))
    PhoneNumber.objects.update(owned_until=NOW - timedelta(hours=1))
    moved = make_number(make_tenant(), phone_number_id=NUMBER_ID, owned_from=NOW - timedelta(hours=1))
    process_all()
    assert not Message.objects.for_tenant(moved.tenant).exists()
    assert not WebhookEvent.objects.for_tenant(moved.tenant).exists()


def test_the_sweep_releases_what_came_in_the_moment_of_the_claim():
    take("messages__text", NOW - timedelta(minutes=1))
    make_number(make_tenant(), phone_number_id=NUMBER_ID, owned_from=NOW)
    assert inbox.sweep(NOW)
    process_all()
    assert Message.objects.exists()


# --- failures -------------------------------------------------------------------------------------------------------


def test_one_bad_event_undoes_no_neighbour(number, broken):
    good = [text_message(f"w{i}", at=seconds()) for i in range(9)]
    take(envelope({"messages": [*good, text_message("bad", at=seconds(), body="boom")]}))
    assert Message.objects.count() == 9
    failed = WebhookEvent.objects.get(state="new")
    assert (failed.message_ref, failed.attempts) == ("bad", 1)
    assert "AssertionError" in failed.error


@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_away_in_the_middle_is_no_events_fault(number, monkeypatch):
    def lose_the_connection(_batch, _now):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setitem(dispatch._core, MessageReceived, lose_the_connection)
    told = envelope({"messages": [text_message(f"wamid.{n}", at=seconds()) for n in range(8)]})
    inbox.receive("meta", json.dumps(told).encode(), NOW)
    with capture_logs() as logs:
        inbox.process(NOW)
    assert [line["event"] for line in logs] == ["batch_comes_again"]  # and not each event by itself
    assert set(WebhookEvent.objects.values_list("state", "attempts")) == {("new", 1)}


def test_after_the_last_attempt_an_event_is_a_dead_letter_with_its_traceback(number, broken):
    inbox.receive("meta", json.dumps(envelope({"messages": [text_message("bad", at=1, body="boom")]})).encode(), NOW)
    for attempt in range(10):
        inbox.process(NOW + timedelta(hours=2 * attempt))
    event = WebhookEvent.objects.get()
    assert (event.state, event.attempts) == ("failed", outcomes.MAX_ATTEMPTS)
    assert "AssertionError" in event.error


def test_a_failed_event_comes_back_by_itself_and_succeeds_once_repaired(number, broken, monkeypatch):
    take(envelope({"messages": [text_message("bad", at=1, body="boom")]}))
    monkeypatch.undo()
    assert inbox.process(NOW) == 0, "not before its time"
    process_all(NOW + timedelta(seconds=10))
    assert states() == [("processed", "")]
    assert Message.objects.count() == 1


def test_from_the_third_attempt_an_event_runs_alone(number):
    inbox.receive("meta", json.dumps(texts("w1", "w2", "w3")).encode(), NOW)
    WebhookEvent.objects.filter(message_ref="w1").update(attempts=2, due_at=NOW - timedelta(seconds=1))
    assert [inbox.process(NOW), inbox.process(NOW), inbox.process(NOW)] == [1, 2, 0]


def test_an_event_that_killed_every_worker_is_buried(number):
    inbox.receive("meta", json.dumps(texts("w1")).encode(), NOW)
    WebhookEvent.objects.update(attempts=outcomes.MAX_ATTEMPTS)
    process_all()
    assert WebhookEvent.objects.get().state == "failed"


def test_a_subscriber_that_fails_hides_no_message_and_is_tried_again_alone(number, subscribe):
    heard = []

    def handler(batch, _now):
        heard.append([incoming.message.provider_message_id for incoming in batch])
        assert "w2" not in heard[-1] or len(heard) > 6

    subscribe(handler)
    take(texts("w1", "w2", "w3"))
    failure = HandlerFailure.objects.get()
    assert (Message.objects.count(), failure.event.message_ref, states()[0]) == (3, "w2", ("processed", ""))
    heard.extend([[]] * 6)
    retrying.retry_failures(NOW + timedelta(minutes=1))
    assert heard[-1] == ["w2"]
    assert not HandlerFailure.objects.exists()


def test_a_subscriber_that_never_succeeds_is_given_up_and_kept(number, subscribe):
    def handler(_batch, _now):
        raise LookupError("no such intent")

    subscribe(handler)
    take(texts("w1"))
    for hours in range(1, 8):
        retrying.retry_failures(NOW + timedelta(hours=2 * hours))
    failure = HandlerFailure.objects.get()
    assert (failure.attempts, failure.due_at) == (outcomes.MAX_ATTEMPTS, None)
    assert "no such intent" in failure.error


def test_what_a_failed_subscriber_wrote_is_undone_and_its_neighbour_stays(number, monkeypatch):
    def writes(batch, _now):
        Contact.objects.update(name="written")

    def breaks(batch, _now):
        Contact.objects.update(name="broken")
        raise LookupError

    monkeypatch.setitem(dispatch._subscribers, MessageReceived, {"a": writes, "b": breaks})
    take(texts("w1"))
    assert Contact.objects.get().name == "written"


def test_a_parser_that_breaks_fails_the_event_and_no_other(number, monkeypatch):
    original = webhook.parse

    def parse(body, received_at):
        if body["data"].get("id") == "w1":
            raise KeyError("our own fault")
        return original(body, received_at)

    monkeypatch.setattr(webhook, "parse", parse)
    take(texts("w1", "w2"))
    assert list(Message.objects.values_list("provider_message_id", flat=True)) == ["w2"]
    assert "our own fault" in WebhookEvent.objects.get(state="new").error


def test_processing_again_has_no_second_effect(number):
    for name in ("messages__text", "messages__status_sent", "messages__button"):
        take(name)
    WebhookEvent.objects.update(state="new", attempts=0, due_at=NOW)
    process_all()
    assert (Message.objects.count(), Contact.objects.count(), Conversation.objects.count()) == (2, 1, 1)


def test_what_comes_while_the_task_gathers_is_one_batch(number, monkeypatch):
    def sleep(seconds):
        for name in ("messages__status_sent", "messages__button") if seconds == GATHER_SECONDS else ():
            post(payload(name))

    monkeypatch.setattr(bell, "time", SimpleNamespace(sleep=sleep, monotonic=time.monotonic))
    post(payload("messages__text"))
    process_events()
    batches = Counter(WebhookEvent.objects.values_list("processed_at", flat=True))
    assert sorted(batches.values()) == [1, 2]


def test_the_task_of_the_bell_processes_what_was_posted(number):
    post(payload("messages__text"))
    sweep_events()
    process_events()
    assert WebhookEvent.objects.get().state == "processed"
    assert WhatsAppAccount.objects.count() == 1
