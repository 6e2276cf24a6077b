"""Blue ticks, "typing…" and files by REST, against the simulated Meta."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from notifications.models import NotificationJob
from tenants import vault
from tenants.models import Credential, PhoneNumber
from tests.factories import make_contact
from tests.simulator_client import SimulatorProcess
from whatsapp import conversations
from whatsapp.models import Conversation, Message, UploadedFile

PHONE = "5511988887777"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100


@pytest.fixture(scope="module")
def meta() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(webhook_url="http://127.0.0.1:9/nobody") as process:
        yield process


@pytest.fixture
def number(meta, tenant, settings) -> PhoneNumber:
    settings.WHATSAPP_META_GRAPH_URL = meta.url
    number = PhoneNumber.objects.get(tenant=tenant)
    told = meta.accounts(
        waba_id=number.account.waba_id,
        numbers=[{"phone_number_id": number.phone_number_id, "display_phone_number": "+55 11 3333-4444"}],
    )
    vault.set_secret(number.account, Credential.Kind.ACCESS_TOKEN, told["token"])
    yield number
    meta.reset()


@pytest.fixture
def thread(number) -> Conversation:
    return conversations.open_for(number, make_contact(number.tenant))


def wrote(thread: Conversation, wamid: str, **values) -> Message:
    defaults = {"tenant": thread.tenant, "number": thread.number, "contact": thread.contact, "type": "text"}
    defaults |= {"direction": "inbound", "origin": "customer", "occurred_at": timezone.now()}
    return Message.objects.create(conversation=thread, provider_message_id=wamid, **(defaults | values))


@pytest.mark.parametrize("verb", ["read", "typing"])
def test_the_customers_newest_message_is_marked(api, meta, thread, verb):
    wrote(thread, meta.inbound(PHONE, text="oi", to=thread.number.phone_number_id)["wamid"])
    assert api.post(f"/api/v1/conversations/{thread.pk}/{verb}/").status_code == 200


def test_where_nothing_can_be_marked_it_is_a_conflict(api, thread):
    wrote(thread, "wamid.old", occurred_at=timezone.now() - timedelta(days=31))
    assert api.post(f"/api/v1/conversations/{thread.pk}/read/").status_code == 409


def test_metas_refusal_is_told_in_words(api, thread):
    wrote(thread, "wamid.unknown")
    answer = api.post(f"/api/v1/conversations/{thread.pk}/read/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "provider_error")
    assert answer.json()["error"]["message"]


def test_another_companys_conversation_is_not_there(strangers_api, thread):
    assert strangers_api.post(f"/api/v1/conversations/{thread.pk}/read/").status_code == 404


def upload(api, number, content: bytes = PNG, mime_type: str = "image/png", **values):
    file = SimpleUploadedFile("foto.png", content, content_type=mime_type)
    body = {"file": file, "phone_number_id": number.phone_number_id} | values
    return api.post("/api/v1/uploads/", body, format="multipart")


def test_a_file_is_given_once_and_named_for_thirty_days(api, number):
    first, second = upload(api, number), upload(api, number)
    assert first.status_code == 201, first.content
    assert first.json() == second.json()
    row = UploadedFile.objects.get()
    assert (row.type, row.size, row.media_id) == ("image", len(PNG), first.json()["media_id"])
    assert timedelta(days=29) < row.expires_at - timezone.now() <= timedelta(days=30)


def test_a_file_whose_time_is_nearly_over_is_given_again(api, number):
    upload(api, number)
    UploadedFile.objects.update(expires_at=timezone.now() + timedelta(hours=1))
    assert upload(api, number).status_code == 201
    assert UploadedFile.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "mime_type", "field"),
    [
        (PNG, "image/gif", "file"),
        (PNG, "application/x-msdownload", "file"),
        (b"0" * (5 * 1024 * 1024 + 1), "image/png", "file"),
        (b"", "image/png", "file"),
    ],
    ids=["gif", "program", "too large", "empty"],
)
def test_a_file_that_meta_does_not_take_is_refused_here(api, number, content, mime_type, field):
    answer = upload(api, number, content, mime_type)
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, [field])
    assert UploadedFile.objects.count() == 0


def test_a_file_is_for_a_number_of_the_company_itself(strangers_api, number):
    answer = upload(strangers_api, number)
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["phone_number_id"])


def send(api, media_id, **values):
    body = {"to": f"+{PHONE}", "type": "image", "image": {"id": media_id}} | values
    return api.post("/api/v1/messages/", body, format="json")


def test_an_uploaded_file_is_sent_by_its_id_while_it_lasts(api, number):
    media_id = upload(api, number).json()["media_id"]
    assert send(api, media_id).status_code == 202
    UploadedFile.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = send(api, media_id)
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["image.id"])
    assert NotificationJob.objects.count() == 1
