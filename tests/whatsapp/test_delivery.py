"""From a number's row to the simulated Meta and back: access, transactions, outcomes."""

import pytest
from django.db import transaction

from tenants import vault
from tenants.models import Credential, PhoneNumber
from tests.factories import NOW, make_account, make_number, make_tenant
from whatsapp import delivery, numbers
from whatsapp.content import Template, Text
from whatsapp.errors import ErrorKind, InvalidContent, OutcomeUnknown, Refused, Unreachable
from whatsapp.providers import http
from whatsapp.providers.base import NumberFacts, Outgoing, Recipient

pytestmark = pytest.mark.django_db
MARIA = "5511988887777"


@pytest.fixture
def number(simulator, settings) -> PhoneNumber:
    """A number that the simulated Meta knows, with its token in the vault."""
    settings.WHATSAPP_META_GRAPH_URL = simulator.url
    tenant = make_tenant()
    told = simulator.accounts(name=tenant.name, numbers=[{"display_phone_number": "+55 11 4000-1234"}])
    account = make_account(tenant, waba_id=told["waba_id"])
    vault.set_secret(account, Credential.Kind.ACCESS_TOKEN, told["token"])
    yield make_number(tenant, account, phone_number_id=told["numbers"][0]["phone_number_id"])
    simulator.reset()


def send(number, content=None, ref="job-1"):
    outgoing = Outgoing(Recipient(f"+{MARIA}"), content or Template("hello_world", "en_US"), ref)
    return delivery.deliver(number, delivery.build(number, outgoing))


def test_a_message_is_accepted_with_its_id_and_the_wa_id(number, simulator):
    accepted = send(number)
    (message,) = simulator.messages(MARIA)
    assert (message["wamid"], message["biz_opaque_callback_data"]) == (accepted.provider_message_id, "job-1")
    assert accepted.wa_id


def test_a_number_never_writes_to_itself(number):
    number.display_phone_number = "+55 11 98888-7777"
    with pytest.raises(InvalidContent) as refused:
        send(number)
    assert list(refused.value.fields) == ["to"]


def test_a_closed_window_is_a_refusal_of_its_own_kind(number):
    with pytest.raises(Refused) as refused:
        send(number, Text("oi"))
    assert (refused.value.code, refused.value.kind) == (131047, ErrorKind.WINDOW_CLOSED)


def test_an_open_window_takes_free_text_and_a_read_mark(number, simulator):
    wamid = simulator.inbound(MARIA, text="oi", to=number.phone_number_id)["wamid"]
    delivery.mark_read(number, wamid, typing=True)
    assert send(number, Text("olá")).provider_message_id


def test_a_token_that_meta_does_not_know_is_a_refusal_of_kind_token(number):
    vault.set_secret(number.account, Credential.Kind.ACCESS_TOKEN, "SIM-unknown-token")
    with pytest.raises(Refused) as refused:
        send(number)
    assert (refused.value.code, refused.value.kind) == (190, ErrorKind.TOKEN)


@pytest.mark.parametrize(
    ("fault", "accepted"), [("timeout_after", 1), ("reset_after", 1), ("timeout_before", 0), ("reset_before", 0)]
)
def test_an_answer_that_never_comes_is_uncertain_and_sent_once(number, simulator, monkeypatch, fault, accepted):
    monkeypatch.setattr(http, "READ_SECONDS", 0.5)
    simulator.fault("messages", fault, times=1)
    with pytest.raises(OutcomeUnknown):
        send(number)
    assert len(simulator.messages(MARIA)) == accepted


def test_a_500_with_metas_body_was_not_accepted(number, simulator):
    simulator.fault("messages", "http_500", times=1)
    with pytest.raises(Refused) as refused:
        send(number)
    assert (refused.value.kind, refused.value.http_status) == (ErrorKind.TRANSIENT, 500)
    assert simulator.messages(MARIA) == []


def test_nothing_is_sent_without_a_stored_token():
    number = make_number(make_tenant())
    Credential.objects.all().delete()
    with pytest.raises(Refused) as refused:
        delivery.access_for(number)
    assert refused.value.kind is ErrorKind.TOKEN


def test_a_token_under_a_lost_key_is_like_none(settings):
    number = make_number(make_tenant())
    settings.WHATSAPP_ENCRYPTION_KEYS = ["cmVjYWRvLWRldi1vdGhlci1rZXktZm9yLXRlc3RzISE="]
    with pytest.raises(Refused) as refused:
        delivery.access_for(number)
    assert refused.value.kind is ErrorKind.TOKEN


def test_a_number_without_account_has_no_access():
    number = make_number(make_tenant())
    number.account = None
    with pytest.raises(Refused):
        delivery.access_for(number)


@pytest.mark.django_db(transaction=True)
def test_a_provider_is_not_called_inside_a_transaction():
    number = make_number(make_tenant(), provider="stub")
    access, body = delivery.access_for(number), {"to": "+5511988887777"}
    for call in (lambda: delivery.access_for(number), lambda: delivery.deliver(number, body, access)):
        with transaction.atomic(), pytest.raises(RuntimeError, match="transaction"):
            call()
    assert delivery.deliver(number, body, access).provider_message_id


def test_the_stub_needs_no_token():
    number = make_number(make_tenant(), provider="stub", account=None)
    assert send(number).provider_message_id.startswith("stub.")


def test_meta_out_of_reach_is_certainly_not_accepted(number, settings):
    settings.WHATSAPP_META_GRAPH_URL = "http://127.0.0.1:9"
    with pytest.raises(Unreachable):
        send(number)


def test_a_numbers_facts_are_asked_for_and_kept(number):
    numbers.refresh(number, NOW)
    number.refresh_from_db()
    assert (number.display_phone_number, number.quality_rating) == ("+55 11 4000-1234", "GREEN")
    assert number.verified_name
    assert number.throughput in {80, 1000}


def test_what_meta_does_not_tell_stays(number):
    before = (number.display_phone_number, number.throughput, number.messaging_limit)
    numbers.apply(number, NumberFacts(quality_rating="RED"), NOW)
    number.refresh_from_db()
    assert (number.display_phone_number, number.throughput, number.messaging_limit) == before
    assert number.quality_rating == "RED"


@pytest.mark.parametrize(
    ("status", "state"), [("BANNED", "degraded"), ("CONNECTED", "connected"), ("NEW", "connected")]
)
def test_a_number_that_meta_banned_is_degraded(number, status, state):
    numbers.apply(number, NumberFacts(status=status), NOW)
    number.refresh_from_db()
    assert number.state == state
