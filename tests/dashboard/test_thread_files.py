"""Files in a conversation: those that came, and those that a person sends."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.dashboard.test_thread_page import page
from tests.dashboard.threads import given, hear, png, queued, say, talk, with_file
from whatsapp.content import File
from whatsapp.models import UploadedFile

pytestmark = pytest.mark.django_db


def test_a_picture_goes_with_its_caption(send, jana, meta):
    row = talk(jana)
    assert send(row, "arquivo/", file=png(), caption="O corte novo").status_code == 200
    content = queued()[0].content
    assert (content["type"], content["id"], content["caption"]) == ("image", "777", "O corte novo")


def test_the_same_picture_sent_twice_goes_once(send, jana, meta):
    row = talk(jana)
    for _ in range(2):
        send(row, "arquivo/", file=png(), caption="")
    assert len(queued()) == 1


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("a.exe", b"MZ" + bytes(200), "application/x-msdownload"), "não aceita arquivos deste tipo"),
        (SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n" + bytes(5 * 1024 * 1024), "image/png"), "5,0\xa0MB"),
        (SimpleUploadedFile("a.txt", b"", "text/plain"), ""),
        ("", ""),
    ],
)
def test_a_file_that_whatsapp_does_not_take_is_told_before(send, jana, meta, file, words):
    answer = send(talk(jana), "arquivo/", file=file)
    assert answer.status_code == 422
    assert words in " ".join(answer.json()["problems"]["file"])
    assert queued() == []


def test_a_file_that_meta_does_not_take_is_told(send, jana, meta):
    meta.replace("POST", re.compile(r".*"), json={"error": {"code": 131053, "message": "no"}}, status=400)
    assert send(talk(jana), "arquivo/", file=png()).json()["problems"]["file"]
    assert queued() == []


def test_what_was_sent_can_be_seen(send, jana, operator, meta):
    row = talk(jana)
    send(row, "arquivo/", file=png())
    upload = UploadedFile.objects.get()
    answer = operator.get(f"/midia/enviada/{upload.pk}/")
    assert answer["Content-Type"] == "image/png"
    assert b"".join(answer.streaming_content) == png().read()
    assert f'src="/midia/enviada/{upload.pk}/"' in page(operator, row)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"state": "pending"}, "O arquivo está sendo buscado na Meta."),
        ({"state": "failed", "problem": "too_large"}, "maior do que este servidor aceita"),
        ({"state": "expired", "problem": "expired"}, "7 dias"),
        ({"detected_type": "application/x-dosexec", "file_name": "foto.jpg"}, "não é do tipo informado"),
    ],
)
def test_a_file_that_cannot_be_shown_says_why(jana, operator, values, words):
    row = talk(jana)
    with_file(hear(row, type_="image", told={"caption": "veja"}), **values)
    html = page(operator, row)
    assert words in html
    assert "<img" not in html.partition('id="thread-items"')[2].partition("</ol>")[0]


@pytest.mark.parametrize(("type_", "element"), [("image", "<img"), ("audio", "<audio"), ("video", "<video")])
def test_a_file_plays_where_it_stands(jana, operator, type_, element):
    row = talk(jana)
    file = with_file(hear(row, type_=type_, told={}), has_thumbnail=type_ == "image", width=800, height=400)
    html = page(operator, row)
    assert element in html
    assert f"/midia/{file.pk}/" in html


def test_a_document_has_name_size_and_download(jana, operator):
    row = talk(jana)
    file = with_file(hear(row, type_="document", told={}), file_name="exame.pdf", detected_type="application/pdf")
    html = page(operator, row)
    assert "exame.pdf" in html
    assert "PDF" in html
    assert f'href="/midia/{file.pk}/"' in html


def test_a_file_of_ours_has_the_name_under_which_it_was_given(jana, operator):
    row = talk(jana)
    given(row, media_id="77", type="document", file_name="corte.pdf", mime_type="application/pdf")
    say(row, File("document", id="77", caption="novo"))
    html = page(operator, row)
    assert "corte.pdf" in html
    assert "2,0\xa0KB" in html
