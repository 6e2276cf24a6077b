"""A connection's number is changed in one act, against the simulator of Meta."""

import pytest
from django.utils import timezone

from tenants import alerts, vault
from tenants.models import AuditEntry, Credential, PhoneNumber
from tests.factories import make_account, make_contact, make_number, make_person, make_ready_tenant, make_tenant
from tests.notifications.customer import Customer
from tests.notifications.jobs import open_window, promise, write_by_hand
from whatsapp import inbox, lifecycle, renumbering
from whatsapp.models import Conversation, Message

pytestmark = pytest.mark.django_db


def account_with(meta, tenant, *phones):
    """A WABA of the tenant's with numbers at Meta: the account and their ids."""
    told = meta.accounts(name=f"WABA {phones[0]}", numbers=[{"display_phone_number": phone} for phone in phones])
    account = make_account(tenant, waba_id=told["waba_id"])
    vault.set_secret(account, Credential.Kind.ACCESS_TOKEN, told["token"])
    return account, [row["phone_number_id"] for row in told["numbers"]]


@pytest.fixture
def jana():
    return make_ready_tenant()


@pytest.fixture
def pair(meta, jana):
    """The connected number, alone, and the id of its sister at Meta."""
    PhoneNumber.objects.for_tenant(jana).delete()
    account, (own, sister) = account_with(meta, jana, "+55 11 4000-1111", "+55 11 4000-2222")
    return make_number(jana, account, phone_number_id=own), sister


def change(number, new_id, **values):
    return renumbering.change(number, new_id, actor=make_person(number.tenant, "owner"), now=timezone.now(), **values)


def standing(number):
    number.refresh_from_db()
    return number.state, number.owned_until is None


def test_another_number_takes_the_place_and_the_old_ones_ownership_ends(pair):
    old, new_id = pair
    alerts.raise_alert("connection_degraded", tenant=old.tenant, subject=old.phone_number_id, now=timezone.now())
    new = change(old, new_id)
    assert (new.phone_number_id, standing(new), standing(old)) == (
        new_id,
        ("connected", True),
        ("disconnected", False),
    )
    assert (new.account, new.display_phone_number) == (old.account, "+55 11 4000-2222")
    assert not alerts.unsolved("connection_degraded", tenant=old.tenant, subject=old.phone_number_id).exists()


def test_history_and_audit_tell_of_both(pair):
    old, new_id = pair
    new = change(old, new_id)
    assert old.display_phone_number in new.steps.first().reason
    assert "+55 11 4000-2222" in old.steps.first().reason
    told = AuditEntry.objects.filter(action="connection.number_changed")
    assert set(told.values_list("object_id", flat=True)) == {str(old.pk), str(new.pk)}


def test_conversations_go_on_with_their_window_closed(pair):
    old, new_id = pair
    thread = open_window(promise(old.tenant, number=old))
    new = change(old, new_id)
    thread.refresh_from_db()
    assert (thread.number, thread.window_opened_at, thread.messages.count()) == (new, None, 1)


def test_where_the_new_number_has_a_thread_both_stay(pair):
    old, new_id = pair
    new = make_number(old.tenant, old.account, phone_number_id=new_id)
    for number in (old, new):
        Conversation.objects.create(tenant=old.tenant, number=number, contact=make_contact(old.tenant))
    change(old, new_id)
    assert (old.conversations.count(), new.conversations.count()) == (1, 1)


def test_what_reached_the_old_number_and_is_read_late_stands_where_the_conversation_went_on(pair):
    old, new_id = pair
    thread = Conversation.objects.create(tenant=old.tenant, number=old, contact=make_contact(old.tenant))
    customer, before = Customer(old.tenant), timezone.now()
    inbox.receive("meta", customer.body("w.late", {"type": "text", "text": {"body": "oi"}}, before), before)
    new = change(old, new_id)
    while inbox.process(timezone.now()):
        pass
    late = Message.objects.get(provider_message_id="w.late")
    thread.refresh_from_db()
    assert (late.number, late.conversation, thread.number, thread.window_opened_at) == (old, thread, new, None)
    assert Conversation.objects.count() == 1


def test_what_waits_goes_by_the_new_number_and_says_so(pair):
    old, new_id = pair
    job = promise(old.tenant, number=old)
    new = change(old, new_id)
    job.refresh_from_db()
    line = job.events.get(event="renumbered")
    assert (job.number, line.detail["number"]) == (new, "+55 11 4000-2222")


def test_a_claim_of_the_old_number_is_void(pair):
    old, new_id = pair
    job = promise(old.tenant, number=old)
    type(job).objects.update(lease_token=job.pk, leased_until=timezone.now())
    change(old, new_id)
    job.refresh_from_db()
    assert (job.lease_token, job.leased_until) == (None, None)


def test_what_was_sent_keeps_the_number_it_went_by(pair):
    old, new_id = pair
    job = write_by_hand(old.tenant, number=old)
    type(job).objects.update(state="sent")
    change(old, new_id)
    job.refresh_from_db()
    assert job.number == old


def test_a_number_of_another_account_of_the_company(pair, meta):
    old, _sister = pair
    other, (new_id,) = account_with(meta, old.tenant, "+55 11 4000-3333")
    assert change(old, new_id, waba_id=other.waba_id).account == other
    assert standing(old) == ("disconnected", False)


def test_a_paused_number_leaves_a_paused_one(pair):
    old, new_id = pair
    PhoneNumber.objects.filter(pk=old.pk).update(state="paused")
    assert change(old, new_id).state == "paused"


@pytest.mark.parametrize("state", ["revoked", "degraded", "disconnected"])
def test_a_number_that_was_lost_is_replaced_too(pair, state):
    old, new_id = pair
    PhoneNumber.objects.filter(pk=old.pk).update(state=state)
    assert (change(old, new_id).state, standing(old)[1]) == ("connected", False)


def of_another_company(old, sister, meta):
    make_number(make_tenant(), phone_number_id=sister)
    return {"new_id": sister}


def of_another_companys_account(old, sister, meta):
    return {"new_id": sister, "waba_id": make_account(make_tenant()).waba_id}


def of_an_account_without_a_token(old, sister, meta):
    account = make_account(old.tenant)
    Credential.objects.filter(account=account).delete()
    return {"new_id": sister, "waba_id": account.waba_id}


def of_an_account_that_does_not_hold_it(old, sister, meta):
    return {"new_id": "100200300"}


def its_own(old, sister, meta):
    return {"new_id": old.phone_number_id}


def a_silent_meta(old, sister, meta):
    meta.fault("token", "http_500", times=None)
    return {"new_id": sister}


def a_paused_sister(old, sister, meta):
    make_number(old.tenant, old.account, phone_number_id=sister, state="paused")
    return {"new_id": sister}


@pytest.mark.parametrize(
    "case",
    [
        *(of_another_company, of_another_companys_account, of_an_account_without_a_token, a_paused_sister),
        *(of_an_account_that_does_not_hold_it, its_own, a_silent_meta),
    ],
)
def test_what_is_refused_changes_nothing(pair, meta, case):
    old, sister = pair
    asked = case(old, sister, meta)
    job = promise(old.tenant, number=old)
    with pytest.raises(lifecycle.LifeRefused):
        change(old, asked.pop("new_id"), **asked)
    job.refresh_from_db()
    assert (standing(old), job.number) == (("connected", True), old)
    assert not AuditEntry.objects.filter(action="connection.number_changed").exists()


def test_a_number_that_meta_does_not_show_connected_is_refused(pair, meta):
    old, _sister = pair
    numbers = [{"display_phone_number": "+55 11 4000-4444", "status": "PENDING"}]
    told = meta.accounts(name="Not registered", numbers=numbers)
    account = make_account(old.tenant, waba_id=told["waba_id"])
    vault.set_secret(account, Credential.Kind.ACCESS_TOKEN, told["token"])
    with pytest.raises(lifecycle.LifeRefused, match="PENDING"):
        change(old, told["numbers"][0]["phone_number_id"], waba_id=account.waba_id)
    assert standing(old) == ("connected", True)


def test_it_is_changed_once(pair):
    old, new_id = pair
    stale = PhoneNumber.objects.select_related("tenant", "account").get(pk=old.pk)
    change(old, new_id)
    with pytest.raises(lifecycle.LifeRefused):
        change(stale, new_id)
