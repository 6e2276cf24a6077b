"""Counters of all processes together: nobody waits for them, and nothing of them is lost while Valkey is away."""

from datetime import timedelta

import pytest

from tests.factories import NOW
from whatsapp import tallies, valkey


@pytest.fixture(autouse=True)
def nothing_left_over(time_machine):
    """What other tests counted and this process has not carried away yet."""
    time_machine.move_to(NOW, tick=False)
    tallies.flush()
    tallies._ledger(tallies.os.getpid())._client.flushdb()


def total(name, **labels):
    tallies.flush()
    return tallies.totals().get((name, tuple(sorted(labels.items()))), 0)


def test_counts_add_up_by_their_labels():
    for code in ("200", "200", "503"):
        tallies.count("webhooks", answer=code)
    assert (total("webhooks", answer="200"), total("webhooks", answer="503")) == (2, 1)


def test_a_histogram_has_its_buckets_and_its_sum():
    tallies.observe("webhook_seconds", [0.003, 0.07, 0.08, 1000])
    told = {le: total("webhook_seconds_bucket", le=le) for le in ("0.005", "0.1", "+Inf")}
    assert told == {"0.005": 1, "0.1": 2, "+Inf": 1}
    assert total("webhook_seconds_sum") == pytest.approx(1000.153)


def test_what_is_lately_forgets_the_rest(time_machine):
    tallies.count("webhooks", answer="503")
    tallies.flush()
    time_machine.shift(timedelta(minutes=30))
    tallies.count("webhooks", by := 1, answer="200")
    tallies.flush()
    lately = tallies.lately(NOW + timedelta(minutes=30), timedelta(minutes=15))
    assert dict(lately) == {("webhooks", (("answer", "200"),)): by}


def test_words_of_others_are_cut_and_made_plain():
    tallies.count("statuses", tenant="t", status="odd\ud800\x1f=" + "x" * 100)
    tallies.flush()
    ((_name, labels),) = tallies.totals()
    assert dict(labels)["status"] == ("odd??=" + "x" * 100)[: tallies.LABEL_LIMIT]


def test_while_valkey_is_away_the_counts_wait(monkeypatch):
    ledger = tallies._ledger(tallies.os.getpid())
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "_client", valkey.connect("redis://127.0.0.1:1/0"))
        tallies.count("webhooks", answer="200")
        assert tallies.flush() is False
    assert total("webhooks", answer="200") == 1


def test_while_valkey_is_away_nobody_knows(no_broker):
    assert tallies.totals() is None
    assert tallies.lately(NOW, timedelta(minutes=5)) is None
