"""Rows written many at once."""

import pytest

from tenants import rows
from tenants.models import Alert, Contact, Identity
from tests.factories import make_contact, make_tenant

pytestmark = pytest.mark.django_db


def names_of(contact: Contact, *values: str) -> list[Identity]:
    facts = {"tenant": contact.tenant, "contact": contact, "kind": Identity.Kind.USERNAME}
    return [Identity(**facts, value=value, match_key=value) for value in values]


def test_rows_that_are_inserted_have_their_keys():
    fresh = names_of(make_contact(make_tenant()), "ana", "bia")
    rows.insert(fresh)
    assert [Identity.objects.get(pk=row.pk).value for row in fresh] == ["ana", "bia"]


def test_only_what_is_missing_is_inserted_and_answered():
    contact = make_contact(make_tenant())
    rows.insert(names_of(contact, "ana"))
    made = rows.insert_missing(names_of(contact, "bia", "ana", "clara"), ["kind", "value", "contact"])
    assert [(row.value, row.pk is not None) for row in made] == [("bia", True), ("clara", True)]
    assert contact.identities.filter(value__in=["ana", "bia", "clara"]).count() == 3


def test_what_is_there_is_left_alone():
    contact = make_contact(make_tenant())
    rows.insert_ignoring(names_of(contact, "ana"))
    rows.insert_ignoring(names_of(contact, "ana"))
    assert contact.identities.filter(value="ana").count() == 1


def test_more_values_than_a_statement_has_parameters_find_their_rows():
    contact = make_contact(make_tenant())
    assert list(Contact.objects.filter(pk__among=range(contact.pk, contact.pk + 70_000))) == [contact]


def test_a_number_of_any_size_is_kept_as_it_was_written():
    rows.insert([Alert(kind="tried", detail={"told": 10**30, "at": None})])
    assert Alert.objects.get(kind="tried").detail == {"told": 10**30, "at": None}
