"""Who is who does not depend on the order in which webhooks name people, nor on how often they do."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tenants import contacts, merging
from tenants.contacts import Names
from tenants.models import AuditEntry, Contact, ContactMergeProposal, Identity
from tests.factories import NOW, make_contact, make_tenant

pytestmark = pytest.mark.django_db

ANA, ANA_WITHOUT_NINE, ANA_NEW = "5531988887777", "553188887777", "5531977776666"


def at(minute, **names):
    return Names(portfolio_id="1", at=NOW + timedelta(minutes=minute), **names)


# A person who moves, one who hides her phone, one who takes over a number, and two who share a username.
HISTORY = [
    at(1, wa_id=ANA, user_id="BR.1", profile_name="Ana"),
    at(2, wa_id=ANA_WITHOUT_NINE, user_id="BR.1", profile_name="Ana S."),
    at(3, wa_id=ANA_NEW, user_id="BR.2", previous_wa_id=ANA, previous_user_id="BR.1"),
    at(4, user_id="BR.2", profile_name="Ana Souza", username="ana"),
    at(5, user_id="BR.7", profile_name="Bia"),
    at(6, user_id="BR.7", wa_id="5511955554444", profile_name="Bia"),
    at(6, user_id="BR.8", wa_id="5511955554444", profile_name="Caio"),
    at(7, user_id="BR.8", parent_user_id="BR.ENT.8"),
    at(8, user_id="BR.9", parent_user_id="BR.ENT.9", username="ana"),
    at(9, user_id="BR.10", previous_user_id="BR.9"),
]


def end_state(tenant):
    """Contacts by their ids, whatever their rows' numbers."""
    people = {
        contact.pk: (
            frozenset(contact.identities.values_list("kind", "value", "replaced_at")),
            contact.profile_name,
            contact.address,
            contact.address_at,
        )
        for contact in Contact.objects.filter(tenant=tenant).prefetch_related("identities")
    }
    asked = ContactMergeProposal.objects.filter(tenant=tenant)
    doubts = {(frozenset({people[row.one_id], people[row.other_id]}), row.reason) for row in asked}
    return set(people.values()), doubts


def play(history):
    tenant = make_tenant()
    for person in history:
        with transaction.atomic():
            contacts.upsert(tenant, [person])
    return end_state(tenant)


@pytest.fixture
def in_order():
    """How it ends as it happened."""
    return play(HISTORY)


@settings(
    max_examples=25, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(shuffled=st.permutations(HISTORY), again=st.lists(st.sampled_from(HISTORY), max_size=4))
def test_any_order_and_any_repetition_end_alike(in_order, shuffled, again):
    assert play([*shuffled, *again]) == in_order


@settings(
    max_examples=10, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(shuffled=st.permutations(HISTORY))
def test_one_batch_ends_as_one_by_one(in_order, shuffled):
    tenant = make_tenant()
    with transaction.atomic():
        contacts.upsert(tenant, shuffled)
    assert end_state(tenant) == in_order


def test_the_history_tells_five_people_apart():
    people, doubts = play(HISTORY)
    assert sorted(address for _, _, address, _ in people) == ["5511955554444", "5531977776666", "BR.10", "BR.7"]
    assert sorted(reason for _, reason in doubts) == ["same_phone", "same_username"]
    assert Identity.objects.filter(replaced_at=NOW + timedelta(minutes=3)).count() == 2
    assert not AuditEntry.objects.filter(action="contact.merged").exists()


@settings(
    max_examples=10, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(told=st.lists(st.tuples(st.booleans(), st.sampled_from(HISTORY)), min_size=5, max_size=25))
def test_contacts_of_two_companies_never_meet(told):
    jana, charlie = make_tenant(), make_tenant()
    for is_janas, person in told:
        with transaction.atomic():
            contacts.upsert(jana if is_janas else charlie, [person])
    assert not Identity.objects.exclude(tenant=F("contact__tenant")).exists()
    assert not ContactMergeProposal.objects.exclude(tenant=F("one__tenant"), other__tenant=F("tenant")).exists()
    alone = [person for is_janas, person in told if is_janas]
    assert end_state(jana) == play(alone)


def test_two_contacts_of_different_companies_are_never_one():
    jana, charlie = (make_contact(make_tenant()) for _ in range(2))
    with transaction.atomic(), pytest.raises(ValueError, match="two companies"):
        merging.unite(jana, charlie)
    with pytest.raises(ValueError, match="two companies"):
        merging.propose([(jana, charlie, "same_phone", {})])
