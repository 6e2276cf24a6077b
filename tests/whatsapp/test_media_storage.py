"""Where files are: a folder without halves and orphans, and S3 as a real client and server speak it."""

import errno
import os
import time
import uuid

import boto3
import pytest
import requests
from django.core.files.storage import default_storage
from django.utils import timezone
from moto.server import ThreadedMotoServer

from config.storage import storage_of
from tests.dashboard.people import browser
from tests.factories import make_number, make_tenant
from tests.whatsapp.media_files import SCRIPT, fetched, picture, receive, run, told
from whatsapp import uploads
from whatsapp.media import cleaning, storage
from whatsapp.models import Media, UploadedFile

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture(scope="module")
def s3_server():
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"{host}:{port}"
    server.stop()


@pytest.fixture
def s3(s3_server, settings):
    """An S3 with an empty bucket, as our storage."""
    bucket = f"recado-{uuid.uuid4().hex}"
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "a/secret", "region_name": "sa-east-1"}
    client = boto3.client("s3", endpoint_url=f"http://{s3_server}", **keys)
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "sa-east-1"})
    url = f"s3://key:a%2Fsecret@{s3_server}/{bucket}?region=sa-east-1&tls=off"
    settings.STORAGES = settings.STORAGES | {"default": storage_of(url)}
    client.bucket = bucket
    return client


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def full_disk(*_args, **_kwargs):
    raise OSError(errno.ENOSPC, "No space left on device")


# --- a folder ---------------------------------------------------------------------------------------------------------


def test_a_put_file_has_its_name_at_once_and_whole(folder):
    with storage.scratch() as file:
        file.write(b"one")
        assert [name for name in files_in(folder) if not name.startswith("incoming/")] == []
        storage.put("media/x", file)
    assert files_in(folder) == ["media/x"]
    assert (folder / "media/x").stat().st_mode & 0o007 == 0


def test_what_was_not_put_is_gone(folder):
    with storage.scratch() as file:
        file.write(b"half")
        file.flush()
        assert len(files_in(folder)) == 1
    assert files_in(folder) == []


def test_a_second_attempt_writes_over_the_first(folder):
    for content in (b"first, longer", b"second"):
        storage.put_bytes("media/x", content)
    assert files_in(folder) == ["media/x"]
    assert storage.open_file("media/x").read() == b"second"


@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_a_disk_that_is_full_at_the_last_moment_leaves_nothing(number, serving, folder, monkeypatch, step):
    serving(picture())
    media = receive(number, told(picture()))
    with monkeypatch.context() as broken:
        broken.setattr(storage.os, "fsync", full_disk) if step == "fsync" else broken.setattr(
            default_storage, "save", full_disk
        )
        run()
    assert files_in(folder) == []
    media.refresh_from_db()
    assert (media.state, media.problem, media.attempts) == ("pending", "storage", 0)
    assert fetched(media, media.due_at).state == "downloaded"


def test_files_whose_message_was_deleted_are_cleaned_and_no_others(number, serving):
    serving(picture())
    gone, kept = receive(number, told(b"", "1")), receive(number, told(b"", "2"))
    run()
    gone.message.delete()
    assert cleaning.clean() == 2
    assert sorted(storage.names()) == sorted([kept.object_name, kept.thumbnail_name])


def test_what_a_killed_worker_was_receiving_is_cleaned_after_an_hour(folder):
    with storage.scratch():
        pass
    for name, age in (("old", 7200), ("new", 60)):
        path = folder / "incoming" / name
        path.write_bytes(b"half")
        os.utime(path, (time.time() - age, time.time() - age))
    assert cleaning.clean() == 1
    assert files_in(folder) == ["incoming/new"]


# --- S3 ---------------------------------------------------------------------------------------------------------------


def objects(s3):
    return {found["Key"]: found["Size"] for found in s3.list_objects_v2(Bucket=s3.bucket).get("Contents", [])}


def test_a_file_goes_to_s3_with_its_thumbnail(number, serving, s3):
    serving(picture())
    media = fetched(receive(number, told(picture())))
    assert media.state == "downloaded"
    assert set(objects(s3)) == {media.object_name, media.thumbnail_name}
    assert s3.get_object(Bucket=s3.bucket, Key=media.object_name)["Body"].read() == picture()


def test_a_browser_is_sent_to_s3_with_an_address_that_says_what_is_answered(number, serving, s3):
    serving(SCRIPT)
    media = fetched(receive(number, told(SCRIPT, filename="a.html"), "document"))
    away = browser(number.tenant).get(f"/midia/{media.pk}/")
    assert (away.status_code, away["Cache-Control"]) == (302, "private, no-store")
    answer = requests.get(away.url, timeout=5)
    assert answer.content == SCRIPT
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="a.html"'
    assert "X-Amz-Expires=60" in away.url


def test_a_thumbnail_at_s3_comes_through_the_door(number, serving, s3):
    serving(picture())
    media = fetched(receive(number, told(picture())))
    answer = browser(number.tenant).get(f"/midia/{media.pk}/miniatura/")
    assert (answer.status_code, b"".join(answer.streaming_content)[:4]) == (200, b"RIFF")


def test_orphans_at_s3_are_cleaned(number, serving, s3):
    serving(picture())
    media = fetched(receive(number, told(picture())))
    storage.put_bytes("media/nobody/2026-11/abc", b"x")
    assert cleaning.clean() == 1
    assert set(objects(s3)) == {media.object_name, media.thumbnail_name}


def test_an_s3_that_is_away_makes_files_wait(number, serving, s3, settings):
    serving(picture())
    settings.STORAGES = settings.STORAGES | {"default": storage_of("s3://key:secret@127.0.0.1:1/bucket?tls=off")}
    media = fetched(receive(number, told(picture())))
    assert (media.state, media.problem, media.attempts) == ("pending", "storage", 0)
    assert "secret" not in Media.objects.get().problem_detail


def test_a_larger_file_reaches_s3_in_parts_without_being_held(number, serving, s3):
    content = os.urandom(12 * 1024 * 1024)
    serving(content)
    media = fetched(receive(number, told(content), "document"))
    assert (media.state, objects(s3)[media.object_name], media.sha256_differs) == ("downloaded", len(content), False)


def test_the_copy_of_an_upload_goes_with_its_row(folder):
    number = make_number(make_tenant())
    given = {"tenant": number.tenant, "number": number, "size": 1, "expires_at": timezone.now()}
    row = UploadedFile.objects.create(media_id="1", type="image", mime_type="image/png", sha256="a" * 64, **given)
    storage.put_bytes(uploads.object_name(row), b"x")
    assert cleaning.clean() == 0
    row.delete()
    assert cleaning.clean() == 1
    assert files_in(folder) == []
