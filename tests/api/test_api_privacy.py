"""Blocking, exporting and erasing a person by REST: as in the console, with the company's key."""

import io
import json
import zipfile

import pytest

from notifications.models import NotificationJob
from tenants import archive
from tenants.exporting import StoredFile
from tenants.models import AuditEntry, Contact
from tests.factories import NOW, make_contact
from tests.notifications.jobs import first_number, promise
from whatsapp.media import storage
from whatsapp.models import Media, Message


@pytest.fixture
def maria(tenant):
    return make_contact(tenant)


def ask(api, contact, act, body=None):
    return api.post(f"/api/v1/contacts/{contact.pk}/{act}/", body or {}, format="json")


def picture(tenant, contact, name="../../foto <x>.png", content=b"PNG"):
    number = first_number(tenant)
    message = Message.objects.create(
        tenant=tenant, number=number, contact=contact, direction="inbound", origin="customer", type="image"
    )
    values = {"provider_media_id": "1", "type": "image", "file_name": name, "expires_at": NOW, "state": "downloaded"}
    media = Media.objects.create(tenant=tenant, number=number, message=message, **values)
    storage.put_bytes(media.object_name, content)
    return media


def test_a_blocked_person_gets_nothing_until_unblocked(api, tenant, maria):
    promise(tenant)
    answer = ask(api, maria, "block", {"reason": "golpe"})
    assert (answer.status_code, answer.json()["providers"]) == (200, [])
    assert answer.json()["contact"]["blocked_at"]
    assert (Contact.objects.get().block_reason, NotificationJob.objects.get().state) == ("golpe", "cancelled")
    assert ask(api, maria, "block", {"reason": "golpe"}).status_code == 409
    assert ask(api, maria, "unblock").json()["contact"]["blocked_at"] is None
    assert ask(api, maria, "unblock").status_code == 409


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, None])
def test_a_block_needs_a_reason_that_fits(api, maria, reason):
    assert ask(api, maria, "block", {"reason": reason}).status_code == 400
    assert Contact.objects.get().blocked_at is None


def test_everything_of_a_person_comes_as_a_document_and_the_trail_tells_who_asked(api, tenant, maria):
    media = picture(tenant, maria)
    document = ask(api, maria, "export").json()
    assert (document["contact"]["name"], document["files"][0]["id"]) == ("Maria Silva", media.pk)
    assert AuditEntry.objects.get(action="contact.exported").actor_label.startswith("API: test")


def test_the_files_stand_beside_the_document_under_harmless_names(api, tenant, maria):
    media = picture(tenant, maria)
    answer = ask(api, maria, "export", {"files": True})
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as zipped:
        assert zipped.testzip() is None
        assert zipped.namelist() == ["contact.json", f"files/{media.pk}-foto <x>.png"]
        assert zipped.read(f"files/{media.pk}-foto <x>.png") == b"PNG"
        assert json.loads(zipped.read("contact.json"))["files"][0]["id"] == media.pk


def test_a_file_that_the_storage_lost_is_named(api, tenant, maria):
    media = picture(tenant, maria, "foto.png")
    storage.delete(media.object_name)
    answer = ask(api, maria, "export", {"files": True})
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as zipped:
        assert zipped.read("missing-files.txt").decode() == f"files/{media.pk}-foto.png"


def test_a_large_file_is_sent_piece_by_piece():
    size = 40 * archive.CHUNK
    pieces = list(archive.stream({}, [StoredFile("files/1", NOW, lambda: io.BytesIO(b"x" * size))]))
    assert max(map(len, pieces)) < 2 * archive.CHUNK
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as zipped:
        assert len(zipped.read("files/1")) == size


def test_an_erased_person_is_nowhere(api, tenant, maria):
    assert api.delete(f"/api/v1/contacts/{maria.pk}/").status_code == 204
    assert api.get(f"/api/v1/contacts/{maria.pk}/").status_code == 404
    assert api.delete(f"/api/v1/contacts/{maria.pk}/").status_code == 404
    assert Contact.objects.get().erased_at


def test_nobody_is_erased_while_a_message_is_being_sent(api, tenant, maria):
    promise(tenant)
    NotificationJob.objects.update(state="sending")
    assert api.delete(f"/api/v1/contacts/{maria.pk}/").status_code == 409
    assert Contact.objects.get().erased_at is None


def test_another_company_does_none_of_it(strangers_api, tenant, maria):
    for act in ("block", "unblock", "export"):
        assert ask(strangers_api, maria, act, {"reason": "x"}).status_code == 404
    assert strangers_api.delete(f"/api/v1/contacts/{maria.pk}/").status_code == 404
    assert Contact.objects.get().name == "Maria Silva"
