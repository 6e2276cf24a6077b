"""The door of files: whose they are, and that nothing in them can run."""

import pytest
from django.test import Client

from tests.dashboard.people import browser
from tests.factories import NOW, make_api_key, make_tenant
from tests.whatsapp.media_files import SCRIPT, fetched, picture, receive, told
from whatsapp.media import storage
from whatsapp.models import Media

pytestmark = pytest.mark.django_db


@pytest.fixture
def stored(number, serving):
    """Makes a downloaded file of a content and a told name."""

    def make(content, **values):
        serving(content)
        return fetched(receive(number, told(content, **values), "document"))

    return make


def body(answer):
    return b"".join(answer.streaming_content)


def test_a_member_sees_a_picture_in_place(number, stored):
    media = stored(picture(), filename="corte.jpg")
    answer = browser(number.tenant, "viewer").get(f"/midia/{media.pk}/")
    assert body(answer) == picture()
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"] == 'inline; filename="corte.jpg"'
    assert answer["Content-Length"] == str(len(picture()))


def test_a_stranger_gets_404_and_somebody_signed_out_the_sign_in(number, stored):
    media = stored(picture())
    stranger = browser(make_tenant(), "owner")
    for path in (f"/midia/{media.pk}/", f"/midia/{media.pk}/miniatura/"):
        assert stranger.get(path).status_code == 404
        assert Client().get(path).url.startswith("/entrar/")
        assert browser(number.tenant).post(path, {"tenant": str(number.tenant_id)}).status_code == 405


def test_every_answer_forbids_guessing_scripts_and_shared_memory(number, stored):
    media = stored(picture())
    client = browser(number.tenant)
    for path in (f"/midia/{media.pk}/", f"/midia/{media.pk}/miniatura/"):
        answer = client.get(path)
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["Cache-Control"] == "private, no-cache"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("content", "mime_type"),
    [
        (SCRIPT, "image/jpeg"),
        (SCRIPT, "text/html"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "image/svg+xml"),
        (b"%PDF-1.7\n%%EOF\n", "application/pdf"),
        (b"var x = 1", "text/javascript"),
        (b"<?xml version='1.0'?><x/>", "application/xml"),
    ],
)
def test_what_could_run_is_a_download_without_a_type_whatever_was_told(number, stored, content, mime_type):
    media = stored(content, mime_type=mime_type, filename="a.html")
    answer = browser(number.tenant).get(f"/midia/{media.pk}/")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert body(answer) == content


@pytest.mark.parametrize(
    ("told_name", "shown"),
    [
        ('a"b\r\nSet-Cookie: x=1.jpg', 'inline; filename="a\\"bSet-Cookie: x=1.jpg"'),
        ("../../etc/passwd", 'inline; filename="passwd"'),
        ("C:\\fotos\\corte.jpg", 'inline; filename="corte.jpg"'),
        ("fatura\u202egpj.exe", 'inline; filename="faturagpj.exe"'),
        ("orçamento.jpg", "inline; filename*=utf-8''or%C3%A7amento.jpg"),
        ("", 'inline; filename="document-{pk}.jpg"'),
        ("..", 'inline; filename="document-{pk}.jpg"'),
    ],
)
def test_a_name_from_outside_can_do_nothing(number, stored, told_name, shown):
    media = stored(picture(), filename=told_name)
    answer = browser(number.tenant).get(f"/midia/{media.pk}/")
    assert answer["Content-Disposition"] == shown.format(pk=media.pk)


@pytest.mark.parametrize(
    ("asked", "status", "told_range", "part"),
    [
        ("bytes=0-9", 206, "bytes 0-9/{size}", slice(0, 10)),
        ("bytes=10-", 206, "bytes 10-{last}/{size}", slice(10, None)),
        ("bytes=-5", 206, "bytes {tail}-{last}/{size}", slice(-5, None)),
        ("bytes=0-99999999", 206, "bytes 0-{last}/{size}", slice(None)),
        ("bytes=5-2", 200, None, slice(None)),
        ("bytes=0-1,5-6", 200, None, slice(None)),
        ("lines=1-2", 200, None, slice(None)),
    ],
)
def test_a_player_gets_the_part_it_asks_for(number, stored, asked, status, told_range, part):
    content = picture()
    media = stored(content)
    answer = browser(number.tenant).get(f"/midia/{media.pk}/", headers={"Range": asked})
    found = body(answer)
    size = len(content)
    assert (answer.status_code, found) == (status, content[part])
    assert answer["Content-Length"] == str(len(found))
    expected = told_range and told_range.format(size=size, last=size - 1, tail=size - 5)
    assert answer.get("Content-Range") == expected


@pytest.mark.parametrize("asked", ["bytes=999999-", "bytes=-0"])
def test_a_part_beyond_the_end_is_told_so(number, stored, asked):
    media = stored(picture())
    answer = browser(number.tenant).get(f"/midia/{media.pk}/", headers={"Range": asked})
    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(picture())}")


def test_what_the_browser_has_is_not_sent_again(number, stored):
    media = stored(picture())
    client = browser(number.tenant)
    etag = client.get(f"/midia/{media.pk}/")["ETag"]
    again = client.get(f"/midia/{media.pk}/", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


def test_a_thumbnail_is_a_small_webp(number, stored):
    media = stored(picture())
    answer = browser(number.tenant).get(f"/midia/{media.pk}/miniatura/")
    assert answer["Content-Type"] == "image/webp"
    assert body(answer)[:4] == b"RIFF"


@pytest.mark.parametrize("state", ["pending", "downloading", "failed", "expired"])
def test_what_is_not_downloaded_is_not_there(number, stored, state):
    media = stored(picture())
    Media.objects.update(state=state)
    assert browser(number.tenant).get(f"/midia/{media.pk}/").status_code == 404


def test_a_file_that_the_storage_lost_is_a_404(number, stored):
    media = stored(picture())
    storage.delete(media.object_name)
    assert browser(number.tenant).get(f"/midia/{media.pk}/").status_code == 404


def key_of(tenant):
    return {"X-API-Key": make_api_key(tenant)}


def test_the_api_tells_of_a_file_and_gives_it(number, stored, client):
    media = stored(picture(), filename="corte.jpg", caption="assim")
    headers = key_of(number.tenant)
    told_of = client.get(f"/api/v1/media/{media.pk}/", headers=headers).json()
    assert (told_of["state"], told_of["file_name"], told_of["problem"]) == ("downloaded", "corte.jpg", None)
    assert body(client.get(told_of["content"], headers=headers | {"Accept": "image/*"})) == picture()
    assert client.get(told_of["thumbnail"], headers=headers).status_code == 200


def test_the_api_gives_nothing_of_another_company(number, stored, client):
    media = stored(picture())
    headers = key_of(make_tenant())
    for path in ("", "content/", "thumbnail/"):
        assert client.get(f"/api/v1/media/{media.pk}/{path}", headers=headers).status_code == 404
    assert client.get("/api/v1/media/", headers=headers).json()["results"] == []


def test_the_api_lists_by_message_and_asks_again_for_a_failed_one(number, stored, client):
    media = stored(picture())
    Media.objects.update(state="failed", problem="gone", attempts=4)
    headers = key_of(number.tenant)
    (row,) = client.get("/api/v1/media/", {"message": media.message_id, "state": "failed"}, headers=headers).json()[
        "results"
    ]
    assert (row["problem"]["code"], row["content"]) == ("gone", None)
    assert client.get(f"/api/v1/media/{media.pk}/content/", headers=headers).status_code == 404
    assert client.post(f"/api/v1/media/{media.pk}/retry/", headers=headers).json()["state"] == "pending"
    assert client.post(f"/api/v1/media/{media.pk}/retry/", headers=headers).status_code == 409


def test_the_admin_asks_again_and_shows_no_address_of_the_storage(number, stored):
    media = stored(picture())
    Media.objects.update(state="failed", problem="gone", attempts=4, due_at=NOW)
    client = browser(number.tenant, "operator", is_staff=True)
    client.post("/admin/whatsapp/media/", {"action": "retry", "_selected_action": [media.pk]})
    media.refresh_from_db()
    assert (media.state, media.attempts) == ("pending", 0)
    assert media.key not in client.get(f"/admin/whatsapp/media/{media.pk}/change/").content.decode()
