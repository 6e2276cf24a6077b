"""One-time codes beside the API: how a template says one, and what merging and erasing a person do to theirs."""

from datetime import timedelta

import pytest
from django.db import transaction

from notifications import codes
from notifications.codes import Wanted
from notifications.models import OneTimeCode
from templates_mgmt import one_time
from templates_mgmt.models import MessageTemplate
from tenants import erasing, exporting, merging
from tests.factories import MARIA, NOW, make_contact, make_ready_tenant
from tests.templates_mgmt.template_samples import one_time as otp_button
from tests.templates_mgmt.template_samples import one_time_template
from whatsapp.content import MASK, check, to_json
from whatsapp.providers.base import Outgoing, Recipient
from whatsapp.providers.meta import payloads

LINK = {"type": "URL", "text": "Copiar", "url": "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}"}


@pytest.fixture
def tenant(db):
    return make_ready_tenant()


def ask(contact, phone=MARIA, now=NOW, purpose="login"):
    with transaction.atomic():
        job = codes.ask(contact, phone, Wanted(purpose, "pt_BR"), now)
    return OneTimeCode.objects.get(job=job)


@pytest.mark.parametrize("button", [otp_button(), LINK])
def test_a_template_says_the_code_twice_and_its_rows_say_a_mask(button):
    template = MessageTemplate(**one_time_template(button))
    content = one_time.filled(template, "012345")
    check(content)
    body = payloads.message(Outgoing(Recipient(phone=MARIA), content, "ref"))
    assert [part["parameters"][0]["text"] for part in body["template"]["components"]] == ["012345", "012345"]
    assert "012345" not in f"{to_json(content)}{content!r}{body!r}"
    assert content.preview.startswith(f"*{MASK}* é o seu código de verificação.")


def test_two_people_who_are_one_keep_the_older_contacts_open_code(tenant):
    kept, gone = make_contact(tenant), make_contact(tenant, "+5511977776666")
    ask(gone, "+5511977776666")
    other = ask(gone, "+5511977776666", NOW + codes.PAUSE, purpose="payment")
    stays = ask(kept)
    with transaction.atomic():
        merging.unite(kept, gone)
    assert set(OneTimeCode.objects.filter(state="open", contact=kept)) == {stays, other}
    assert OneTimeCode.objects.filter(state="replaced", contact=kept, ciphertext=None).count() == 1


def test_a_person_who_is_erased_leaves_no_code(tenant):
    contact = make_contact(tenant)
    ask(contact)
    erasing.erase(contact, now=NOW + timedelta(minutes=1))
    assert not OneTimeCode.objects.exists()


def test_a_persons_document_says_that_there_were_codes(tenant):
    contact = make_contact(tenant)
    row = ask(contact)
    told = exporting.export(contact, now=NOW)
    assert [one["purpose"] for one in told["one_time_codes"]] == ["login"]
    assert row.digest not in str(told)
