"""Reading a slice: typed where we know it, kept where we do not, never an exception for what Meta sent."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOW
from tests.whatsapp.meta_bodies import PAYLOADS, payload, seconds
from whatsapp.events import ALL, NotUnderstood
from whatsapp.providers.meta import webhook
from whatsapp.providers.values import effective_time, storable


def parse(name):
    return webhook.parse(json.loads(next(iter(webhook.split(payload(name)))).payload), NOW)


@pytest.mark.parametrize("name", sorted(path.stem for path in PAYLOADS.glob("*.json")))
def test_every_body_is_understood_or_says_why_not(name):
    events = [webhook.parse(json.loads(part.payload), NOW) for part in webhook.split(payload(name))]
    assert all(isinstance(event, (*ALL, NotUnderstood)) for event in events)


@pytest.mark.parametrize(
    ("name", "type_", "text", "reply_payload"),
    [
        ("text", "text", "Oi, posso levar meu filho? ☺", ""),
        ("button", "button", "Confirmar", "confirm:8d1c"),
        ("interactive_button_reply", "interactive", "Reagendar", "reschedule:8d1c"),
        ("interactive_list_reply", "interactive", "Quinta, 10h", "slot:3"),
        ("interactive_flow_reply", "interactive", "Sent", ""),
        ("interactive_without_object", "interactive", "", ""),
        ("image", "image", "O corte que eu quero", ""),
        ("audio", "audio", "", ""),
        ("document", "document", "exame.pdf", ""),
        ("location", "location", "Padaria da Praça", ""),
        ("contacts", "contacts", "João Souza", ""),
        ("order", "order", "Para sábado", ""),
        ("unsupported", "unsupported", "", ""),
        ("invented_type", "hologram", "Um texto dentro", ""),
    ],
)
def test_a_message_shows_its_type_and_what_text_it_has(name, type_, text, reply_payload):
    event = parse(f"messages__{name}")
    assert (event.type, event.text, event.reply_payload) == (type_, text, reply_payload)


@pytest.mark.parametrize("name", ["system_identity_changed", "unsupported", "group_text", "call_permission"])
def test_what_a_customer_did_not_write_to_us_opens_no_window(name):
    assert not parse(f"messages__{name}").opens_window


@pytest.mark.parametrize("name", ["invented_type", "text_broken_clock"])
def test_what_is_doubtful_opens_no_window(name):
    assert not parse(f"messages__{name}").opens_window


@pytest.mark.parametrize("name", ["text", "button", "interactive_button_reply", "image", "location"])
def test_what_a_customer_wrote_opens_the_window(name):
    assert parse(f"messages__{name}").opens_window


def test_a_person_may_have_no_phone():
    person = parse("messages__text_of_user_id").person
    assert (person.wa_id, person.user_id, person.username) == ("", "BR.900100200300999", "lia.souza")


def test_a_user_id_in_the_place_of_a_phone_is_no_phone():
    body = payload("messages__text")
    message = body["entry"][0]["changes"][0]["value"]["messages"][0]
    body["entry"][0]["changes"][0]["value"]["contacts"] = []
    message["from"] = message["from_user_id"]
    person = webhook.parse(json.loads(next(iter(webhook.split(body))).payload), NOW).person
    assert (person.wa_id, person.user_id) == ("", "BR.900100200300400")


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("messages__text_without_id", "broken"),
        ("messages__reaction_to_nothing", "broken"),
        ("messages__conversation_context", "unknown_item"),
        ("user_preferences__another_category", "unknown_value"),
        ("smb_app_state_sync__another_kind", "unknown_value"),
        ("invented_field__anything", "unknown_field"),
    ],
)
def test_what_is_not_understood_says_which_part(name, note):
    assert parse(name) == NotUnderstood(note)


def test_a_status_tells_our_reference_price_and_problem():
    sent, failed = parse("messages__status_sent"), parse("messages__status_failed")
    assert (sent.status, sent.client_ref, sent.pricing["category"]) == ("sent", "job-1:1", "utility")
    assert (failed.errors[0].code, failed.errors[0].details) == (131026, "The recipient cannot receive it.")


def test_a_template_status_is_spelled_as_the_api_spells_it():
    event = parse("message_template_status_update__approved")
    assert (event.template_id, event.language, event.reason) == ("530000000000001", "pt_BR", "")


def test_the_effective_time_is_never_far_in_the_future_nor_before_2009():
    assert effective_time(str(seconds(-60)), NOW) == (NOW - timedelta(seconds=60), False)
    assert effective_time(seconds(86400), NOW) == (NOW + timedelta(minutes=5), False)
    assert effective_time("12", NOW) == (datetime(2009, 1, 1, tzinfo=UTC), False)


@pytest.mark.parametrize("raw", [None, "", "ontem", "NaN", True, {}, [], "9" * 30, -(10**30), 1e400, "1795186800000"])
def test_a_time_that_cannot_be_read_is_the_time_received_and_marked(raw):
    assert effective_time(raw, NOW) == (NOW, True)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
WORDS = [
    *("id", "from", "type", "text", "interactive", "timestamp", "errors", "status", "context", "contacts", "event"),
    *("reaction", "message_id", "edit", "revoke", "original_message_id", "system", "threads", "messages", "metadata"),
    *("contact", "action", "user_id", "value", "category", "waba_info", "alert_info", "ban_info", "new_category"),
    *("message_template_name", "new_quality_score", "message_template_element", "category_update_timestamp"),
]


@given(
    place=st.sampled_from([*webhook.LISTS, *((field, "value") for field in webhook.ACCOUNT_FIELDS)]),
    data=json_values | st.dictionaries(st.sampled_from(WORDS), json_values | st.sampled_from(WORDS)),
    contacts=json_values,
)
def test_nothing_that_json_can_say_breaks_the_parser(place, data, contacts):
    field, item = place
    webhook.parse({"field": field, "item": item, "data": data, "contacts": contacts}, NOW)


@given(json_values)
def test_nothing_that_json_can_say_breaks_the_cutting(value):
    body = {"entry": [value, {"id": value, "changes": [value, {"field": value, "value": {"metadata": value}}]}]}
    assert all(len(part.key) == 64 for part in webhook.split(body))


def test_content_is_stored_without_what_the_database_refuses():
    deep = current = {}
    for _ in range(200):
        current["x"] = current = {}
    kept = storable({"a\x00": "b\ud800", "n": float("inf"), "deep": deep})
    assert (kept["a\ufffd"], kept["n"]) == ("b\ufffd", "inf")
    assert str(kept["deep"]).count("x") < 50
