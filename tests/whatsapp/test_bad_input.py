"""Signed, and all the same not as anybody would write it: answered 200, kept, and never a dead letter."""

import gzip
import json
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants.models import Contact
from tests.factories import NOW, make_account, make_number, make_tenant
from tests.whatsapp.meta_bodies import CLIENT, URL, envelope, post, process_all, seconds, sign, take, text_message
from whatsapp.models import Message, WebhookEvent
from whatsapp.providers.meta import webhook

pytestmark = pytest.mark.django_db

THREE_MB = 3 * 1024 * 1024


def kept():
    """Everything is settled, and nothing of it as a dead letter."""
    process_all(timezone.now() + timedelta(days=1))
    assert not WebhookEvent.objects.filter(state__in=["failed", "new"]).exists()
    return WebhookEvent.objects.count()


def nested(depth):
    return b'{"a":' * depth + b"1" + b"}" * depth


@pytest.mark.parametrize("depth", [30, 200, 1000, 20_000])
def test_nesting_of_any_depth_is_kept(number, depth):
    body = json.dumps(envelope({"messages": [text_message("w1", at=seconds()) | {"text": "DEEP"}]}))
    assert post(body.replace('"DEEP"', nested(depth).decode()).encode()).status_code == 200
    assert kept() == 1


@pytest.mark.parametrize("digits", ["9" * 400, "9" * 5000, "1e400", "-1e400", "0." + "1" * 4000])
@pytest.mark.parametrize("place", ["timestamp", "id", "from"])
def test_numbers_of_any_size_are_kept(number, digits, place):
    body = json.dumps(envelope({"messages": [text_message("w1", at=seconds()) | {place: "HUGE"}]}))
    assert post(body.replace('"HUGE"', digits).encode()).status_code == 200
    assert kept() == 1


def test_nul_and_lone_surrogates_are_replaced_where_people_read(number):
    take(envelope({"messages": [text_message("w1", at=seconds(), body="a\x00b\ud800c\udfff")]}))
    assert Message.objects.get().text == "a\ufffdb\ufffdc\ufffd"


def test_a_text_of_65536_characters_is_kept_whole(number):
    take(envelope({"messages": [text_message("w1", at=seconds(), body="ção!" * 16_384)]}))
    assert len(Message.objects.get().text) == 65_536


@pytest.mark.parametrize("told", [0, -1, -(10**12), 253_402_300_799, "ontem", "", None, True, [], {}, "1.5"])
def test_a_time_of_any_kind_is_kept_and_never_later_than_now(number, told):
    take(envelope({"messages": [text_message("w1", at=0) | {"timestamp": told}]}))
    message = Message.objects.get()
    assert message.occurred_at <= NOW + timedelta(minutes=5)
    assert message.occurred_at.year >= 2009


@pytest.mark.parametrize(
    "contacts",
    [
        None,
        "x",
        [],
        [None, 7],
        [{"wa_id": "5511988887777"}],
        [{"wa_id": "1"}, {"wa_id": "2"}, {"wa_id": "5511900000003"}],
    ],
)
def test_contacts_that_are_missing_shorter_or_longer_give_nobody_anothers_name(number, contacts):
    messages = [text_message(f"w{i}", at=seconds(), sender=f"551190000000{i}") for i in range(1, 4)]
    take(envelope({"messages": messages, "contacts": contacts}))
    assert sorted(Message.objects.values_list("address", flat=True)) == [f"551190000000{i}" for i in range(1, 4)]
    assert not Contact.objects.exclude(profile_name="").exists()


def test_the_same_wamid_on_two_numbers_is_two_messages(number):
    charlie = make_tenant("barbearia-charlie")
    make_number(charlie, make_account(charlie), phone_number_id="520000000000009")
    for number_id in (number.phone_number_id, "520000000000009"):
        take(envelope({"messages": [text_message("w1", at=seconds())]}, number_id=number_id))
    assert set(Message.objects.values_list("tenant__slug", flat=True)) == {"studio-jana", "barbearia-charlie"}


def test_ids_of_another_company_inside_a_body_reach_nothing_of_it(number):
    charlie = make_tenant("barbearia-charlie")
    theirs = make_number(charlie, make_account(charlie), phone_number_id="520000000000009")
    Message.objects.create(
        tenant=charlie, number=theirs, direction="outbound", origin="api", provider_message_id="w9", type="text"
    )
    fact = {"status": "read", "timestamp": str(seconds()), "id": "w9"}
    edit = {"original_message_id": "w9", "message": {"type": "text", "text": {"body": "falso"}}}
    take(
        envelope({"statuses": [fact], "messages": [text_message("w1", at=seconds()) | {"type": "edit", "edit": edit}]})
    )
    message = Message.objects.get(number=theirs)
    assert (message.status, message.text) == ("", "")


def test_a_thousand_equal_items_are_one_event(number):
    assert post(envelope({"messages": [text_message("w1", at=seconds())] * 1000})).json() == {"events": 1}
    assert kept() == 1


def test_a_compressed_body_is_kept_as_bytes_since_meta_signs_and_sends_plain_ones(number):
    raw = gzip.compress(json.dumps(envelope({"messages": [text_message("w1", at=1)]})).encode())
    assert post(raw, **{"Content-Encoding": "gzip"}).status_code == 200
    assert bytes(WebhookEvent.objects.get().body) == raw


@pytest.mark.parametrize("more", [0, 1])
def test_three_megabytes_and_one_byte_more_are_taken(number, more):
    body = json.dumps(envelope({"messages": [text_message("w1", at=seconds(), body="x")]})).encode()
    assert post(body.ljust(THREE_MB + more)).json() == {"events": 1}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
PLACES = sorted({field for field, _ in webhook.LISTS} | set(webhook.ACCOUNT_FIELDS))
ITEMS = sorted({item for _, item in webhook.LISTS})
facts = st.dictionaries(
    st.sampled_from(
        ["id", "from", "to", "type", "timestamp", "status", "text", "event", "reaction", "edit", "threads"]
    ),
    json_values | st.sampled_from(["w1", "5511988887777", "text", "reaction", "edit", "sent"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=st.sampled_from(PLACES), item=st.sampled_from(ITEMS), fact=facts | json_values, rest=json_values)
def test_whatever_json_says_under_a_right_signature_is_kept(number, field, item, fact, rest):
    value = {item: [fact], "contacts": rest, "errors": rest}
    raw = json.dumps(envelope(value, field=field)).encode()
    response = CLIENT.post(URL, raw, content_type="application/json", headers={"X-Hub-Signature-256": sign(raw)})
    assert response.status_code == 200
    process_all(timezone.now())
    assert not WebhookEvent.objects.filter(state="failed").exists()
    assert not WebhookEvent.objects.exclude(error="").exists()
