"""Cutting an envelope: every fact with its own ids, nothing dropped, the same delivery with the same key."""

import copy
import json

import pytest

from tests.whatsapp.meta_bodies import NUMBER_ID, PAYLOADS, WABA_ID, envelope, payload, text_message
from whatsapp.providers.meta import webhook


def cut(body):
    return list(webhook.split(copy.deepcopy(body)))


def keys(body):
    return [part.key for part in cut(body)]


@pytest.mark.parametrize("name", sorted(path.stem for path in PAYLOADS.glob("*.json")))
def test_every_item_of_every_body_becomes_a_slice_of_its_field(name):
    field = name.partition("__")[0]
    slices = cut(payload(name))
    assert slices or name == "envelope__empty_entry"
    assert field in {"envelope", "invented_field"} or {part.field for part in slices} == {field}


def test_facts_of_several_accounts_keep_their_own_ids():
    facts = {(p.item, p.entry_id, p.phone_number_id) for p in cut(payload("envelope__mixed")) if p.field}
    assert facts == {
        ("messages", WABA_ID, NUMBER_ID),
        ("statuses", WABA_ID, NUMBER_ID),
        ("messages", "510000000000002", "520000000000002"),
        ("value", WABA_ID, ""),
    }


def test_what_is_not_as_documented_stays_a_slice():
    odd = [json.loads(p.payload)["data"] for p in cut(payload("envelope__mixed")) if not p.field]
    assert odd == ["not an object", {"id": WABA_ID}, "no change", {"field": "messages", "value": 7}]


def test_an_invented_field_is_cut_by_its_lists_and_keeps_the_rest():
    parts = {(p.item, str(json.loads(p.payload)["data"])) for p in cut(payload("invented_field__anything"))}
    assert parts == {("visions", "{'id': 'v1'}"), ("visions", "a word"), ("value", "{'mood': {'today': 'good'}}")}


def test_fields_of_other_products_are_not_ours():
    assert [p.field for p in cut(payload("envelope__other_product"))] == ["instagram.", "instagram.messages"]


def test_a_message_brings_only_its_own_contact_along():
    messages = [text_message("w1", at=1, sender="551188880001"), text_message("w2", at=1, sender="551188880002")]
    contacts = [{"wa_id": "551188880002"}, {"wa_id": "551188880001"}, {"wa_id": "551188880003"}]
    slices = cut(envelope({"messages": messages, "contacts": contacts}))
    assert [json.loads(p.payload)["contacts"] for p in slices] == [
        [{"wa_id": "551188880001"}],
        [{"wa_id": "551188880002"}],
    ]


def test_the_customers_account_routes_what_names_the_partners_portfolio():
    assert [p.entry_id for p in cut(payload("account_update__partner_added"))] == [WABA_ID]
    assert [p.entry_id for p in cut(payload("account_update__misplaced_field"))] == [WABA_ID]


def test_history_goes_by_the_slow_lane():
    assert {p.lane for p in cut(payload("history__chunk"))} == {"history"}
    assert {p.lane for p in cut(payload("history__declined_without_envelope"))} == {"history"}
    assert {p.lane for p in cut(payload("messages__text"))} == {"live"}


def test_the_same_delivery_has_the_same_key_though_its_media_is_signed_anew():
    first = payload("messages__image")
    again = copy.deepcopy(first)
    image = again["entry"][0]["changes"][0]["value"]["messages"][0]["image"]
    image["url"] = image["url"].replace("hash=a", "hash=b")
    assert keys(first) == keys(again)
    image["caption"] = "Outra coisa"
    assert keys(first) != keys(again)


def test_a_link_that_is_no_media_counts_for_the_key():
    contact = [{"urls": [{"url": "https://one.example"}]}]
    one = envelope({"messages": [{"id": "w", "type": "contacts", "contacts": contact}]})
    two = envelope({"messages": [{"id": "w", "type": "contacts", "contacts": [{"urls": [{"url": "https://two"}]}]}]})
    assert keys(one) != keys(two)


def test_a_template_that_is_paused_approved_and_paused_again_makes_three_events():
    bodies = [payload("message_template_status_update__approved") for _ in range(3)]
    for at, (body, event) in enumerate(zip(bodies, ["PAUSED", "APPROVED", "PAUSED"], strict=True)):
        body["entry"][0]["time"] = at
        body["entry"][0]["changes"][0]["value"]["event"] = event
    assert len({key for body in bodies for key in keys(body)}) == 3


@pytest.mark.parametrize("body", [[], "text", 7, None, {}, {"entry": {}}, {"entry": None}])
def test_what_is_no_envelope_is_refused(body):
    with pytest.raises(ValueError, match=r"not an object|no list"):
        webhook.split(body)
