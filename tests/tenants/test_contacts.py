"""Contacts: one person is one contact of a tenant, under any variant and any number of workers."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction

from tenants import contacts
from tenants.contacts import Names
from tenants.models import Contact, Identity
from tests.factories import MARIA, NOW, make_tenant

pytestmark = pytest.mark.django_db


def upsert(tenant, *people):
    """As a webhook names them, at NOW unless it says when."""
    with transaction.atomic():
        return contacts.upsert(tenant, [replace(person, at=person.at or NOW) for person in people])


def test_the_ninth_digit_does_not_make_a_second_contact():
    tenant = make_tenant()
    with_nine, without = upsert(tenant, Names(wa_id="5531988887777"), Names(wa_id="553188887777"))
    assert with_nine == without
    assert Identity.objects.filter(contact=with_nine).count() == 2


def test_a_booking_finds_the_person_who_wrote_before():
    tenant = make_tenant()
    (writer,) = upsert(tenant, Names(wa_id="553188887777", profile_name="Ana"))
    assert contacts.get_or_create_for_phone(tenant, "+5531988887777", "Ana Souza") == writer
    writer.refresh_from_db()
    assert (writer.name, writer.address) == ("Ana Souza", "553188887777")


def test_the_address_follows_what_the_provider_gave_last():
    tenant = make_tenant()
    booked = contacts.get_or_create_for_phone(tenant, "+5531988887777")
    upsert(tenant, Names(wa_id="553188887777"))
    booked.refresh_from_db()
    assert booked.address == "553188887777"


def test_a_user_id_and_a_phone_that_come_together_name_one_person():
    tenant = make_tenant()
    first, second = upsert(tenant, Names(wa_id="5511988887777", user_id="BR.1"), Names(user_id="BR.1"))
    assert first == second


def test_a_person_without_a_phone_is_addressed_by_user_id():
    (contact,) = upsert(make_tenant(), Names(user_id="BR.77", profile_name="Sem telefone"))
    assert contact.address == "BR.77"


def test_two_contacts_whom_whatsapp_names_together_are_one():
    tenant = make_tenant()
    by_phone, _by_user = upsert(tenant, Names(wa_id="5511988887777"), Names(user_id="BR.5"))
    (both,) = upsert(tenant, Names(wa_id="5511988887777", user_id="BR.5"))
    assert both == by_phone == Contact.objects.get()
    assert both.address == "5511988887777"


def test_tenants_do_not_share_contacts():
    one, other = make_tenant(), make_tenant()
    assert contacts.get_or_create_for_phone(one, MARIA) != contacts.get_or_create_for_phone(other, MARIA)
    assert contacts.find_by_phone(one, "+5521900000000") is None


def test_known_people_cost_a_constant_number_of_queries(django_assert_num_queries):
    tenant = make_tenant()
    people = [Names(wa_id=f"551198888{n:04}", profile_name="A", at=NOW) for n in range(50)]
    upsert(tenant, *people)
    later = [replace(person, at=NOW + timedelta(hours=1), profile_name="B") for person in people]
    with transaction.atomic(), django_assert_num_queries(2):
        contacts.upsert(tenant, later)
    assert set(Contact.objects.values_list("profile_name", flat=True)) == {"B"}


@pytest.mark.django_db(transaction=True)
def test_workers_that_meet_a_new_person_at_once_make_one_contact():
    tenant = make_tenant()
    barrier = threading.Barrier(6)

    def meet():
        barrier.wait()
        upsert(tenant, Names(wa_id="5511977776666"))
        connection.close()

    threads = [threading.Thread(target=meet) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert Contact.objects.filter(tenant=tenant).count() == 1
