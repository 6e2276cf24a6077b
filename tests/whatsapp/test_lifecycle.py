"""Disconnecting, connecting again, another token: Meta is asked first, and nothing is left half done."""

import json
import re

import pytest
import responses

from tenants import connections, vault
from tenants.models import AuditEntry, Credential, PhoneNumber
from tests.factories import NOW, make_number, make_person, make_tenant
from tests.whatsapp.meta_bodies import envelope, seconds, take, text_message
from whatsapp import comparison, lifecycle
from whatsapp.models import Message

pytestmark = pytest.mark.django_db
GRAPH = "http://graph.test/v25.0"
TOKEN, SCOPES = "SIM-a-new-token", sorted(comparison.NEEDED_SCOPES)
VALID = {"is_valid": True, "expires_at": 0, "scopes": SCOPES, "type": "SYSTEM_USER"}
NO_TOKEN = {"error": {"code": 190, "message": "no"}}


class Meta:
    """A Graph API with one account, whose answers may be changed."""

    def __init__(self, mock):
        self.mock, self.token, self.numbers, self.subscribed, self.seen = mock, VALID, {}, True, []
        answer = responses.CallbackResponse
        for method in ("GET", "POST", "DELETE"):
            mock.add(answer(method, re.compile(rf"{GRAPH}/.*"), callback=self.answer))

    def answer(self, request):
        path = request.url.split("?")[0].removeprefix(f"{GRAPH}/")
        self.seen.append((request.method, path, request.headers["Authorization"].removeprefix("Bearer ")))
        if path == "debug_token":
            return 200, {}, json.dumps({"data": self.token})
        if path.endswith("/subscribed_apps"):
            self.subscribed = {"POST": True, "DELETE": False}.get(request.method, self.subscribed)
            return 200, {}, json.dumps({"success": True})
        status, body = self.numbers.get(path, (200, {"status": "CONNECTED", "quality_rating": "GREEN"}))
        return status, {}, json.dumps(body)

    def tokens(self):
        return {token for _method, _path, token in self.seen}


@pytest.fixture
def meta(settings):
    settings.WHATSAPP_META_GRAPH_URL = "http://graph.test"
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield Meta(mock)


@pytest.fixture
def number():
    return make_number(make_tenant())


@pytest.fixture
def owner(number):
    return make_person(number.tenant, "owner")


def stored(number):
    return vault.read_secret(number.account, Credential.Kind.ACCESS_TOKEN)


def acts():
    rows = AuditEntry.objects.filter(action__startswith="connection.").exclude(action="connection.moved")
    return list(rows.values_list("action", flat=True))


def test_a_disconnected_number_sends_nothing_and_its_webhooks_end(number, owner, meta):
    assert lifecycle.disconnect(number, reason="mudamos", actor=owner, now=NOW) is True
    assert (number.state, number.state_reason, meta.subscribed) == ("disconnected", "mudamos", False)
    assert AuditEntry.objects.get(action="connection.disconnected").detail == {"webhooks_ended": True}


def test_what_still_arrives_for_a_disconnected_number_is_kept_and_connects_nothing(number, owner, meta):
    lifecycle.disconnect(number, actor=owner, now=NOW)
    asked = len(meta.seen)
    message = text_message("wamid.late", at=seconds())
    take(envelope({"messages": [message]}, number_id=number.phone_number_id))
    number.refresh_from_db()
    assert (number.state, len(meta.seen)) == ("disconnected", asked)
    assert Message.objects.get(provider_message_id="wamid.late").tenant == number.tenant


def test_webhooks_that_a_sister_needs_go_on(number, owner, meta):
    make_number(number.tenant, number.account)
    assert lifecycle.disconnect(number, actor=owner, now=NOW) is False
    assert meta.subscribed is True


def test_meta_keeps_nobody_from_disconnecting(number, owner):
    with responses.RequestsMock() as silent:
        silent.delete(re.compile(".*"), status=401, json=NO_TOKEN)
        assert lifecycle.disconnect(number, actor=owner, now=NOW) is False
    assert number.state == "disconnected"


@pytest.mark.parametrize("state", sorted(lifecycle.RECONNECTABLE))
def test_a_number_connects_again_with_the_access_it_had(number, owner, meta, state):
    PhoneNumber.objects.update(state=state)
    number.refresh_from_db()
    meta.subscribed = False
    lifecycle.reconnect(number, actor=owner, now=NOW)
    assert (number.state, meta.subscribed, acts()) == ("connected", True, ["connection.reconnected"])


@pytest.mark.parametrize("state", ["connected", "paused", "draft"])
def test_what_needs_no_reconnecting_is_left_alone(number, owner, meta, state):
    PhoneNumber.objects.update(state=state)
    number.refresh_from_db()
    with pytest.raises(lifecycle.LifeRefused):
        lifecycle.reconnect(number, actor=owner, now=NOW)
    assert meta.seen == []


def test_a_dead_token_connects_nothing(number, owner, meta):
    lifecycle.disconnect(number, actor=owner, now=NOW)
    meta.token = {"is_valid": False}
    with pytest.raises(lifecycle.LifeRefused) as refused:
        lifecycle.reconnect(number, actor=owner, now=NOW)
    number.refresh_from_db()
    assert (number.state, refused.value.by_provider) == ("disconnected", True)


def test_a_new_token_is_tried_and_then_takes_the_old_ones_place(number, owner, meta):
    row = lifecycle.rotate_token(number, TOKEN, actor=owner, now=NOW)
    assert (stored(number), meta.tokens()) == (TOKEN, {TOKEN})
    assert (row.token_kind, row.scopes, row.created_by) == ("SYSTEM_USER", SCOPES, owner)
    entry = AuditEntry.objects.get(action="connection.token_rotated")
    assert TOKEN not in json.dumps(entry.detail)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"token": {"is_valid": False}}, "."),
        ({"token": VALID | {"scopes": ["email"]}}, "whatsapp_business_messaging"),
    ],
)
def test_the_old_token_stays_when_the_new_one_fails(number, owner, meta, change, word):
    before = stored(number)
    meta.__dict__.update(change)
    with pytest.raises(lifecycle.LifeRefused, match=word):
        lifecycle.rotate_token(number, TOKEN, actor=owner, now=NOW)
    assert (stored(number), acts()) == (before, [])


def test_a_token_that_cannot_read_one_of_the_numbers_is_refused(number, owner, meta):
    sister, before = make_number(number.tenant, number.account), stored(number)
    meta.numbers[sister.phone_number_id] = (400, {"error": {"code": 100, "error_subcode": 33, "message": "no"}})
    with pytest.raises(lifecycle.LifeRefused):
        lifecycle.rotate_token(number, TOKEN, actor=owner, now=NOW)
    assert stored(number) == before


def test_a_new_token_connects_the_numbers_that_waited_for_it(number, owner, meta):
    sister, paused = make_number(number.tenant, number.account), make_number(number.tenant, number.account)
    connections.move(paused, "paused", actor=owner, now=NOW)
    connections.degrade_account(number, "190", NOW)
    lifecycle.rotate_token(number, TOKEN, actor=owner, now=NOW)
    states = dict(PhoneNumber.objects.values_list("pk", "state"))
    assert states == {number.pk: "connected", sister.pk: "connected", paused.pk: "paused"}


def test_production_takes_no_token_of_the_simulator(number, owner, meta, settings):
    settings.IN_PRODUCTION = True
    with pytest.raises(lifecycle.LifeRefused):
        lifecycle.rotate_token(number, TOKEN, actor=owner, now=NOW)
    assert meta.seen == []
