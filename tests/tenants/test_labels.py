"""Labels on contacts: the same word is the same label, put on once."""

import pytest

from tenants import labels, merging
from tenants.models import Label
from tests.factories import make_contact, make_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant():
    return make_tenant()


def test_a_label_in_other_letters_is_the_same_label(tenant):
    contact = make_contact(tenant)
    for name in ("VIP", "vip", "Noiva"):
        labels.put(contact, name)
    assert [label.name for label in Label.objects.all()] == ["Noiva", "VIP"]
    labels.take_off(contact, Label.objects.get(name="VIP").pk)
    assert [row.label.name for row in contact.labelled.all()] == ["Noiva"]


def test_labels_of_two_contacts_who_are_one_stand_once(tenant):
    kept, gone = make_contact(tenant), make_contact(tenant, "+5521977776666", "João")
    for contact, name in ((kept, "VIP"), (gone, "VIP"), (gone, "Noivo")):
        labels.put(contact, name)
    merging.unite(kept, gone)
    assert sorted(row.label.name for row in kept.labelled.all()) == ["Noivo", "VIP"]
