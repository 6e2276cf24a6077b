"""A message with a file makes a row at once, in the message's own transaction, whatever comes of the file."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import NOW
from tests.whatsapp.media_files import PDF, picture, receive, told
from tests.whatsapp.meta_bodies import envelope, process_all, seconds, take
from whatsapp import inbox, valkey
from whatsapp.media.queue import DOWNLOAD_TASK
from whatsapp.models import HandlerFailure, Media

pytestmark = pytest.mark.django_db


def test_what_the_webhook_tells_is_kept_as_it_came(number):
    file = told(PDF, mime_type="application/pdf", filename="orçamento.pdf", caption="Pode ver?", sha256="x")
    media = receive(number, file, "document")
    assert (media.state, media.attempts, media.type) == ("pending", 0, "document")
    assert (media.file_name, media.caption) == ("orçamento.pdf", "Pode ver?")
    assert (media.mime_type, media.sha256_told) == ("application/pdf", "x")
    assert (media.tenant, media.message.provider_message_id) == (number.tenant, "wamid.640001")
    assert media.expires_at == NOW + timedelta(days=7)


def test_voice_messages_and_animated_stickers_are_told_apart(number):
    assert receive(number, told(b"", "1", mime_type="audio/ogg; codecs=opus", voice=True), "audio").voice
    assert receive(number, told(b"", "2", mime_type="image/webp", animated=True), "sticker").animated


def test_a_told_address_is_good_for_five_minutes(number):
    media = receive(number, told(picture(), url="https://lookaside.fbsbx.com/x"))
    assert media.url_expires_at == NOW + timedelta(minutes=5)


def test_the_same_delivery_twice_makes_one_row(number):
    receive(number, told(picture()))
    receive(number, told(picture(), url="https://lookaside.fbsbx.com/fresh"))
    assert Media.objects.count() == 1


def test_a_file_that_comes_later_hangs_on_the_message_that_is_known(number):
    take(envelope({"messages": [{"from": "5511988887777", "id": "wamid.h", "timestamp": str(seconds()),
                                 "type": "media_placeholder"}]}))  # fmt: skip
    media = receive(number, told(picture()), id="wamid.h")
    assert media.message.provider_message_id == "wamid.h"
    assert number.messages.count() == 1


def test_a_file_that_the_business_sends_from_its_phone_is_recorded_too(number):
    echo = {"from": "551133334444", "to": "5511988887777", "id": "wamid.e", "timestamp": str(seconds()),
            "type": "image", "image": told(picture())}  # fmt: skip
    take(envelope({"message_echoes": [echo]}, field="smb_message_echoes"))
    media = Media.objects.get()
    assert (media.message.direction, media.lane) == ("outbound", "live")


@pytest.mark.parametrize("words", ["messages", "message_echoes"])
def test_files_of_the_history_come_after_their_placeholder_and_let_live_ones_go_first(number, words):
    item = {"from": "5511988887777", "to": "551133334444", "id": "wamid.h", "timestamp": str(seconds(-86400)),
            "type": "image", "image": told(picture())}  # fmt: skip
    take(envelope({words: [item]}, field="history"))
    media = Media.objects.get()
    assert (media.message.provider_message_id, media.message.origin, media.lane) == ("wamid.h", "history", "history")
    assert media.expires_at == NOW + timedelta(days=7)


@pytest.mark.parametrize("file", [{"mime_type": "image/jpeg"}, {"id": 7.5, "mime_type": None}, {"id": []}, "text"])
def test_a_message_without_a_usable_id_makes_no_row_and_no_failure(number, file):
    message = {"from": "5511988887777", "id": "wamid.x", "timestamp": str(seconds()), "type": "image", "image": file}
    take(envelope({"messages": [message]}))
    assert number.messages.count() == 1
    assert not Media.objects.exists()
    assert not HandlerFailure.objects.exists()


def test_values_that_no_column_holds_are_cut(number):
    file = told(b"", filename="a" * 500, mime_type="b" * 500, sha256="c" * 500, caption="d\x00e")
    media = receive(number, file, "document")
    assert (len(media.file_name), len(media.mime_type), len(media.sha256_told)) == (240, 200, 100)
    assert media.caption == "d\ufffde"


def test_a_hundred_files_of_one_body_cost_no_more_statements_than_two(number):
    def body(start, count):
        told_files = [told(b"", f"{start + index}") for index in range(count)]
        return envelope({"messages": [
            {"from": "5511988887777", "id": f"wamid.{file['id']}", "timestamp": str(seconds()), "type": "image",
             "image": file} for file in told_files
        ]})  # fmt: skip

    take(body(0, 1))
    inbox.receive("meta", json.dumps(body(100, 2)).encode(), NOW)
    with CaptureQueriesContext(connection) as few:
        process_all()
    inbox.receive("meta", json.dumps(body(1000, 100)).encode(), NOW)
    with CaptureQueriesContext(connection) as many:
        process_all()
    assert len(many) == len(few)
    assert Media.objects.count() == 103


def test_the_commit_rings_and_nothing_is_fetched_before(number, django_capture_on_commit_callbacks, clean_valkey):
    with django_capture_on_commit_callbacks() as callbacks:
        receive(number, told(picture()))
    assert not clean_valkey.keys(f"recado:bell:{DOWNLOAD_TASK}*")
    for callback in callbacks:
        callback()
    assert clean_valkey.keys(f"recado:bell:{DOWNLOAD_TASK}*")


def test_without_a_broker_the_row_is_there_all_the_same(number, no_broker, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        receive(number, told(picture()))
    assert valkey.breaker.is_open
    assert Media.objects.count() == 1
