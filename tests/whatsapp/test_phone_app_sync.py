"""The two calls that ask for a phone app's past: each once, whoever calls, whatever dies."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, connections
from django.db import transaction as db_transaction
from django.utils import timezone

from tenants import connections as moves
from tenants.models import Alert, ConnectionStep
from tests.factories import NOW
from tests.whatsapp.meta_bodies import take
from tests.whatsapp.wire_server import WireServer
from whatsapp.coexistence import start_sync, sync
from whatsapp.models import SyncCall

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
ROOT = Path(__file__).resolve().parents[2]


class Graph:
    """Answers each call with the next of ``answers`` (the last one goes on): None is a request id."""

    def __init__(self, *answers):
        self.answers = list(answers) or [None]
        self.asked = 0
        self._lock = threading.Lock()
        self.server = WireServer(self._play)

    def _play(self, wire):
        for _ in wire.each():
            with self._lock:
                self.asked += 1
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if answer == "silence":
                continue
            if answer == "reset":
                wire.reset()
                return
            if answer is None:
                wire.answer(json.dumps({"messaging_product": "whatsapp", "request_id": "req-1"}).encode())
            else:
                error = {"error": {"message": f"(#{answer})", "code": answer, "type": "OAuthException"}}
                wire.answer(json.dumps(error).encode(), "400 Bad Request")


@pytest.fixture
def graph(settings) -> Iterator[Graph]:
    graph = Graph()
    with graph.server as server:
        settings.WHATSAPP_META_GRAPH_URL = server.url
        yield graph


def wait_for(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def states(number):
    return [(call.kind, call.state) for call in sync.of(number)]


def test_contacts_and_then_history_are_asked_for_and_their_requests_kept(number, graph):
    calls = start_sync(number, NOW)
    assert [(call.kind, call.state, call.request_id) for call in calls] == [
        ("smb_app_state_sync", "asked", "req-1"),
        ("history", "asked", "req-1"),
    ]
    assert f"/{number.phone_number_id}/smb_app_data " in graph.server.requests[0]


def test_a_second_time_asks_nothing(number, graph):
    start_sync(number, NOW)
    start_sync(number, NOW + HOUR)
    assert (graph.asked, sync.tend(NOW + 2 * HOUR)) == (2, 0)


def test_twenty_at_once_ask_each_once(number, graph):
    ready = threading.Barrier(20)

    def one(_):
        ready.wait()
        try:
            start_sync(number, NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(one, range(20)))
    assert (graph.asked, SyncCall.objects.count()) == (2, 2)


def test_without_an_answer_it_is_uncertain_and_never_asked_again(number, graph):
    graph.answers = ["reset"]
    start_sync(number, NOW)
    start_sync(number, NOW + HOUR)
    sync.tend(NOW + 2 * HOUR)
    assert (states(number), graph.asked) == ([("smb_app_state_sync", "uncertain"), ("history", "uncertain")], 2)
    assert set(Alert.objects.values_list("kind", flat=True)) == {"phone_app_sync_uncertain"}


@pytest.mark.parametrize("code", [2593107, 2593108, 100])
def test_a_refusal_is_kept_with_its_sentence_and_not_repeated(number, graph, code):
    graph.answers = [code]
    call = start_sync(number, NOW)[1]
    sync.tend(NOW + HOUR)
    assert (call.state, call.error_code, bool(call.error), graph.asked) == ("refused", code, True, 2)


def test_an_error_in_the_middle_of_metas_work_leaves_it_open_whether_it_was_taken(number, graph):
    graph.answers = [131000]
    start_sync(number, NOW)
    assert states(number)[1] == ("history", "uncertain")


@pytest.mark.parametrize("code", [190, 4])
def test_what_was_certainly_not_taken_is_asked_again_by_itself(number, graph, code):
    graph.answers = [code, code, None]
    start_sync(number, NOW)
    assert states(number) == [("smb_app_state_sync", "waiting"), ("history", "waiting")]
    assert sync.tend(NOW) == 0, "not at once"
    assert (sync.tend(NOW + HOUR), states(number)[0][1], states(number)[1][1]) == (2, "asked", "asked")


def test_where_meta_cannot_be_reached_it_waits(number, settings):
    settings.WHATSAPP_META_GRAPH_URL = "http://127.0.0.1:1"
    start_sync(number, NOW)
    assert states(number) == [("smb_app_state_sync", "waiting"), ("history", "waiting")]


def test_after_24_hours_nothing_is_asked_and_a_person_is_told_once(number, graph):
    graph.answers = [190]
    start_sync(number, NOW)
    late = NOW + timedelta(hours=24)
    assert (sync.tend(late), sync.tend(late + HOUR), graph.asked) == (0, 0, 2)
    assert list(Alert.objects.values_list("kind", "count")) == [("phone_app_missed", 1)] * 2
    assert all(call.is_missed(late) for call in sync.of(number))


def test_a_caller_that_died_leaves_an_uncertain_call(number, graph):
    start_sync(number, NOW)
    SyncCall.objects.update(state="calling", claimed_at=NOW, due_at=NOW + sync.LEASE)
    sync.tend(NOW + sync.LEASE)
    assert {state for _kind, state in states(number)} == {"uncertain"}
    assert graph.asked == 2


def test_an_answer_that_comes_after_it_was_given_up_still_counts(number, graph):
    call = start_sync(number, NOW)[1]
    SyncCall.objects.update(state="uncertain")
    sync._record(call, NOW + HOUR, "asked", request_id="late")
    assert sync.of(number)[1].request_id == "late"


def test_an_answer_that_comes_after_the_proof_still_names_the_request(number, graph):
    call = start_sync(number, NOW)[1]
    SyncCall.objects.update(state="calling", request_id="")
    take("history__chunk", NOW + HOUR)
    sync._record(call, NOW + HOUR, "uncertain")
    sync._record(call, NOW + HOUR, "asked", request_id="late")
    assert (sync.of(number)[1].state, sync.of(number)[1].request_id) == ("asked", "late")
    assert not Alert.objects.exists()


def test_history_that_comes_proves_that_it_was_asked_for(number, graph):
    graph.answers = ["reset"]
    start_sync(number, NOW)
    take("history__chunk", NOW + HOUR)
    assert states(number) == [("smb_app_state_sync", "uncertain"), ("history", "asked")]


def test_a_number_that_was_away_and_came_back_is_asked_anew(number, graph):
    start_sync(number, NOW)
    moves.move(number, "disconnected", now=NOW + HOUR)
    moves.move(number, "connecting", now=NOW + 2 * HOUR)
    start_sync(number, NOW + 3 * HOUR)
    assert (graph.asked, SyncCall.objects.count(), ConnectionStep.objects.count()) == (4, 4, 2)


def test_a_disconnected_number_is_not_asked(number, graph):
    graph.answers = [190]
    start_sync(number, NOW)
    moves.move(number, "disconnected", now=NOW)
    assert sync.tend(NOW + HOUR) == 0


def test_it_refuses_to_run_inside_a_transaction(number, graph):
    with pytest.raises(RuntimeError), db_transaction.atomic():
        start_sync(number, NOW)
    assert graph.asked == 0


# --- processes --------------------------------------------------------------------------------------------------------


def start_process(number, graph):
    db = connection.settings_dict
    url = f"postgres://{db['USER']}:{db['PASSWORD']}@{db['HOST']}:{db['PORT']}/{db['NAME']}"
    environment = os.environ | {"DATABASE_URL": url, "WHATSAPP_META_GRAPH_URL": graph.server.url}
    command = [sys.executable, "-m", "tests.whatsapp.sync_worker", str(number.pk)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **pipes)


def test_two_processes_at_once_ask_each_once(number, graph):
    racers = [start_process(number, graph) for _ in range(2)]
    assert [racer.stdout.readline() for racer in racers] == ["ready\n"] * 2
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    assert [racer.communicate(timeout=30) and racer.returncode for racer in racers] == [0, 0]
    assert (graph.asked, states(number)) == (2, [("smb_app_state_sync", "asked"), ("history", "asked")])


def test_a_process_killed_while_meta_thinks_leaves_an_uncertain_call_that_nobody_repeats(number, graph):
    graph.answers = ["silence", None]
    process = start_process(number, graph)
    process.stdin.write("go\n")
    process.stdin.flush()
    wait_for(lambda: graph.asked)
    process.kill()
    process.communicate()
    assert states(number)[0] == ("smb_app_state_sync", "calling")
    later = timezone.now() + sync.LEASE
    sync.tend(later)
    start_sync(number, later + HOUR)
    assert (graph.asked, states(number)) == (2, [("smb_app_state_sync", "uncertain"), ("history", "asked")])
