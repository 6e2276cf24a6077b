"""Flow A under repetition, disorder, sudden death, and everything that is known of Meta's bodies."""

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants.models import Contact
from tests.factories import NOW
from tests.whatsapp.meta_bodies import NUMBER_ID, PAYLOADS, WABA_ID, envelope, payload, post, process_all, seconds
from whatsapp import inbox
from whatsapp.models import Conversation, Message, MessageStatus, WebhookEvent

ROOT = Path(__file__).resolve().parent.parent.parent
SHARED = Path(os.environ.get("RECADO_SHARED", ROOT.parent / "shared")) / "meta" / "payloads"


def message(wamid, at, sender="5511988887777", **more):
    return {
        "messages": [{"from": sender, "id": wamid, "timestamp": str(seconds(at)), "type": "text"} | more],
        "contacts": [{"wa_id": sender, "profile": {"name": sender[-4:]}}],
    }


def status(word, at, wamid):
    return {"statuses": [{"id": wamid, "status": word, "timestamp": str(seconds(at)), "recipient_id": "5511988887777"}]}


HISTORY = [
    message("in1", -300, text={"body": "oi"}),
    message("in2", -200, text={"body": "sim"}),
    message("in3", -200, text={"body": "mesmo segundo"}),
    message("in4", -100, sender="551188887777", text={"body": "sem o nono"}),
    message("in5", -50, type="reaction", reaction={"message_id": "out1", "emoji": "👍"}),
    message("in6", -400, sender="5511977776666", text={"body": "outra pessoa"}),
    status("sent", -90, "out1"),
    status("delivered", -80, "out1"),
    status("read", -70, "out1"),
    status("failed", -60, "out2"),
    status("sent", -65, "out2"),
    status("read", -55, "out3"),
]


def end_state():
    """Everything that must not depend on the order in which events came."""
    threads = Conversation.objects.order_by("contact__identities__match_key").distinct()
    return {
        "messages": sorted(Message.objects.values_list("provider_message_id", "text", "status", "status_at")),
        "people": sorted(Message.objects.exclude(contact=None).values_list("contact__profile_name", flat=True)),
        "windows": sorted(threads.values_list("window_opened_at", "window_message__provider_message_id")),
        "seen": sorted(threads.values_list("last_message_at", flat=True)),
        "statuses": sorted(MessageStatus.objects.values_list("provider_message_id", "status", "message__text")),
        "events": sorted(WebhookEvent.objects.values_list("key", "state", "note")),
    }


def play(number, history):
    """The end state of a history that began with three messages of ours."""
    for model in (MessageStatus, Message, Conversation, WebhookEvent, Contact):
        model.objects.all().delete()
    for wamid, text in [("out1", "first"), ("out2", "second"), ("out3", "third")]:
        values = {"direction": "outbound", "origin": "automation", "provider_message_id": wamid, "type": "text"}
        Message.objects.create(tenant=number.tenant, number=number, text=text, **values)
    for value in history:
        inbox.receive("meta", json.dumps(envelope(value)).encode(), NOW)
        process_all()
    return end_state()


@pytest.fixture
def in_order(number):
    """How it ends as it happened."""
    return play(number, HISTORY)


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shuffled=st.permutations(HISTORY), again=st.lists(st.sampled_from(HISTORY), max_size=5))
def test_any_order_and_any_repetition_end_alike(number, in_order, shuffled, again):
    assert play(number, [*shuffled, *again]) == in_order


@pytest.mark.django_db
def test_one_batch_ends_as_one_by_one(number, in_order):
    merged = {name: [item for value in HISTORY for item in value.get(name, [])] for name in ("messages", "statuses")}
    people = {person["wa_id"]: person for value in HISTORY for person in value.get("contacts", [])}
    assert play(number, [merged | {"contacts": list(people.values())}]) == in_order


KILLED_IN_THE_MIDDLE = """
import os, signal
import django
django.setup()
from django.utils.dateparse import parse_datetime
from whatsapp import dispatch, inbox
from whatsapp.events import MessageReceived

def die(batch, now):
    os.kill(os.getpid(), signal.SIGKILL)

dispatch.handles(MessageReceived)(die)
inbox.process(parse_datetime(os.environ["NOW"]))
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_leaves_its_events_to_the_next(number):
    bodies = [envelope(message(f"w{i}", 0, text={"body": "oi"})) for i in range(3)]
    for body in bodies:
        inbox.receive("meta", json.dumps(body).encode(), NOW)
    options = connection.settings_dict
    url = f"postgres://{options['USER']}:{options['PASSWORD']}@{options['HOST']}:{options['PORT']}/{options['NAME']}"
    env = os.environ | {"DATABASE_URL": url, "NOW": NOW.isoformat(), "DJANGO_SETTINGS_MODULE": "config.settings"}
    killed = subprocess.run([sys.executable, "-c", KILLED_IN_THE_MIDDLE], env=env, cwd=ROOT, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert sorted(WebhookEvent.objects.values_list("state", "attempts")) == [("new", 1)] * 3
    assert not Message.objects.exists()
    process_all(NOW + timedelta(seconds=10))
    assert Message.objects.count() == 3


@pytest.mark.django_db
def test_no_body_of_ours_ends_as_a_dead_letter(number):
    answers = [post(payload(path.stem)).status_code for path in sorted(PAYLOADS.glob("*.json")) * 2]
    process_all(timezone.now() + timedelta(days=2))  # the door writes its own time
    assert set(answers) == {200}
    assert not WebhookEvent.objects.filter(state__in=["failed", "new"]).exists()


def retarget(node, mark):
    """The body aimed at our number and account, with message ids of its own (examples share theirs)."""
    ours = {"phone_number_id": NUMBER_ID, "waba_id": WABA_ID}
    if isinstance(node, dict):
        return {key: ours.get(key) or retarget(value, mark) for key, value in node.items()}
    if isinstance(node, list):
        return [retarget(value, mark) for value in node]
    is_shared = isinstance(node, str) and (node.startswith("wamid") or node == "external_id")
    return f"{node}.{mark}" if is_shared else node


@pytest.mark.django_db
@pytest.mark.skipif(not SHARED.exists(), reason=f"Meta's collected payloads are not at {SHARED}")
@pytest.mark.parametrize("aimed", [True, False], ids=["at our number", "as found"])
def test_no_body_that_meta_is_known_to_send_ends_as_a_dead_letter(number, aimed):
    files = sorted(path for path in SHARED.glob("*.json") if not path.name.startswith("api_"))
    bodies = [(path, json.loads(path.read_text())) for path in files]
    bodies = [retarget(body, path.stem) if aimed else body for path, body in bodies]
    assert {post(body).status_code for body in bodies * 2} == {200}
    process_all(timezone.now() + timedelta(days=2))  # the door writes its own time
    assert not WebhookEvent.objects.filter(state__in=["failed", "new"]).exists()
    assert Message.objects.exists() == aimed
