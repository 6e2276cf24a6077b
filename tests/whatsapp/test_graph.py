"""Calls of the Graph API over real sockets: what each way of failing proves, and that a token is nowhere to be read."""

import time
import traceback
from dataclasses import replace

import pytest
import responses

from tests.whatsapp.wire_server import ANSWER, WireServer, refused_port
from whatsapp.errors import ErrorKind, OutcomeUnknown, Refused, Scope, Unreachable
from whatsapp.providers import get_provider, http
from whatsapp.providers.base import AccountAccess
from whatsapp.providers.meta import graph

TOKEN = "EAAG_secret_token_0123456789"
ACCESS = AccountAccess("meta", "200001", "100001", "http://graph.test", "v25.0", TOKEN)
BODY = {"messaging_product": "whatsapp", "to": "+5511988887777", "type": "text", "text": {"body": "oi"}}
meta = get_provider("meta")


@pytest.fixture(autouse=True)
def fresh_session():
    http.session.cache_clear()
    yield
    http.session.cache_clear()


@pytest.fixture
def fake_graph():
    with responses.RequestsMock() as mock:
        yield mock


def send(url="http://graph.test"):
    return meta.send(replace(ACCESS, base_url=url), BODY)


def answering(connection):
    for _request in connection.each():
        connection.answer()


def test_a_send_is_one_post_with_the_token_in_its_header():
    with WireServer(answering) as server:
        accepted = send(server.url)
    head = server.requests[0]
    assert accepted.provider_message_id == "wamid.1"
    assert head.startswith("POST /v25.0/200001/messages HTTP/1.1\r\n")
    assert f"Authorization: Bearer {TOKEN}\r\n" in head


def test_connections_are_kept_and_shared():
    with WireServer(answering) as server:
        for _ in range(3):
            send(server.url)
    assert (server.connections, len(server.requests)) == (1, 3)


def test_a_connection_idle_too_long_is_not_used_again(monkeypatch):
    monkeypatch.setattr(http, "IDLE_SECONDS", 0.05)
    with WireServer(answering) as server:
        send(server.url)
        time.sleep(0.1)
        send(server.url)
    assert (server.connections, len(server.requests)) == (2, 2)


def test_a_kept_connection_that_the_server_closed_is_opened_anew():
    def once(connection):
        connection.read()
        connection.answer()

    with WireServer(once) as server:
        send(server.url)
        time.sleep(0.1)
        assert send(server.url).provider_message_id == "wamid.1"
    assert (server.connections, len(server.requests)) == (2, 2)


def test_a_kept_connection_closed_upon_our_request_is_uncertain_and_sent_once():
    def answer_then_hang_up(connection):
        for count, _request in enumerate(connection.each()):
            if count:
                return
            connection.answer()

    with WireServer(answer_then_hang_up) as server:
        send(server.url)
        with pytest.raises(OutcomeUnknown):
            send(server.url)
        time.sleep(0.1)
    assert len(server.requests) == 2


def test_a_refused_connection_proves_that_nothing_was_accepted():
    with refused_port() as url, pytest.raises(Unreachable) as raised:
        send(url)
    assert raised.value.kind is ErrorKind.TRANSIENT


@pytest.mark.parametrize("url", ["http://name.invalid", "graph.test", "ftp://graph.test", "http://"])
def test_an_address_that_leads_nowhere_proves_that_nothing_was_accepted(url):
    with pytest.raises(Unreachable):
        send(url)


def test_a_failed_handshake_proves_that_nothing_was_accepted():
    def speaks_no_tls(connection):
        connection.raw.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with WireServer(speaks_no_tls) as server, pytest.raises(Unreachable):
        send(server.url.replace("http://", "https://"))


def test_a_handshake_that_never_ends_proves_that_nothing_was_accepted(monkeypatch):
    monkeypatch.setattr(http, "CONNECT_SECONDS", 0.2)
    with WireServer(lambda connection: time.sleep(2)) as server, pytest.raises(Unreachable):
        send(server.url.replace("http://", "https://"))


def never_answers(connection):
    connection.read()
    time.sleep(3)


def resets(connection):
    connection.read()
    connection.reset()


def hangs_up(connection):
    connection.read()


def breaks_off(connection):
    connection.read()
    connection.raw.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")


def talks_nonsense(connection):
    connection.read()
    connection.raw.sendall(b"\x00\x01\x02 hello\r\n\r\n")


def lies_about_encoding(connection):
    connection.read()
    connection.answer(b"not gzip", headers="Content-Encoding: gzip\r\n")


@pytest.mark.parametrize(
    "play",
    [never_answers, resets, hangs_up, breaks_off, talks_nonsense, lies_about_encoding],
    ids=lambda play: play.__name__,
)
def test_whatever_fails_after_the_request_left_is_uncertain_and_never_repeated(monkeypatch, play):
    monkeypatch.setattr(http, "READ_SECONDS", 0.3)
    with WireServer(play) as server:
        with pytest.raises(OutcomeUnknown):
            send(server.url)
        time.sleep(0.1)
    assert len(server.requests) == 1


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"], ids=["head", "body"])
def test_an_answer_that_drips_ends_at_the_total_limit(monkeypatch, head):
    def drip(connection):
        connection.read()
        connection.raw.sendall(head)
        for _ in range(100):
            connection.raw.sendall(b"H")
            time.sleep(0.05)

    monkeypatch.setattr(http, "READ_SECONDS", 0.5)
    monkeypatch.setattr(http, "TOTAL_SECONDS", 0.6)
    began = time.monotonic()
    with WireServer(drip) as server, pytest.raises(OutcomeUnknown):
        send(server.url)
    assert 0.5 < time.monotonic() - began < 2


def test_the_token_stays_with_its_host():
    def redirect(connection):
        for _request in connection.each():
            connection.answer(b"", "302 Found", f"Location: {thief.url}/steal\r\n")

    with WireServer(answering) as thief, WireServer(redirect) as server:
        with pytest.raises(OutcomeUnknown):
            send(server.url)
        assert thief.requests == []


def test_nothing_of_the_environment_changes_where_a_token_goes(monkeypatch):
    with WireServer(answering) as server, WireServer(answering) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
        send(server.url)
        assert (len(server.requests), len(proxy.requests)) == (1, 0)


def test_tenants_share_no_cookies():
    def with_cookie(connection):
        for _request in connection.each():
            connection.answer(headers="Set-Cookie: who=tenant-1\r\n")

    with WireServer(with_cookie) as server:
        send(server.url)
        send(server.url)
    assert "Cookie" not in server.requests[1]


ERROR_BODY = {
    "error": {
        "message": "(#130429) Rate limit hit",
        "type": "OAuthException",
        "code": 130429,
        "error_subcode": 2494055,
        "error_data": {"messaging_product": "whatsapp", "details": "Cloud API message throughput has been reached."},
        "fbtrace_id": "Az8or2yhqkZfEZ",
    }
}
MESSAGES = "http://graph.test/v25.0/200001/messages"


@pytest.mark.parametrize("status", [200, 400, 401, 404, 429, 500, 503])
def test_a_readable_error_body_of_any_status_is_a_refusal(fake_graph, status):
    fake_graph.post(MESSAGES, json=ERROR_BODY, status=status)
    with pytest.raises(Refused) as raised:
        send()
    error = raised.value
    assert (error.code, error.subcode, error.fbtrace_id, error.http_status) == (
        130429,
        2494055,
        "Az8or2yhqkZfEZ",
        status,
    )
    assert error.details == "Cloud API message throughput has been reached."
    assert (error.kind, error.scope) == (ErrorKind.RATE_LIMITED, Scope.NUMBER)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("<html>Bad gateway</html>", 502),
        ("", 500),
        ('{"error": "bad gateway"}', 503),
        ('{"error": {"message": "no code"}}', 400),
        ('{"error": {"code": true}}', 400),
        ("[]", 200),
        ("{}", 200),
        ('{"messages": []}', 200),
        ('{"messages": [{"id": ""}]}', 200),
        ("[" * 100_000, 200),
    ],
)
def test_an_answer_that_is_not_the_graph_apis_is_uncertain(fake_graph, body, status):
    fake_graph.post(MESSAGES, body=body, status=status)
    with pytest.raises(OutcomeUnknown):
        send()


def test_an_unknown_code_that_meta_calls_transient_is_tried_again(fake_graph):
    fake_graph.post(MESSAGES, json={"error": {"message": "x", "code": 987654, "is_transient": True}}, status=500)
    with pytest.raises(Refused) as raised:
        send()
    assert raised.value.kind is ErrorKind.TRANSIENT


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            {"contacts": [{"wa_id": "551188887777"}], "messages": [{"id": "wamid.X"}]},
            ("wamid.X", "551188887777", "", ""),
        ),
        ({"contacts": [{"user_id": "BR.1"}], "messages": [{"id": "wamid.X"}]}, ("wamid.X", "", "BR.1", "")),
        (
            {"messages": [{"id": "wamid.X", "message_status": "held_for_quality_assessment"}]},
            ("wamid.X", "", "", "assessment"),
        ),
        ({"messages": [{"id": "wamid.X", "message_status": "paused"}]}, ("wamid.X", "", "", "paused")),
        ({"messages": [{"id": "wamid.X", "message_status": "accepted"}]}, ("wamid.X", "", "", "")),
    ],
)
def test_the_sends_answer_is_read(fake_graph, answer, expected):
    fake_graph.post(MESSAGES, json=answer)
    accepted = send()
    assert (accepted.provider_message_id, accepted.wa_id, accepted.user_id, accepted.held) == expected


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "30"}, 30),
        ({"Retry-After": "inf"}, 86_400),
        (
            {"X-Business-Use-Case-Usage": '{"100001": [{"call_count": 100, "estimated_time_to_regain_access": 12}]}'},
            720,
        ),
        ({"X-Business-Use-Case-Usage": "[nonsense"}, None),
        ({"X-App-Usage": '{"call_count": 100}'}, None),
    ],
)
def test_a_rate_limit_tells_how_long_to_wait_where_meta_says_it(fake_graph, headers, seconds):
    fake_graph.post(MESSAGES, json={"error": {"message": "x", "code": 80007}}, status=400, headers=headers)
    with pytest.raises(Refused) as raised:
        send()
    assert raised.value.retry_after == seconds


@pytest.mark.parametrize(("code", "seconds"), [(131056, None), (130429, None), (80008, 3600), (4, 3600)])
def test_calls_of_the_account_that_are_used_up_make_no_pair_and_no_number_wait(fake_graph, code, seconds):
    used_up = '{"100001": [{"type": "whatsapp_business_management", "estimated_time_to_regain_access": 60}]}'
    headers = {"X-Business-Use-Case-Usage": used_up}
    fake_graph.post(MESSAGES, json={"error": {"message": "x", "code": code}}, status=400, headers=headers)
    with pytest.raises(Refused) as raised:
        send()
    assert raised.value.retry_after == seconds


def test_usage_near_the_limit_is_logged_as_a_warning(fake_graph, caplog):
    fake_graph.post(MESSAGES, body=ANSWER, headers={"X-App-Usage": '{"call_count": 80, "total_time": 3}'})
    send()
    record = next(record for record in caplog.records if "graph_call" in record.getMessage())
    assert record.levelname == "WARNING"
    assert "80" in record.getMessage()


def failures(fake_graph):
    fake_graph.post(MESSAGES, json={"error": {"message": f"Malformed access token {TOKEN}", "code": 190}}, status=401)
    yield send
    fake_graph.post(MESSAGES, json={"error": {"message": "x", "code": 1, "error_data": {"details": TOKEN}}}, status=400)
    yield send
    yield lambda: send("http://name.invalid")
    yield lambda: meta.send(replace(ACCESS, token=f"{TOKEN}\r\nX-Evil: 1"), BODY)
    yield lambda: meta.send(replace(ACCESS, token=f"{TOKEN}é"), BODY)


def test_a_token_is_in_no_text_repr_or_traceback(fake_graph):
    for fail in failures(fake_graph):
        with pytest.raises((Refused, Unreachable, OutcomeUnknown)) as raised:
            fail()
        told = "".join(traceback.format_exception(raised.value)) + repr(raised.value) + repr(vars(raised.value))
        assert TOKEN not in told
    assert TOKEN not in repr(ACCESS)


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "é"])
def test_what_is_no_token_is_refused_before_the_call(token):
    with pytest.raises(Refused) as raised:
        meta.send(replace(ACCESS, token=token), BODY)
    assert raised.value.kind is ErrorKind.TOKEN


def test_a_read_mark_is_posted(fake_graph):
    mark = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.1",
        "typing_indicator": {"type": "text"},
    }
    fake_graph.post(MESSAGES, json={"success": True}, match=[responses.matchers.json_params_matcher(mark)])
    meta.mark_read(ACCESS, "wamid.1", typing=True)


def page(names, after=None):
    rows = [{"id": name, "name": name, "language": "pt_BR", "status": "APPROVED"} for name in names]
    paging = {"cursors": {"after": after}, "next": f"http://evil.test/?access_token={TOKEN}"} if after else {}
    return {"data": rows, "paging": {"cursors": {"after": "last"}} | paging}


LIST = "http://graph.test/v25.0/100001/message_templates"


def test_pages_follow_the_cursor_and_never_the_address_that_holds_the_token(fake_graph):
    fake_graph.get(LIST, json=page(["a"], after="c1"))
    fake_graph.get(
        LIST, json=page(["b"]), match=[responses.matchers.query_param_matcher({"after": "c1"}, strict_match=False)]
    )
    assert [[one.name for one in found] for found in meta.fetch_templates(ACCESS)] == [["a"], ["b"]]


@pytest.mark.parametrize(
    "second",
    [
        {"paging": {}},
        {"data": [{"id": "1"}]},
        {"data": [], "paging": {"next": "http://x"}},
        page(["b"], after="c1"),
        {"data": ["nonsense"]},
    ],
)
def test_a_list_that_does_not_come_whole_ends_in_an_error(fake_graph, second):
    fake_graph.get(LIST, json=page(["a"], after="c1"))
    fake_graph.get(LIST, json=second)
    pages = meta.fetch_templates(ACCESS)
    assert [one.name for one in next(pages)] == ["a"]
    with pytest.raises(OutcomeUnknown):
        list(pages)


def test_a_number_is_read_as_meta_tells_it(fake_graph):
    told = {
        "display_phone_number": "+55 11 4000-1234",
        "verified_name": "Studio Jana",
        "status": "CONNECTED",
        "quality_rating": "NA",
        "throughput": {"level": "HIGH"},
        "whatsapp_business_manager_messaging_limit": "TIER_2K",
    }
    fake_graph.get("http://graph.test/v25.0/200001", json=told)
    facts = meta.fetch_number(ACCESS)
    assert (facts.quality_rating, facts.throughput, facts.messaging_limit) == ("UNKNOWN", 1000, "TIER_2K")


def test_a_number_on_the_phone_app_too_is_slow(fake_graph):
    fake_graph.get("http://graph.test/v25.0/200001", json={"is_on_biz_app": True, "throughput": {"level": "STANDARD"}})
    assert meta.fetch_number(ACCESS).throughput == 20


def test_a_page_size_is_asked_for(fake_graph):
    fake_graph.get(LIST, json=page([]))
    list(meta.fetch_templates(ACCESS))
    assert f"limit={graph.PAGE_SIZE}" in fake_graph.calls[0].request.url
