"""Templates changed, put aside and taken away, and the example files of their headers, as the Graph API does it."""

import time

import pytest
import requests

from .conftest import wait_until

BODY = {"type": "BODY", "text": "Seu horário está marcado. Até lá."}
OTHER = {"type": "BODY", "text": "Seu horário mudou. Até lá."}
CODE = [
    {"type": "BODY", "add_security_recommendation": True},
    {"type": "FOOTER", "code_expiration_minutes": 10},
    {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
]


def create(meta, **values):
    body = {"name": "novo", "language": "pt_BR", "category": "UTILITY", "components": [BODY]} | values
    return meta.graph("POST", f"{meta.waba}/message_templates", json=body)


def approved(meta, **values):
    """A template whose review is over, made as an account's own."""
    definition = {"name": "novo", "language": "pt_BR", "category": "UTILITY", "components": [BODY]} | values
    made = meta.accounts(waba_id=meta.waba, templates=[definition])
    return next(one["id"] for one in made["templates"] if one["name"] == "novo")


def told(meta, template_id, fields="status"):
    return meta.graph("GET", f"{template_id}?fields={fields}").json()


def test_an_edit_replaces_the_words_and_is_reviewed(meta, receiver):
    one = approved(meta)
    assert meta.graph("POST", one, json={"components": [OTHER]}).json() == {"success": True}
    assert told(meta, one, "status,components") == {"id": one, "status": "PENDING", "components": [OTHER]}
    (change,) = wait_until(receiver.changes, seconds=6)
    assert change["value"]["event"] == "APPROVED"


def test_an_approved_template_is_edited_once_a_day_and_keeps_its_category(meta):
    one = approved(meta)
    assert meta.refusal(meta.graph("POST", one, json={"category": "MARKETING"})) == (400, 100)
    assert meta.graph("POST", one, json={"components": [OTHER]}).ok
    meta.decide(one, "APPROVED")
    again = meta.graph("POST", one, json={"components": [BODY]})
    assert "once in 24 hours" in again.json()["error"]["error_user_msg"]


def test_a_template_under_review_is_not_edited_a_rejected_one_is(meta):
    one = create(meta).json()["id"]
    assert meta.refusal(meta.graph("POST", one, json={"components": [OTHER]})) == (400, 100)
    meta.decide(one, "REJECTED", "PROMOTIONAL")
    assert told(meta, one, "rejected_reason")["rejected_reason"] == "PROMOTIONAL"
    assert meta.graph("POST", one, json={"components": [OTHER], "category": "MARKETING"}).ok


def test_an_edit_against_the_rules_is_refused(meta):
    answer = meta.graph("POST", approved(meta), json={"components": [{"type": "BODY", "text": " "}]})
    assert answer.json()["error"]["error_subcode"] == 2388072


def test_a_paused_template_is_taken_up_again(meta, receiver):
    one = approved(meta)
    assert meta.refusal(meta.graph("POST", f"{one}/unpause")) == (400, 100)
    meta.decide(one, "PAUSED")
    assert meta.graph("POST", f"{one}/unpause").json() == {"success": True}
    assert told(meta, one)["status"] == "APPROVED"
    changes = wait_until(lambda: len(receiver.changes()) == 2 and receiver.changes())
    assert [change["value"]["event"] for change in changes] == ["PAUSED", "APPROVED"]


def test_templates_are_archived_and_come_back_as_they_were(meta):
    one, waiting = approved(meta), create(meta, name="outro").json()["id"]
    meta.decide(one, "REJECTED")
    edge = f"{meta.waba}/message_templates"
    answer = meta.graph("POST", f"{edge}/archive", json={"hsm_ids": [one, waiting]}).json()
    assert (answer["archived_templates"], list(answer["failed_templates"])) == ([one], [waiting])
    assert told(meta, one)["status"] == "ARCHIVED"
    assert meta.graph("POST", f"{edge}/unarchive", json={"hsm_ids": [one]}).json()["unarchived_templates"] == [one]
    assert told(meta, one)["status"] == "REJECTED"


def test_the_name_of_a_deleted_approved_template_is_locked(meta):
    approved(meta)
    assert meta.graph("DELETE", f"{meta.waba}/message_templates?name=novo").ok
    assert create(meta).json()["error"]["error_subcode"] == 2388023


def test_a_disabled_template_is_not_deleted(meta):
    meta.decide(approved(meta), "DISABLED")
    assert meta.refusal(meta.graph("DELETE", f"{meta.waba}/message_templates?name=novo")) == (400, 100)


def test_a_hundred_new_templates_an_hour_are_enough(meta):
    with meta.simulator.store.write() as database:
        database.executemany(
            "INSERT INTO template_acts (waba_id, template_id, name, act, at) VALUES (?, '1', 'x', 'created', ?)",
            [(meta.waba, time.time())] * 100,
        )
    assert meta.refusal(create(meta)) == (400, 80008)


def test_a_one_time_code_is_read_back_in_metas_words_with_a_link(meta):
    one = create(meta, category="AUTHENTICATION", components=CODE, message_send_ttl_seconds=600).json()["id"]
    body, footer, row = told(meta, one, "components")["components"]
    assert "{{1}}" in body["text"]
    assert "10 minutos" in footer["text"]
    assert row["buttons"][0]["type"] == "URL"
    assert told(meta, one, "message_send_ttl_seconds")["message_send_ttl_seconds"] == 600


def upload(meta, content=b"png", **query):
    query = {"file_name": "a.png", "file_length": len(content), "file_type": "image/png"} | query
    return meta.graph("POST", f"{meta.simulator.config.app_id}/uploads", params=query)


def fill(meta, identifier, content, offset):
    headers = {"Authorization": f"OAuth {meta.token}", "file_offset": str(offset)}
    return requests.post(f"{meta.url}/v25.0/{identifier}", data=content, headers=headers, timeout=5).json()


def test_an_example_file_goes_up_in_pieces_and_is_named_by_a_handle(meta):
    one = upload(meta, b"abcdef").json()["id"]
    assert fill(meta, one, b"abc", 0) == {"h": ""}
    assert meta.graph("GET", one).json()["file_offset"] == 3
    handle = fill(meta, one, b"def", 3)["h"]
    header = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [handle]}}
    made = create(meta, components=[header, BODY]).json()["id"]
    shown = told(meta, made, "components")["components"][0]["example"]["header_handle"][0]
    assert shown.startswith("https://")


@pytest.mark.parametrize("query", [{"file_type": "text/plain"}, {"file_length": ""}, {"file_length": 0}])
def test_an_upload_that_meta_does_not_take_is_refused(meta, query):
    assert meta.refusal(upload(meta, **query)) == (400, 100)


def test_bytes_in_the_wrong_place_are_refused(meta):
    one = upload(meta).json()["id"]
    assert fill(meta, one, b"png", 2)["error"]["code"] == 100
    assert fill(meta, one, b"too long", 0)["error"]["code"] == 100


def test_a_decision_that_meta_does_not_know_is_refused(meta):
    with pytest.raises(requests.HTTPError, match="status"):
        meta.decide(approved(meta), "DANCING")
