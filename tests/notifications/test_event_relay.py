"""Events out: stored with the fact, published at least once and in order."""

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import connection
from redis.backoff import NoBackoff
from redis.retry import Retry

from notifications.events import outbox, relay
from notifications.models import OutboxEvent
from tests.factories import NOW, make_contact, make_tenant

pytestmark = pytest.mark.django_db


def make_event(tenant: Any, n: int = 0) -> OutboxEvent:
    return OutboxEvent.objects.create(
        tenant=tenant,
        stream=outbox.INBOUND,
        type="whatsapp_inbound_received",
        key=str(n),
        data={"n": n},
        occurred_at=NOW + timedelta(seconds=n),
    )


def published(store: redis.Redis, stream: str = outbox.INBOUND) -> list[dict[str, str]]:
    return [{k.decode(): v.decode() for k, v in fields.items()} for _, fields in store.xrange(stream)]


def test_an_event_leaves_in_the_contracts_envelope(clean_valkey):
    event = make_event(make_tenant())
    assert relay.publish(clean_valkey, NOW) == 1
    entry = published(clean_valkey)[0]
    assert json.loads(entry.pop("data")) == {"n": 0}
    assert entry == {
        "id": str(event.pk),
        "type": "whatsapp_inbound_received",
        "tenant_id": str(event.tenant_id),
        "occurred_at": "2026-11-20T15:00:00+00:00",
        "version": "1",
    }


def test_events_leave_in_the_order_in_which_they_happened(clean_valkey):
    tenant = make_tenant()
    for n in (3, 1, 2):
        make_event(tenant, n)
    while relay.publish(clean_valkey, NOW, batch=2):
        pass
    assert [json.loads(entry["data"])["n"] for entry in published(clean_valkey)] == [1, 2, 3]


def test_what_is_published_is_not_published_again(clean_valkey):
    make_event(make_tenant())
    relay.publish(clean_valkey, NOW)
    assert relay.publish(clean_valkey, NOW) == 0


def test_a_redis_that_is_down_loses_nothing(clean_valkey):
    make_event(make_tenant())
    nowhere = redis.Redis(port=1, socket_connect_timeout=0.1, retry=Retry(NoBackoff(), 0))
    with pytest.raises(redis.RedisError):
        relay.publish(nowhere, NOW)
    assert relay.publish(clean_valkey, NOW) == 1


def test_a_crash_between_publishing_and_marking_publishes_again_with_the_same_id(clean_valkey, monkeypatch):
    make_event(make_tenant())
    add = relay._add

    def add_and_die(store: redis.Redis, events: Any) -> None:
        add(store, events)
        raise KeyboardInterrupt

    monkeypatch.setattr(relay, "_add", add_and_die)
    with pytest.raises(KeyboardInterrupt):
        relay.publish(clean_valkey, NOW)
    monkeypatch.undo()
    relay.publish(clean_valkey, NOW)
    assert len(published(clean_valkey)) == 2
    assert len({entry["id"] for entry in published(clean_valkey)}) == 1


@pytest.mark.django_db(transaction=True)
def test_two_relays_at_once_publish_each_event_once(clean_valkey):
    tenant = make_tenant()
    for n in range(40):
        make_event(tenant, n)

    def relay_all() -> None:
        with redis.Redis.from_url(settings.REDIS_URL) as store:
            while OutboxEvent.objects.filter(published_at=None).exists():
                relay.publish(store, NOW, batch=5)
        connection.close()

    threads = [threading.Thread(target=relay_all) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [json.loads(entry["data"])["n"] for entry in published(clean_valkey)] == list(range(40))


def test_the_same_fact_is_stored_once():
    contact = make_contact(make_tenant())
    for _ in range(2):
        outbox.write([outbox.opted_out(contact, "keyword", NOW)])
    event = OutboxEvent.objects.get()
    assert (event.stream, event.data["phone"], event.data["reason"]) == (outbox.INBOUND, "+5511988887777", "keyword")
