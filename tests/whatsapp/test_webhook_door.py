"""The door: what is stored, what is refused, and what the caller is told."""

import io
import json
import threading

import pytest
from django.db import connection
from django.utils import timezone

from tenants import vault
from tenants.models import Credential
from tests.factories import make_account, make_tenant
from tests.whatsapp.meta_bodies import CLIENT, URL, envelope, payload, post, sign, text_message
from whatsapp import door, inbox, signatures
from whatsapp.models import Message, WebhookEvent

pytestmark = pytest.mark.django_db

FOUR_MB = 4 * 1024 * 1024


def verify(**changes):
    asked = {"hub.mode": "subscribe", "hub.verify_token": "test_verify_token", "hub.challenge": "1158201444"}
    return CLIENT.get(URL, asked | changes)


def test_the_challenge_comes_back_as_plain_text():
    response = verify()
    assert (response.status_code, response.content) == (200, b"1158201444")
    assert response["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    "changes",
    [
        {"hub.verify_token": "wrong"},
        {"hub.verify_token": ""},
        {"hub.verify_token": "é"},
        {"hub.mode": "unsubscribe"},
        {"hub.challenge": ""},
    ],
)
def test_another_token_or_mode_is_refused(changes):
    assert verify(**changes).status_code == 403


def test_each_connection_has_a_verify_token_of_its_own_until_it_is_retired():
    account = make_account(make_tenant())
    vault.set_secret(account, Credential.Kind.VERIFY_TOKEN, "token_of_jana")
    assert verify(**{"hub.verify_token": "token_of_jana"}).status_code == 200
    vault.set_secret(account, Credential.Kind.VERIFY_TOKEN, "the_next_one")
    assert verify(**{"hub.verify_token": "token_of_jana"}).status_code == 403


def test_an_event_is_stored_before_the_answer():
    response = post(payload("messages__text"))
    event = WebhookEvent.objects.get()
    assert (response.status_code, response.json()) == (200, {"events": 1})
    assert (event.state, event.field, event.item, event.message_ref) == ("new", "messages", "messages", "wamid.in.text")


def test_webhooks_share_one_prepared_statement():
    """Without it each webhook pays for a plan, which costs more than its row."""
    for wamid in ("wamid.1", "wamid.2"):
        post(envelope({"messages": [text_message(wamid, at=1_800_000_000)]}))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s",
            ["%INSERT INTO whatsapp_webhookevent%"],
        )
        assert cursor.fetchone() == (1,)


def test_the_same_body_again_stores_nothing_and_is_answered_alike():
    first, again = post(payload("messages__text")), post(payload("messages__text"))
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == {"events": 0}


@pytest.mark.parametrize("header", ["", "sha256=" + "0" * 64, "sha1=abc"])
def test_a_bad_signature_is_refused_counted_and_stores_nothing(header):
    response = post(payload("messages__text"), **{"X-Hub-Signature-256": header})
    assert response.status_code == 401
    assert not WebhookEvent.objects.exists()
    assert signatures.refused(timezone.now()) == 1


def test_a_signature_in_upper_case_of_another_secret_or_over_other_bytes_is_refused():
    body = json.dumps(payload("messages__text")).encode()
    others = [sign(body).upper().replace("SHA256", "sha256"), sign(body, "another"), sign(body + b" ")]
    assert [post(body, **{"X-Hub-Signature-256": header}).status_code for header in others] == [401, 401, 401]


def test_no_signature_header_at_all_is_refused():
    response = CLIENT.post(URL, b"{}", content_type="application/json")
    assert response.status_code == 401


def test_a_rotated_secret_is_accepted_beside_the_old_one(settings):
    settings.WHATSAPP_META_APP_SECRETS = ["new_secret", "test_app_secret"]
    body = json.dumps(payload("messages__text")).encode()
    assert post(body, **{"X-Hub-Signature-256": sign(body, "new_secret")}).status_code == 200
    assert post(body).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"\xff\xfe\x00",
        b"[]",
        b"7",
        b'{"entry": 1}',
        b'{"entry": []}',
        b"[" * 100_000,
        b'{"entry": [' + b"[" * 900 + b"]" * 900 + b"]}",
        b'{"entry": [' + b"9" * 5000 + b"]}",
        b'{"entry": [{"id": "\\u0000\\ud800", "changes": [{"field": "\\u0000", "value": {"metadata": '
        b'{"phone_number_id": "\\ud800"}, "messages": [{"id": "\\u0000", "from": "\\udfff"}]}}]}]}',
        b'{"entry": [{"id": "1", "changes": [{"value": {"metadata": {}, "\\ud800": [1], "\\u0000": [2]}}]}]}',
        json.dumps(envelope({"messages": [{"id": "w" * 5000, "from": "9" * 500}]}, field="f" * 500)).encode(),
    ],
)
def test_signed_but_odd_bodies_are_kept_and_answered_200(body):
    assert post(body).status_code == 200
    assert WebhookEvent.objects.exists()
    assert inbox.process(timezone.now()) >= 0
    assert not WebhookEvent.objects.filter(state="failed").exists()


def test_a_body_that_is_not_understood_is_kept_byte_for_byte():
    post(b"\x00\xff not json")
    event = WebhookEvent.objects.get()
    assert (bytes(event.body), event.state, event.note) == (b"\x00\xff not json", "ignored", "not_understood")


@pytest.mark.parametrize("body", [b"not json", b"{}", b'{"entry": []}'])
def test_a_body_that_is_kept_whole_is_kept_once_and_counted_once(body):
    assert [post(body).json() for _ in range(3)] == [{"events": 1}, {"events": 0}, {"events": 0}]
    assert WebhookEvent.objects.count() == 1


def test_three_megabytes_are_taken_and_more_than_four_are_not():
    long = [text_message(f"w{i}", at=1, body="x" * 3000) for i in range(1000)]
    assert post(envelope({"messages": long})).json() == {"events": 1000}
    assert post(b" " * (FOUR_MB + 1)).status_code == 413


def test_exactly_four_megabytes_are_taken():
    assert post(b"{}".ljust(FOUR_MB)).status_code == 200


def chunked(body):
    raw = io.BytesIO(body)
    return raw, {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True, "wsgi.input": raw}


def test_a_chunked_body_is_read_to_its_end():
    _, environ = chunked(b"x" * 300_000)
    assert len(door.read_body(environ)) == 300_000


def test_a_chunked_body_that_is_too_long_is_read_to_its_end_and_refused():
    raw, environ = chunked(b"x" * (FOUR_MB + 200_000))
    with pytest.raises(door.BodyTooLarge):
        door.read_body(environ)
    assert raw.read() == b""


def test_one_statement_stores_a_thousand_items(monkeypatch):
    body = json.dumps(envelope({"messages": [text_message(f"w{i}", at=1) for i in range(1000)]})).encode()
    inserts, insert = [], inbox._insert
    monkeypatch.setattr(inbox, "_insert", lambda *facts: inserts.append(facts) or insert(*facts))
    assert inbox.receive("meta", body, timezone.now()) == 1000
    assert len(inserts) == 1


@pytest.mark.django_db(transaction=True)
def test_the_database_being_down_asks_meta_to_send_again(monkeypatch):
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    response = post(payload("messages__text"))
    assert (response.status_code, response["Retry-After"]) == (503, "30")


@pytest.mark.django_db(transaction=True)
def test_a_pooled_connection_that_broke_is_replaced_once():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    killer = connection.copy()
    with killer.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [backend])
    killer.close()
    assert inbox.receive("meta", json.dumps(payload("messages__text")).encode(), timezone.now()) == 1


@pytest.mark.django_db(transaction=True)
def test_a_row_that_the_database_refuses_does_not_undo_its_neighbours(monkeypatch):
    original = inbox._cut
    spoil = lambda part: part._replace(entry_id="\x00") if part.message_ref == "w1" else part  # noqa: E731
    monkeypatch.setattr(inbox, "_cut", lambda *facts: [spoil(part) for part in original(*facts)])
    body = json.dumps(envelope({"messages": [text_message(f"w{i}", at=1) for i in range(3)]})).encode()
    assert inbox.receive("meta", body, timezone.now()) == 3
    kept = WebhookEvent.objects.get(state="ignored")
    assert (kept.note, b'"w1"' in bytes(kept.body)) == ("refused_by_database", True)


def test_a_broker_that_is_down_does_not_delay_the_answer(no_broker):
    started = timezone.now()
    assert post(payload("messages__text")).status_code == 200
    assert (timezone.now() - started).total_seconds() < 1
    assert inbox.sweep(timezone.now()), "the sweep finds what was not rung"


@pytest.mark.django_db(transaction=True)
def test_the_same_body_ten_times_at_once_is_one_event_with_one_effect(number):
    statuses = []

    def deliver():
        try:
            statuses.append(post(payload("messages__text")).status_code)
            inbox.process(timezone.now())
        finally:
            connection.close()

    threads = [threading.Thread(target=deliver) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 10
    assert [e.state for e in WebhookEvent.objects.all()] == ["processed"]
    assert Message.objects.count() == 1


def test_the_door_asks_nothing_of_the_session_and_ignores_what_the_caller_accepts():
    response = post(payload("messages__text"), Accept="image/png", Cookie="recado_session=abc")
    assert response.status_code == 200


def test_the_door_is_in_the_openapi():
    schema = CLIENT.get("/api/schema/", headers={"Accept": "application/json"}).json()
    assert set(schema["paths"][URL]) == {"get", "post"}


# --- the WSGI door in front of Django ---------------------------------------------------------------------------------


def knock(body: bytes, signature: str, **environ):
    """What the door answers to a POST: status, decoded body, and whether Django was asked."""
    inside, heard = [], []
    application = door.Door(lambda environ, start: inside.append(environ) or [b"django"])
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": door.PATH,
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_X_HUB_SIGNATURE_256": signature,
        "wsgi.input": io.BytesIO(body),
    } | environ
    answer = b"".join(application(environ, lambda status, headers: heard.append(status)))
    return (heard or [""])[0], answer, bool(inside)


def test_the_door_stores_and_answers_as_the_view_does(number):
    body = json.dumps(payload("messages__text")).encode()
    status, answer, asked_django = knock(body, sign(body))
    assert (status, json.loads(answer), asked_django) == ("200 OK", {"events": 1}, False)
    assert WebhookEvent.objects.count() == 1


def test_the_door_refuses_what_the_view_refuses():
    status, answer, _ = knock(b"{}", "sha256=" + "0" * 64)
    assert status == "401 Unauthorized"
    assert json.loads(answer)["error"]["code"] == "unauthorized"


def test_the_door_lets_everything_else_in():
    assert knock(b"", "", REQUEST_METHOD="GET") == ("", b"django", True)
    assert knock(b"", "", PATH_INFO="/entrar/") == ("", b"django", True)


def test_a_fault_of_ours_at_the_door_never_looks_like_stored(monkeypatch):
    def break_down(*_facts):
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(inbox, "receive", break_down)
    body = json.dumps(payload("messages__text")).encode()
    assert knock(body, sign(body))[0] == "503 Service Unavailable"
