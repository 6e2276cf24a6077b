"""What goes wrong with a file: tried again, waiting, given up with a reason that a person understands."""

import socket
from datetime import timedelta

import pytest
from django.utils import translation

from tenants import alerts, vault
from tenants.models import Alert, Credential
from tests.factories import NOW
from tests.whatsapp.media_files import fetched, picture, receive, run, told
from whatsapp.errors import ErrorKind, OutcomeUnknown, Refused, Unreachable
from whatsapp.media import queue, storage
from whatsapp.media.failures import BACKOFF, MAX_ATTEMPTS, Course, decide, failure_of
from whatsapp.models import Media
from whatsapp.providers.public import ForeignAddress

pytestmark = pytest.mark.django_db
GRAPH_ERROR = '{"error": {"message": "%s", "type": "OAuthException", "code": %d}}'
LOST = (GRAPH_ERROR % ("Session expired", 190)).encode()


def problem(media):
    return media.state, media.problem


def test_after_three_retries_it_has_failed_with_a_reason(number, serving):
    serving(serve=lambda connection: connection.answer(b"", "500 Oops"))
    media, now = receive(number, told(picture())), NOW
    for pause in BACKOFF:
        assert problem(fetched(media, now)) == ("pending", "no_answer")
        assert media.due_at == now + pause
        assert not run(now)
        now = media.due_at
    assert problem(fetched(media, now)) == ("failed", "no_answer")
    assert media.attempts == MAX_ATTEMPTS == 4


def test_every_reason_is_said_in_portuguese():
    with translation.override("pt-br"):
        said = [str(label) for label in Media.Problem.labels]
    with translation.override("en"):
        assert not set(said) & {str(label) for label in Media.Problem.labels}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((b"", "404 Not Found"), "gone"),
        ((b"", "302 Found", "Location: https://evil.example/x\r\n"), "foreign"),
        ((b"", "302 Found", "Location: http://lookaside.fbsbx.com/x\r\n"), "foreign"),
        ((b"", "418 Teapot"), "refused"),
        ((b"", "200 OK"), "empty"),
        ((b"", "503 Down"), "no_answer"),
    ],
    ids=["404", "elsewhere", "plain http", "4xx", "empty", "5xx"],
)
def test_the_reason_names_what_happened(number, serving, answer, expected):
    serving(serve=lambda connection: connection.answer(*answer))
    assert fetched(receive(number, told(picture()))).problem == expected


def test_an_address_outside_meta_is_given_up_at_once(number, serving):
    meta = serving(picture(), url="https://169.254.169.254/latest/meta-data")
    assert problem(fetched(receive(number, told(picture())))) == ("failed", "foreign")
    assert len(meta.requests) == 1


def test_a_file_that_ends_too_early_is_no_file(number, serving):
    def torn(connection):
        connection.raw.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 100)
        connection.raw.shutdown(socket.SHUT_RDWR)

    serving(serve=torn)
    media = fetched(receive(number, told(picture())))
    assert problem(media) == ("pending", "no_answer")
    assert list(storage.names()) == []


@pytest.mark.parametrize("length", ["Content-Length: 10\r\n", "", "Transfer-Encoding: chunked\r\n"])
def test_a_larger_file_is_stopped_whatever_its_header_says(number, serving, settings, length):
    settings.MEDIA_MAX_BYTES = 200_000
    written = []

    def endless(connection):
        connection.raw.sendall(f"HTTP/1.1 200 OK\r\n{length}\r\n".encode())
        piece = b"2710\r\n" + b"x" * 10_000 + b"\r\n" if "chunked" in length else b"x" * 10_000
        for _piece in range(2000):
            connection.raw.sendall(piece)
            written.append(10_000)

    serving(serve=endless)
    media = fetched(receive(number, told(picture())))
    assert media.state == ("downloaded" if "10" in length else "failed")
    assert (media.size or 0) <= 10
    assert sum(written) < 20_000_000
    assert len(list(storage.names())) == (1 if "10" in length else 0)


def test_a_size_that_graph_tells_is_refused_before_the_first_byte(number, serving, settings):
    settings.MEDIA_MAX_BYTES = 100
    meta = serving(picture())
    assert problem(fetched(receive(number, told(picture())))) == ("failed", "too_large")
    assert len(meta.requests) == 1


def test_after_seven_days_the_id_is_dead_and_nobody_asks(number, serving):
    meta = serving(picture())
    media = receive(number, told(picture()))
    assert problem(fetched(media, NOW + timedelta(days=7))) == ("expired", "expired")
    assert meta.requests == []


def test_a_lost_token_degrades_the_connection_and_its_files_wait(number, serving):
    meta = serving(picture())
    meta.refuse = lambda _path: LOST
    media, other = receive(number, told(b"", "1")), receive(number, told(b"", "2"))
    run()
    number.refresh_from_db()
    assert number.state == "degraded"
    assert problem(fetched(media)) == problem(fetched(other)) == ("pending", "no_access")
    assert (media.attempts, media.due_at) == (0, NOW + timedelta(minutes=15))
    meta.refuse = lambda _path: None
    assert fetched(media, media.due_at).state == "downloaded"


def test_without_a_stored_token_nothing_is_asked(number, serving):
    meta = serving(picture())
    vault.live(number.account, Credential.Kind.ACCESS_TOKEN).update(retired_at=NOW)
    assert problem(fetched(receive(number, told(picture())))) == ("pending", "no_access")
    assert meta.requests == []


def test_a_limit_of_calls_makes_all_files_of_the_number_wait(number, serving):
    meta = serving(picture())
    meta.refuse = lambda _path: (GRAPH_ERROR % ("Too many calls", 80007)).encode()
    for index in range(20):
        receive(number, told(b"", f"6{index}"))
    run()
    assert len(meta.requests) <= 8
    assert not Media.objects.filter(due_at__lte=NOW).exists()
    assert set(Media.objects.values_list("attempts", flat=True)) == {0}


def test_a_storage_that_takes_nothing_loses_nothing_and_is_told(number, serving, settings, tmp_path):
    full = tmp_path / "a file, where a folder should be"
    full.write_text("")
    settings.MEDIA_ROOT = full
    serving(picture())
    media = fetched(receive(number, told(picture())))
    assert problem(media) == ("pending", "storage")
    assert media.attempts == 0
    assert alerts.unsolved("media_storage", tenant=None, subject="").exists()
    settings.MEDIA_ROOT = tmp_path / "room"
    assert fetched(media, media.due_at).state == "downloaded"
    assert Alert.objects.get(kind="media_storage").state == "solved"


def test_while_the_storage_takes_nothing_a_round_stops_asking_meta(number, serving, settings, tmp_path):
    (tmp_path / "x").write_text("")
    settings.MEDIA_ROOT = tmp_path / "x"
    meta = serving(picture())
    for index in range(40):
        receive(number, told(b"", f"6{index}"))
    assert run() == 0
    assert len(meta.requests) < 20


def test_one_bad_file_stops_no_other(number, serving):
    meta = serving(picture())
    meta.refuse = lambda path: b'{"error": {"message": "gone", "code": 100}}' if "/bad" in path else None
    bad, good = receive(number, told(b"", "bad")), receive(number, told(b"", "good"))
    run()
    assert problem(fetched(bad)) == ("pending", "gone")
    assert fetched(good).state == "downloaded"


def test_a_person_asks_again_for_a_failed_file(number, serving):
    serving(picture())
    media = receive(number, told(picture()))
    Media.objects.update(state="failed", attempts=4, problem="gone")
    assert queue.retry(Media.objects.all(), NOW) == 1
    assert problem(fetched(media)) == ("downloaded", "")
    assert queue.retry(Media.objects.all(), NOW) == 0


@pytest.mark.parametrize(
    ("error", "course"),
    [
        (Unreachable("no"), Course.RETRY),
        (OutcomeUnknown("no"), Course.RETRY),
        (ForeignAddress("no"), Course.GIVE_UP),
        (Refused("no", ErrorKind.TOKEN), Course.WAIT),
        (Refused("no", ErrorKind.RATE_LIMITED, retry_after=90), Course.WAIT),
        (Refused("no", ErrorKind.CONTENT, http_status=404), Course.RETRY),
        (OSError(28, "No space left on device"), Course.WAIT),
        (KeyError("a bug"), Course.RETRY),
    ],
)
def test_every_error_has_its_course(error, course):
    failure = failure_of(error)
    assert failure.course is course
    assert decide(failure, 1, NOW + timedelta(days=1), NOW).due_at == (
        None if course is Course.GIVE_UP else NOW + (failure.pause or BACKOFF[0])
    )
    assert decide(failure, 1, NOW, NOW).state == "expired"
