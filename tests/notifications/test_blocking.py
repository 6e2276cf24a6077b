"""A blocked person gets nothing, whatever Meta says of it; and may be let in again."""

import json

import pytest
from django.db import transaction

from notifications import blocking
from notifications.models import NotificationJob
from tenants import merging
from tenants.models import AuditEntry, Contact
from tests.factories import MARIA, NOW, make_contact, make_person, make_ready_tenant
from tests.notifications.jobs import first_number, open_window, promise, run, write_by_hand

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant():
    return make_ready_tenant()


@pytest.fixture
def maria(tenant, willing_meta):
    """She wrote to the company's number just now, and has a notice waiting."""
    thread = open_window(promise(tenant))
    thread.last_inbound_at = NOW
    thread.save()
    return thread.contact


def asked(meta):
    return [
        (call.request.method, json.loads(call.request.body)) for call in meta.calls if "block_users" in call.request.url
    ]


def test_meta_keeps_a_blocked_person_out(maria, willing_meta):
    (answer,) = blocking.block(maria, "ofensas", now=NOW)
    body = {"messaging_product": "whatsapp", "block_users": [{"user": MARIA}]}
    assert (answer.refusal, asked(willing_meta)) == ("", [("POST", body)])
    assert maria.conversations.get().blocked_at == NOW


def test_what_waits_is_cancelled_with_the_reason(tenant, maria):
    blocking.block(maria, "ofensas", now=NOW)
    job = NotificationJob.objects.get()
    assert (job.state, job.reason_code, job.reason_detail) == ("cancelled", "contact_blocked", {"reason": "ofensas"})


def test_nothing_is_sent_while_the_person_is_blocked(tenant, maria):
    blocking.block(maria, "ofensas", now=NOW)
    job = write_by_hand(tenant)
    run()
    job.refresh_from_db()
    assert (job.state, job.reason_code) == ("skipped", "contact_blocked")


def test_metas_refusal_is_told_and_recados_word_counts_all_the_same(maria, willing_meta):
    refusal = {"error": {"message": "(#139100) no", "code": 139100}}
    willing_meta.replace("POST", willing_meta.registered()[4].url, json=refusal, status=400)
    (answer,) = blocking.block(maria, "ofensas", now=NOW)
    assert "24" in answer.refusal
    maria.refresh_from_db()
    assert (maria.blocked_at, maria.conversations.get().blocked_at) == (NOW, None)


def test_an_unblocked_person_may_write_and_be_written_to(tenant, maria, willing_meta):
    blocking.block(maria, "ofensas", now=NOW)
    blocking.unblock(maria)
    assert [method for method, _body in asked(willing_meta)] == ["POST", "DELETE"]
    contact = Contact.objects.get(pk=maria.pk)
    assert (contact.blocked_at, contact.block_reason, contact.conversations.get().blocked_at) == (None, "", None)


def test_what_meta_did_not_unblock_is_asked_again(maria, willing_meta):
    blocking.block(maria, "ofensas", now=NOW)
    url = willing_meta.registered()[-1].url
    willing_meta.replace("DELETE", url, json={"error": {"message": "(#139100) no", "code": 139100}}, status=400)
    assert blocking.unblock(maria)[0].refusal
    willing_meta.replace("DELETE", url, json={"success": True})
    assert blocking.unblock(maria)[0].refusal == ""
    with pytest.raises(blocking.AlreadySo):
        blocking.unblock(maria)


def test_a_contact_joined_with_a_blocked_one_is_blocked(tenant, maria):
    blocking.block(maria, "ofensas", now=NOW)
    other = make_contact(tenant, "+5511988880002", "Maria S.")
    kept, gone = sorted((maria, other), key=lambda contact: contact.pk)
    with transaction.atomic():
        merging.unite(kept, gone)
    contact = Contact.objects.get()
    assert (contact.blocked_at, contact.block_reason) == (NOW, "ofensas")
    assert contact.conversations.get().blocked_at == NOW


def test_who_is_blocked_already_is_not_blocked_again(maria):
    blocking.block(maria, "ofensas", now=NOW)
    with pytest.raises(blocking.AlreadySo):
        blocking.block(maria, "outra", now=NOW)
    assert Contact.objects.get(pk=maria.pk).block_reason == "ofensas"


def test_a_number_that_the_person_never_wrote_to_is_not_asked(tenant, willing_meta):
    contact = make_contact(tenant)
    first_number(tenant)
    assert blocking.block(contact, "ofensas", now=NOW) == []
    assert asked(willing_meta) == []


def test_the_trail_tells_who_blocked_whom_and_why(tenant, maria):
    manager = make_person(tenant, "manager")
    blocking.block(maria, "ofensas", now=NOW, actor=manager)
    entry = AuditEntry.objects.get(action="contact.blocked")
    assert (entry.actor, entry.detail) == (manager, {"reason": "ofensas", "cancelled": 1})
