"""From a message with a file to the file in the storage, and what is found out about it."""

import base64
import hashlib
import io
from datetime import timedelta

import pytest
from PIL import Image

from tenants import vault
from tenants.models import Credential
from tests.factories import NOW, make_account, make_number, make_tenant
from tests.simulator_client import SimulatorProcess
from tests.whatsapp.media_files import SCRIPT, bomb, fetched, picture, receive, run, sound, told
from tests.whatsapp.wire_server import refused_port
from whatsapp.media import download, inspection, storage
from whatsapp.models import Media

pytestmark = pytest.mark.django_db


def test_a_customers_picture_comes_all_the_way_from_a_simulated_meta(settings):
    with SimulatorProcess("http://127.0.0.1:9/nobody") as meta:
        settings.WHATSAPP_META_GRAPH_URL = meta.url
        made = meta.accounts(name="Studio Jana", numbers=[{"display_phone_number": "+55 11 4000-1234"}])
        account = make_account(make_tenant(), waba_id=made["waba_id"])
        vault.set_secret(account, Credential.Kind.ACCESS_TOKEN, made["token"])
        number = make_number(account.tenant, account, phone_number_id=made["numbers"][0]["phone_number_id"])
        sent = meta.inbound("5511988887777", type="image", image={"caption": "O corte"})["message"]
        media = fetched(receive(number, sent["image"], id=sent["id"]))
    assert (media.state, media.caption, media.sha256_differs) == ("downloaded", "O corte", False)
    assert (media.detected_type, media.width, media.height) == ("image/png", 320, 200)
    assert media.has_thumbnail


def test_a_file_is_stored_with_its_facts(number, serving):
    content = picture()
    serving(content)
    media = fetched(receive(number, told(content)))
    assert (media.state, media.problem, media.size) == ("downloaded", "", len(content))
    assert media.sha256 == hashlib.sha256(content).hexdigest()
    assert (media.detected_type, media.width, media.height) == ("image/jpeg", 640, 480)
    assert media.downloaded_at == NOW
    assert storage.open_file(media.object_name).read() == content


def test_its_name_in_the_storage_is_the_companys_and_cannot_be_guessed(number, serving):
    serving(picture())
    media = fetched(receive(number, told(picture(), filename="../../etc/passwd"), "document"))
    assert media.object_name.startswith(f"media/{number.tenant_id}/")
    assert len(media.key) == 32
    assert "passwd" not in media.object_name


@pytest.mark.parametrize(
    ("checksum", "differs"),
    [
        (lambda digest: base64.b64encode(digest).decode(), False),
        (lambda digest: base64.urlsafe_b64encode(digest).decode(), False),
        (lambda digest: digest.hex(), False),
        (lambda digest: digest.hex().upper(), False),
        (lambda _digest: "", False),
        (lambda _digest: base64.b64encode(b"0" * 32).decode(), True),
        (lambda _digest: "not a checksum", True),
    ],
    ids=["base64", "urlsafe", "hex", "upper", "none", "other", "broken"],
)
def test_another_checksum_is_shown_and_the_file_taken(number, serving, checksum, differs):
    serving(picture())
    media = fetched(receive(number, told(b"", sha256=checksum(hashlib.sha256(picture()).digest()))))
    assert (media.state, media.sha256_differs) == ("downloaded", differs)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (picture(kind="PNG"), "image/png"),
        (picture(kind="WEBP"), "image/webp"),
        (sound(), "audio/wav"),
        (b"%PDF-1.7\n%%EOF\n", "application/pdf"),
        (b"OggS\0\x02" + b"\0" * 22 + b"\x01\x13OpusHead", "audio/ogg"),
        (b"#!AMR\n<\x91", "audio/amr"),
        (b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41", "video/mp4"),
        (b"apenas texto", ""),
        (b"MZ\x90\x00" + b"\0" * 60, "application/vnd.microsoft.portable-executable"),
    ],
    ids=["png", "webp", "wav", "pdf", "ogg", "amr", "mp4", "text", "exe"],
)
def test_the_real_type_is_what_the_first_bytes_show(number, serving, content, found):
    serving(content)
    media = fetched(receive(number, told(content, mime_type="image/jpeg")))
    assert (media.mime_type, media.detected_type) == ("image/jpeg", found)


def test_of_several_possible_types_the_told_one_is_taken():
    head = b"PK\x03\x04\x14\0\x06\0" + b"\0" * 30 + b"[Content_Types].xml"
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert inspection.detect_type(head, sheet) == sheet
    assert inspection.detect_type(head, "text/html") != "text/html"


def test_a_page_that_calls_itself_a_picture_is_no_picture(number, serving):
    serving(SCRIPT)
    media = fetched(receive(number, told(SCRIPT)))
    assert not media.detected_type.startswith("image/")
    assert not media.has_thumbnail


def test_sound_has_a_duration(number, serving):
    serving(sound(1.5))
    assert fetched(receive(number, told(sound(1.5), mime_type="audio/wav"), "audio")).duration_ms == 1500


def test_a_thumbnail_is_small_upright_and_tells_no_place(number, serving):
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x8825] = {1: "S", 2: (23.0, 33.0, 0.0)}
    serving(picture(1600, 800, exif=exif))
    media = fetched(receive(number, told(b"")))
    small = Image.open(io.BytesIO(storage.open_file(media.thumbnail_name).read()))
    assert (small.format, small.size) == ("WEBP", (180, 360))
    assert not small.getexif()


@pytest.mark.parametrize("content", [bomb(), picture()[:500]], ids=["bomb", "torn"])
def test_a_picture_that_should_not_be_decoded_is_kept_without_a_thumbnail(number, serving, content):
    serving(content)
    media = fetched(receive(number, told(content)))
    assert (media.state, media.has_thumbnail) == ("downloaded", False)


def test_the_number_is_named_first_then_the_id_alone(number, serving):
    refusal = b'{"error": {"message": "Unsupported get request.", "type": "GraphMethodException", "code": 100}}'
    meta = serving(picture())
    meta.refuse = lambda path: refusal if "phone_number_id" in path else None
    media = fetched(receive(number, told(picture())))
    assert media.state == "downloaded"
    assert meta.asked[:2] == [f"/v25.0/640001?phone_number_id={number.phone_number_id}", "/v25.0/640001"]


def test_the_token_goes_to_graph_and_to_the_files_host(number, serving):
    meta = serving(picture())
    fetched(receive(number, told(picture())))
    assert len(meta.requests) == 2
    assert all("authorization: bearer sim-token-" in request.lower() for request in meta.requests)


def test_a_fresh_address_of_the_webhook_saves_the_question(number, serving):
    meta = serving(picture())
    media = receive(number, told(picture(), url=f"{meta.url}/told"))
    assert fetched(media).state == "downloaded"
    assert meta.asked == ["/told"]


def test_an_address_that_ran_out_is_asked_for_again(number, serving):
    meta = serving(picture())
    media = receive(number, told(picture(), url=f"{meta.url}/told"))
    fetched(media, NOW + timedelta(minutes=5))
    assert [path.partition("?")[0] for path in meta.asked] == ["/v25.0/640001", "/file"]


def test_a_told_address_of_another_host_is_not_asked(number, serving):
    meta = serving(picture())
    media = receive(number, told(picture(), url="https://evil.example/x"))
    assert fetched(media).state == "downloaded"
    assert [path.partition("?")[0] for path in meta.asked] == ["/v25.0/640001", "/file"]


@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden", "410 Gone"])
def test_a_404_of_the_files_host_asks_graph_once_more(number, serving, status):
    answers = iter([(b"", status), (picture(), "200 OK")])
    meta = serving(serve=lambda connection: connection.answer(*next(answers)))
    media = fetched(receive(number, told(picture())))
    assert (media.state, media.attempts) == ("downloaded", 1)
    assert [path.partition("?")[0] for path in meta.asked] == ["/v25.0/640001", "/file"] * 2


def test_many_files_are_downloaded_in_one_round(number, serving):
    serving(picture())
    for index in range(12):
        receive(number, told(b"", f"64{index}"))
    assert run() == 12
    assert set(Media.objects.values_list("state", flat=True)) == {"downloaded"}


def test_files_that_wait_begin_at_their_pace(number, serving, settings, monkeypatch):
    settings.MEDIA_DOWNLOAD_THREADS, settings.MEDIA_DOWNLOADS_A_SECOND = 2, 10
    pauses = []
    monkeypatch.setattr(download, "sleep", pauses.append)
    serving(picture(8, 8))
    for index in range(4):
        receive(number, told(b"", f"64{index}"))
    assert run() == 4
    assert pauses[0] == 0
    assert sum(pauses) > 0.1


def test_nothing_due_is_nothing_done(number):
    assert run() == 0


def test_without_a_server_the_file_waits_for_its_next_attempt(number, settings):
    with refused_port() as settings.WHATSAPP_META_GRAPH_URL:
        media = fetched(receive(number, told(picture())))
    assert (media.state, media.attempts, media.due_at) == ("pending", 1, NOW + timedelta(minutes=1))
