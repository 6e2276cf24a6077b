"""A handler that fails on one event, for every kind of event and every handler: neighbours are done, the event comes
back, becomes a dead letter, and once the handler is mended a replay ends as if nothing had ever failed."""

import functools
import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from notifications.models import OutboxEvent
from tenants.models import AuditEntry
from tests.factories import NOW, make_api_key, make_person, make_template
from tests.whatsapp.meta_bodies import CLIENT, PAYLOADS, payload, post, process_all
from tests.whatsapp.tables import everything
from whatsapp import dispatch, inbox, outcomes, people, retrying
from whatsapp.events import MessageReceived
from whatsapp.models import HandlerFailure, WebhookEvent
from whatsapp.providers import get_provider

pytestmark = pytest.mark.django_db

PROVIDER = get_provider("meta")


def slices(body):
    return PROVIDER.split(body)


def samples():
    """A payload file for each class of event that has an effect: the first that tells of nothing else."""
    found = {}
    for path in sorted(PAYLOADS.glob("*.json")):
        classes = {type(PROVIDER.parse(json.loads(part.payload), NOW)) for part in slices(payload(path.stem))}
        if len(classes) == 1 and not path.stem.startswith("envelope"):
            found.setdefault(classes.pop(), path.stem)
    return found


SAMPLES = samples()
HANDLED = sorted(
    set(dispatch._core) | {one for one, handlers in dispatch._subscribers.items() if handlers}, key=lambda c: c.__name__
)
CORE = [pytest.param(event_class, id=event_class.__name__) for event_class in dispatch._core]
ONE_EACH = [pytest.param(event_class, id=handler.__qualname__) for handler, event_class in
            {handler: event_class for event_class, handler in dispatch._core.items()}.items()]  # fmt: skip
SUBSCRIBERS = [
    pytest.param(event_class, name, id=f"{event_class.__name__}-{name.rpartition('.')[2]}")
    for event_class, handlers in dispatch._subscribers.items()
    for name in handlers
]


def with_neighbours(name):
    """One body: the sample, a text of somebody else, and the same sample once more as other events."""
    body, other = payload(name), json.loads(json.dumps(payload(name)).replace("wamid.", "wamid.other."))
    for entry in other["entry"]:
        entry["time"] = entry.get("time", int(NOW.timestamp())) + 1
    return body | {"entry": [*body["entry"], *payload("messages__document")["entry"], *other["entry"]]}


class Poison:
    """Breaks a handler for the events of one body."""

    def __init__(self, monkeypatch, name):
        self.keys = {part.key for part in slices(payload(name))}
        self._patch = monkeypatch

    def breaks(self, handler):
        @functools.wraps(handler)
        def broken(batch, now):
            handler(batch, now)
            if any(incoming.row.key in self.keys for incoming in batch):
                raise LookupError("poison")

        return broken

    def core(self, event_class):
        self._patch.setitem(dispatch._core, event_class, self.breaks(dispatch._core[event_class]))

    def subscriber(self, event_class, name):
        self._patch.setitem(
            dispatch._subscribers[event_class], name, self.breaks(dispatch._subscribers[event_class][name])
        )

    def mend(self):
        self._patch.undo()

    @property
    def events(self):
        return WebhookEvent.objects.filter(key__in=self.keys)

    @property
    def neighbours(self):
        return WebhookEvent.objects.exclude(key__in=self.keys)


@pytest.fixture
def poison(monkeypatch, number):
    make_template(number.account, template_id="900000000000001")
    return lambda event_class: Poison(monkeypatch, SAMPLES[event_class])


def take(event_class, now=NOW):
    body = json.dumps(with_neighbours(SAMPLES[event_class])).encode()
    inbox.receive("meta", body, now)
    while inbox.process(now, limit=1000) or inbox.process(now, limit=1000, lane="history"):
        pass


def end_state():
    """Every table; of what is told to others, what and how often, since its keys are ids of rows."""
    told = everything()
    assert len(set(told["OutboxEvent"])) == len(told["OutboxEvent"])
    by_clock = "whatsapp_ticket_solved"  # after a silence, whatever happened to the event meanwhile
    types = sorted(OutboxEvent.objects.exclude(type=by_clock).values_list("type", flat=True))
    return told | {"OutboxEvent": types}


def healthy(event_class):
    """Every table as it is when nothing fails; nothing of it stays."""
    before = transaction.savepoint()
    take(event_class)
    told = end_state()
    transaction.savepoint_rollback(before)
    return told


def wait_until_given_up():
    for hours in range(1, 8):
        later = NOW + timedelta(hours=2 * hours)
        process_all(later)
        retrying.retry_failures(later)


def test_every_event_with_an_effect_has_a_sample():
    assert [event_class.__name__ for event_class in HANDLED if event_class not in SAMPLES] == []


@pytest.mark.parametrize("event_class", CORE)
def test_a_core_handler_that_fails_on_one_event_lets_its_neighbours_through_and_gets_it_again(poison, event_class):
    expected, one = healthy(event_class), poison(event_class)
    one.core(event_class)
    take(event_class)
    assert set(one.events.values_list("state", "attempts")) == {("new", 1)}
    assert all("LookupError: poison" in error for error in one.events.values_list("error", flat=True))
    assert not one.neighbours.filter(state__in=["new", "failed"]).exists()
    assert inbox.process(NOW) == 0, "not before its time"

    one.mend()
    process_all(NOW + timedelta(seconds=outcomes.BACKOFF[0]))
    assert end_state() == expected


@pytest.mark.parametrize(("event_class", "name"), SUBSCRIBERS)
def test_a_subscriber_that_fails_on_one_event_hides_nothing_and_is_tried_again_alone(poison, event_class, name):
    expected, one = healthy(event_class), poison(event_class)
    one.subscriber(event_class, name)
    take(event_class)
    assert set(HandlerFailure.objects.values_list("event__key", "handler")) == {(key, name) for key in one.keys}
    assert not WebhookEvent.objects.filter(state__in=["new", "failed"]).exists()

    one.mend()
    retrying.retry_failures(NOW + timedelta(seconds=outcomes.BACKOFF[0]))
    assert not HandlerFailure.objects.exists()
    assert end_state() == expected


@pytest.mark.parametrize("event_class", ONE_EACH)
def test_an_event_that_always_fails_is_a_dead_letter_and_undoes_no_neighbour(poison, event_class):
    one = poison(event_class)
    one.core(event_class)
    take(event_class)
    wait_until_given_up()
    assert set(one.events.values_list("state", "attempts")) == {("failed", outcomes.MAX_ATTEMPTS)}
    assert all("Traceback" in error and "poison" in error for error in one.events.values_list("error", flat=True))
    assert not one.neighbours.filter(state__in=["new", "failed"]).exists()


@pytest.mark.parametrize("event_class", ONE_EACH)
def test_people_that_cannot_be_met_fail_one_event_alone(monkeypatch, poison, event_class):
    expected, one = healthy(event_class), poison(event_class)
    monkeypatch.setattr(people, "meet", one.breaks(people.meet))
    take(event_class)
    assert set(one.events.values_list("state", flat=True)) == {"new"}
    assert not one.neighbours.filter(state__in=["new", "failed"]).exists()
    one.mend()
    process_all(NOW + timedelta(seconds=outcomes.BACKOFF[0]))
    assert end_state() == expected


# --- back from the dead -----------------------------------------------------------------------------------------------


def by_admin(_tenant):
    client = Client()
    client.force_login(make_person(username="platform", is_staff=True, is_superuser=True))
    chosen = list(WebhookEvent.objects.filter(state="failed").values_list("pk", flat=True))
    answer = client.post(
        reverse("admin:whatsapp_webhookevent_changelist"), {"action": "replay", "_selected_action": chosen}
    )
    assert answer.status_code == 302


def by_command(_tenant):
    call_command("replay_webhooks", "--state", "failed")


def by_api(tenant):
    headers = {"X-API-Key": make_api_key(tenant)}
    answer = CLIENT.post("/api/v1/webhook-events/replay/", {}, headers=headers, content_type="application/json")
    assert answer.json()["replayed"] > 0


def by_api_one_by_one(tenant):
    headers = {"X-API-Key": make_api_key(tenant)}
    for pk in WebhookEvent.objects.for_tenant(tenant).filter(state="failed").values_list("pk", flat=True):
        assert CLIENT.post(f"/api/v1/webhook-events/{pk}/replay/", headers=headers).status_code == 200


@pytest.mark.parametrize("road", [by_admin, by_command, by_api, by_api_one_by_one])
def test_dead_letters_of_a_mended_handler_are_done_once_by_every_road(number, poison, road):
    expected, one = healthy(MessageReceived), poison(MessageReceived)
    one.core(MessageReceived)
    take(MessageReceived)
    wait_until_given_up()
    one.mend()
    road(number.tenant)
    process_all(timezone.now())
    assert end_state() == expected


def by_dead_letters_command(_tenant):
    call_command("replay_dead_letters")


@pytest.mark.parametrize(
    ("road", "who"),
    [
        *((by_admin, "platform"), (by_command, "manage.py replay_webhooks"), (by_api, "API: test (")),
        *((by_api_one_by_one, "API: test ("), (by_dead_letters_command, "manage.py replay_dead_letters")),
    ],
)
def test_who_had_them_done_again_stands_in_the_companys_trail(number, road, who):
    for key, tenant in (("own", number.tenant), ("nobody's", None)):
        WebhookEvent.objects.create(tenant=tenant, provider="meta", key=key, payload="{}", state="failed", due_at=NOW)
    road(number.tenant)
    line = AuditEntry.objects.get(action="webhookevent.replayed", tenant=number.tenant)
    assert line.actor_label.startswith(who)


def test_a_post_of_five_hundred_with_one_poison_is_done_but_for_that_one(number, monkeypatch):
    body = payload("messages__text")
    change = body["entry"][0]["changes"][0]["value"]
    change["messages"] = [change["messages"][0] | {"id": f"wamid.many.{n}"} for n in range(500)]
    original = dispatch._core[MessageReceived]

    def broken(batch, now):
        original(batch, now)
        assert all(incoming.row.message_ref != "wamid.many.250" for incoming in batch)

    monkeypatch.setitem(dispatch._core, MessageReceived, broken)
    post(body)
    process_all(timezone.now())
    assert WebhookEvent.objects.filter(state="processed").count() == 499
    assert WebhookEvent.objects.get(state="new").message_ref == "wamid.many.250"
