"""The import of a phone app's history: any order, any repetition, one end; and nothing but rows follows from it."""

import json
import random
from datetime import timedelta

import pytest

from notifications.models import NotificationJob, OutboxEvent
from tenants.models import Alert, Contact
from tests.factories import NOW, make_account, make_number, make_tenant
from tests.whatsapp import histories
from tests.whatsapp.meta_bodies import NUMBER_ID, WABA_ID, envelope, payload, post, process_all, take
from tests.whatsapp.tables import everything
from whatsapp import inbox, tasks
from whatsapp.coexistence import ledger
from whatsapp.models import Conversation, HistoryPart, Lead, Media, Message, Reaction, Revision, Ticket, WebhookEvent
from whatsapp.providers import get_provider

pytestmark = pytest.mark.django_db
MESSAGES, CHUNKS = 120, 12


def chunk(phase=0, order=1, progress=50, threads=(), **more):
    part = {"metadata": {"phase": phase, "chunk_order": order, "progress": progress}, "threads": list(threads)}
    return envelope({"history": [part | more]}, field="history")


def thread(count, person="5511988887777", prefix="wamid.old"):
    messages = [
        {"from": person, "id": f"{prefix}.{place}", "timestamp": "1795000000", "type": "text", "text": {"body": "oi"}}
        for place in range(count)
    ]
    return {"id": person, "messages": messages}


def cut(body):
    return list(get_provider("meta").split(body))


def receive(bodies):
    for body in bodies:
        inbox.receive("meta", json.dumps(body).encode(), NOW)


def end_state():
    assert not WebhookEvent.objects.exclude(state="processed").exists()
    told = everything(without=(WebhookEvent,))
    return told | {
        "messages": Message.objects.count(),
        "progress": ledger.progress(WebhookEvent.objects.first().number),
    }


def clear():
    for model in (HistoryPart, Message, Revision, Reaction, Contact, WebhookEvent):
        model.objects.all().delete()


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_and_repeated_it_ends_as_in_order(number, seed):
    told = histories.bodies(MESSAGES, CHUNKS)
    receive(told)
    process_all()
    ordered = end_state()
    clear()
    dice = random.Random(seed)
    again = [*told, *dice.sample(told, len(told) // 3)]
    dice.shuffle(again)
    for start in range(0, len(again), 5):
        receive(again[start : start + 5])
        process_all()
    assert end_state() == ordered
    assert ordered["messages"] == MESSAGES


def test_nothing_but_rows_follows_from_it(number):
    receive(histories.bodies(MESSAGES, CHUNKS))
    process_all()
    assert not Conversation.objects.exclude(window_opened_at=None).exists()
    made = [model.objects.count() for model in (NotificationJob, OutboxEvent, Lead, Ticket, Alert)]
    assert made == [0, 0, 0, 0, 0]
    assert set(Message.objects.values_list("origin", flat=True)) == {"history"}


def test_the_ledger_counts_parts_messages_people_and_files(number):
    receive(histories.bodies(MESSAGES, CHUNKS))
    process_all()
    told = ledger.progress(number)
    assert (told.percent, told.chunks, told.messages, told.people, told.files) == (100, CHUNKS, MESSAGES, 20, 8)
    assert [phase.phase for phase in told.phases] == [0, 1, 2]
    assert told.is_whole


def test_a_place_of_which_nothing_came_is_named(number):
    for order in (1, 2, 5):
        take(chunk(order=order, progress=100, threads=[thread(1, prefix=f"wamid.{order}")]))
    told = ledger.progress(number)
    assert (told.phases[0].missing, told.is_whole, told.percent, told.share) == ((3, 4), False, 100, 60)


def test_parts_that_wait_are_counted_before_they_are_imported(number):
    receive(histories.bodies(MESSAGES, CHUNKS)[:CHUNKS])
    told = ledger.progress(number)
    assert (told.waiting, told.messages, told.is_whole) == (CHUNKS, 0, False)


@pytest.mark.parametrize("name", ["history__declined_without_envelope"])
def test_a_refusal_to_share_is_told_plainly(number, name):
    take(name)
    told = ledger.progress(number)
    assert (told.is_declined, told.refusal.error_code, told.chunks) == (True, 2593109, 0)


def test_a_refusal_after_parts_came_does_not_hide_them(number):
    take("history__chunk")
    take("history__declined_without_envelope")
    assert not ledger.progress(number).is_declined


def test_a_chunk_of_an_unknown_number_waits_and_is_imported_once_somebody_owns_it():
    receive([chunk(threads=[thread(3)])])
    process_all()
    assert WebhookEvent.objects.get().state == "waiting"
    tenant = make_tenant()
    number = make_number(tenant, make_account(tenant, waba_id=WABA_ID), phone_number_id=NUMBER_ID, owned_from=NOW)
    inbox.release_waiting(number, NOW + timedelta(minutes=1))
    process_all(NOW + timedelta(minutes=1))
    assert (Message.objects.count(), HistoryPart.objects.get().messages) == (3, 3)


def test_a_large_chunk_is_stored_in_parts_and_nothing_of_it_is_lost(number):
    body = chunk(threads=[thread(400), thread(300, "5511977776666", "wamid.lia"), {"id": "5511966665555"}])
    assert len(cut(body)) == 4
    take(body)
    told = ledger.progress(number)
    assert (Message.objects.count(), told.chunks, told.phases[0].messages) == (700, 1, 700)


def test_a_chunk_of_usual_size_stays_whole(number):
    assert len(cut(chunk(threads=[thread(200), thread(50, "5511977776666")]))) == 1


@pytest.mark.parametrize("threads", ["x", [None, 7], [{"messages": "x"}], [{"messages": [None] * 600}]])
def test_threads_of_any_shape_are_kept(number, threads):
    body = chunk()
    body["entry"][0]["changes"][0]["value"]["history"][0]["threads"] = threads
    kept = [json.loads(part.payload)["data"]["threads"] for part in cut(body)]
    assert kept == [threads] if len(kept) == 1 else [item for part in kept for item in part]
    take(body)
    assert set(WebhookEvent.objects.values_list("state", flat=True)) == {"processed"}


def test_a_bite_is_limited_by_its_size(number):
    receive([chunk(order=order, threads=[thread(50, prefix=f"wamid.{order}")]) for order in range(10)])
    assert inbox.process(NOW, lane="history", most_bytes=20_000) in range(1, 5)
    assert inbox.process(NOW, lane="history", most_bytes=1) == 1


def test_live_events_and_the_history_have_a_bell_each(number, clean_valkey):
    assert post(chunk(threads=[thread(1)])).status_code == 200
    assert inbox.sweep(NOW + timedelta(days=3650)) is True
    names = {json.loads(line)["headers"]["task"] for line in clean_valkey.lrange("celery", 0, -1)}
    assert names == {inbox.HISTORY_TASK}


def test_the_tasks_of_the_lanes_take_nothing_of_each_other(number):
    receive([chunk(threads=[thread(1)]), payload("messages__text")])
    tasks.import_history()
    assert dict(WebhookEvent.objects.values_list("lane", "state")) == {"live": "new", "history": "processed"}
    tasks.process_events()
    assert set(WebhookEvent.objects.values_list("state", flat=True)) == {"processed"}


def test_files_that_come_later_wait_behind_live_ones(number):
    receive(histories.bodies(20, 2))
    process_all()
    assert set(Media.objects.values_list("lane", flat=True)) == {"history"}
