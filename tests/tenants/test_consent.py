"""Consent: the newest word of a category decides, in whatever order the words arrive."""

from datetime import timedelta

import pytest

from tenants import consent
from tests.factories import NOW, make_contact, make_tenant

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def say(contact, decision, at, **values):
    return consent.record(contact, decision, source="keyword", effective_at=at, **values)


def test_nobody_has_refused_before_a_word_was_said():
    assert consent.refusal(make_contact(make_tenant()), marketing=True) is None


def test_the_newest_word_wins_when_an_older_one_arrives_late():
    contact = make_contact(make_tenant())
    assert say(contact, "opt_in", LATER) is True
    assert say(contact, "opt_out", NOW) is False
    assert consent.refusal(contact, marketing=False) is None


def test_the_same_word_again_changes_nothing():
    contact = make_contact(make_tenant())
    assert say(contact, "opt_out", NOW, proof="wamid.1") is True
    assert say(contact, "opt_out", NOW, proof="wamid.1") is False
    assert contact.consents.count() == 1


def test_no_to_marketing_leaves_appointment_notices_allowed():
    contact = make_contact(make_tenant())
    say(contact, "opt_out", NOW, category="marketing")
    assert consent.refusal(contact, marketing=True) is not None
    assert consent.refusal(contact, marketing=False) is None


def test_opted_out_lists_those_of_the_tenant_whose_last_word_was_no():
    tenant = make_tenant()
    gone, back = make_contact(tenant), make_contact(tenant, "+5511977776666")
    say(gone, "opt_out", NOW), say(back, "opt_out", NOW), say(back, "opt_in", LATER)
    assert list(consent.opted_out(tenant)) == [gone]
