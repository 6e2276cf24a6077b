"""A number shared with a phone app, against the simulator of Meta: asked once, imported, written in from both sides."""

import time
from collections.abc import Iterator

import pytest
from django.test import override_settings
from django.utils import timezone

from tests.factories import make_account, make_number, make_tenant
from tests.simulator_client import SimulatorProcess
from whatsapp import inbox, numbers
from whatsapp.coexistence import ledger, start_sync, sync
from whatsapp.models import BookEntry, Conversation, Message, SyncCall

pytestmark = pytest.mark.django_db(transaction=True)
MARIA = "5511988887777"


@pytest.fixture
def number():
    tenant = make_tenant("studio-jana")
    return make_number(tenant, make_account(tenant, waba_id="510000000000001"), phone_number_id="520000000000001")


@pytest.fixture
def meta(live_server, number) -> Iterator[SimulatorProcess]:
    with SimulatorProcess(f"{live_server.url}/api/whatsapp/meta/webhook") as simulator:
        simulator.accounts(
            waba_id=number.account.waba_id,
            token=f"SIM-token-{number.account.waba_id}",
            numbers=[{"phone_number_id": number.phone_number_id, "display_phone_number": "+551133334444"}],
        )
        simulator.phone_app(number.phone_number_id)
        with override_settings(WHATSAPP_META_GRAPH_URL=simulator.url):
            yield simulator


def work_until(condition, seconds=20):
    """Processes webhooks as they come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        now = timezone.now()
        if not (inbox.process(now) or inbox.process(now, lane="history")):
            time.sleep(0.05)


def test_the_past_is_asked_for_once_and_imported_whole(meta, number):
    meta.phone_app(number.phone_number_id, "history", messages=60, chunks=6, shuffled=True, repeated=2)
    start_sync(number, timezone.now())
    work_until(lambda: ledger.progress(number).is_whole and ledger.progress(number).files)
    told = ledger.progress(number)
    assert (told.messages, told.people, BookEntry.objects.count()) == (60, 9, 9)
    assert Message.objects.filter(type="image").count() == told.files
    assert [call.state for call in start_sync(number, timezone.now())] == ["asked", "asked"]


def test_meta_itself_refuses_a_second_call_and_the_number_is_left_alone(meta, number):
    start_sync(number, timezone.now())
    SyncCall.objects.all().delete()
    call = start_sync(number, timezone.now())[1]
    assert (call.state, call.error_code) == ("refused", 2593107)
    assert sync.tend(timezone.now()) == 0


def test_a_history_that_the_business_keeps_to_itself(meta, number):
    meta.phone_app(number.phone_number_id, "history", declined=True)
    start_sync(number, timezone.now())
    work_until(lambda: ledger.progress(number).is_declined)


def test_what_is_written_in_the_app_is_followed_to_its_end(meta, number):
    wamid = meta.phone_app(number.phone_number_id, "messages", to=MARIA, text="Às 15h?")["wamid"]
    meta.phone_app(number.phone_number_id, "messages", to=MARIA, edit=wamid, text="Às 16h?")
    work_until(lambda: Message.objects.filter(text="Às 16h?").exists())
    message = Message.objects.get()
    assert (message.origin, message.direction, bool(message.edited_at)) == ("app", "outbound", True)
    assert Conversation.objects.get().window_opened_at is None


def test_the_number_knows_that_it_is_shared_and_sends_twenty_a_second(meta, number):
    numbers.refresh(number, timezone.now())
    assert (number.coexistence, number.throughput) == (True, 20)
