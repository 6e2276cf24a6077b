"""A WABA whose business portfolio is told later: ids that came before get their scope."""

import pytest
from django.db import transaction

from tenants import contacts
from tenants.models import AuditEntry, Contact, Identity
from tenants.names import Names
from tests.factories import make_account, make_number, make_tenant
from whatsapp import conversations, portfolios

pytestmark = pytest.mark.django_db
ANA, BIA = "BR.1111", "BR.2222"


@pytest.fixture
def number():
    return make_number(make_tenant())


def meet(number, user_id, **names):
    """Somebody writes to the number."""
    names = {"portfolio_id": number.account.business_portfolio_id} | names
    with transaction.atomic():
        contact = contacts.upsert(number.tenant, [Names(user_id=user_id, **names)])[0]
    conversations.open_for(number, contact)
    return contact


def scopes():
    rows = Identity.objects.exclude(kind="wa_id").order_by("value")
    return dict(rows.values_list("value", "business_portfolio_id"))


def test_ids_that_came_before_get_the_portfolio_as_their_scope(number):
    meet(number, ANA, username="ana")
    assert portfolios.learn(number.account, "P1") == 2
    assert scopes() == {ANA: "P1", "ana": "P1"}
    assert AuditEntry.objects.get(action="account.portfolio").detail == {"before": "", "after": "P1"}


def test_the_same_word_again_changes_nothing(number):
    meet(number, ANA)
    portfolios.learn(number.account, "P1")
    assert portfolios.learn(number.account, "P1") == 0
    assert AuditEntry.objects.filter(action="account.portfolio").count() == 1


def test_who_wrote_again_meanwhile_is_one_person(number):
    before = meet(number, ANA, wa_id="5511988880001")
    after = meet(number, ANA, portfolio_id="P1")
    assert before != after
    portfolios.learn(number.account, "P1")
    assert Contact.objects.get() == before
    assert scopes() == {ANA: "P1"}


def test_ids_of_another_portfolios_numbers_are_left_alone(number):
    other = make_number(number.tenant, make_account(number.tenant), display_phone_number="+55 11 4444-5555")
    meet(number, ANA)
    meet(other, BIA)
    portfolios.learn(number.account, "P1")
    assert scopes() == {ANA: "P1", BIA: ""}


def test_an_id_that_may_belong_to_either_portfolio_waits(number):
    other = make_number(number.tenant, make_account(number.tenant), display_phone_number="+55 11 4444-5555")
    meet(number, ANA)
    meet(other, ANA)
    assert portfolios.learn(number.account, "P1") == 0


def test_another_companys_ids_are_never_touched(number):
    meet(make_number(make_tenant()), BIA)
    portfolios.learn(number.account, "P1")
    assert scopes() == {BIA: ""}
