"""The contract of providers: every entry of PROVIDERS passes all of it."""

import inspect
import json

import pytest
import responses

from tests.factories import NOW
from tests.whatsapp.samples import ALL
from whatsapp.content import Buttons, Parameter, Template, Text
from whatsapp.errors import InvalidContent
from whatsapp.events import NotUnderstood
from whatsapp.providers import PROVIDERS, get_provider
from whatsapp.providers.base import (
    Accepted,
    AccountAccess,
    AppWebhook,
    Capabilities,
    NumberFacts,
    Outgoing,
    ProviderClient,
    Recipient,
    Subscription,
    TemplateFacts,
    TokenFacts,
    Upload,
)

TOO_LONG = [Text("x" * 4097), Buttons("oi", ()), Template("aviso", "pt_BR", (Parameter("a\nb"),))]
METHODS = [name for name, _ in inspect.getmembers(ProviderClient, inspect.isfunction) if not name.startswith("_")]


class MetaServer:
    """Meta as far as the contract needs it: an id for every message, one template."""

    def __init__(self) -> None:
        self.mock = responses.RequestsMock(assert_all_requests_are_fired=False)
        self.count = 0
        self.mock.add_callback("POST", "http://provider.test/v25.0/200001/messages", self.accept)
        self.mock.get("http://provider.test/v25.0/200001", json={"quality_rating": "GREEN"})
        row = {"id": "1", "name": "aviso", "language": "pt_BR", "status": "APPROVED"}
        self.mock.get("http://provider.test/v25.0/100001/message_templates", json={"data": [row]})
        self.mock.get("http://provider.test/v25.0/debug_token", json={"data": {"is_valid": True, "expires_at": 0}})
        self.mock.post("http://provider.test/v25.0/200001/media", json={"id": "4711"})
        self.mock.get("http://provider.test/v25.0/100001/subscribed_apps", json={"data": []})
        self.mock.post("http://provider.test/v25.0/100001/subscribed_apps", json={"success": True})
        self.mock.delete("http://provider.test/v25.0/100001/subscribed_apps", json={"success": True})
        for method in (self.mock.post, self.mock.delete):
            method("http://provider.test/v25.0/200001/block_users", json={"messaging_product": "whatsapp"})
        self.mock.get("http://provider.test/v25.0/300001/subscriptions", json={"data": []})

    def accept(self, request):
        body = json.loads(request.body)
        if body.get("status") == "read":
            return 200, {}, json.dumps({"success": True})
        self.count += 1
        return 200, {}, json.dumps({"contacts": [{"wa_id": "1"}], "messages": [{"id": f"wamid.{self.count}"}]})

    def __enter__(self):
        self.mock.start()

    def __exit__(self, *_):
        self.mock.stop(allow_assert=False)
        self.mock.reset()


class Nothing:
    def __enter__(self):
        pass

    def __exit__(self, *_):
        pass


SERVERS = {"meta": MetaServer, "stub": Nothing}


@pytest.fixture(params=sorted(PROVIDERS))
def provider(request):
    with SERVERS[request.param]():
        yield get_provider(request.param)


@pytest.fixture
def access(provider):
    return AccountAccess(provider.name, "200001", "100001", "http://provider.test", "v25.0", "SIM-token")


def outgoing(content, **values):
    return Outgoing(**{"to": Recipient("+5511988887777"), "content": content, "client_ref": "job-1"} | values)


def test_every_provider_has_all_that_the_contract_names(provider):
    assert PROVIDERS[provider.name] is provider
    assert isinstance(provider.capabilities, Capabilities)
    assert isinstance(provider.parser_version, int)
    for name in METHODS:
        ours, theirs = (inspect.signature(getattr(owner, name)) for owner in (ProviderClient, type(provider)))
        assert list(theirs.parameters) == list(ours.parameters), name


@pytest.mark.parametrize("content", ALL.values(), ids=ALL)
def test_what_is_built_is_json_and_carries_our_reference(provider, content):
    body = provider.build(outgoing(content))
    assert json.loads(json.dumps(body)) == body
    assert "job-1" in json.dumps(body)


@pytest.mark.parametrize("content", TOO_LONG, ids=lambda content: content.type)
def test_what_breaks_the_limits_is_not_built(provider, content):
    with pytest.raises(InvalidContent) as refused:
        provider.build(outgoing(content))
    assert refused.value.fields


@pytest.mark.parametrize("to", [Recipient("+5511988887777"), Recipient(user_id="BR.1111")], ids=["phone", "user id"])
def test_every_send_has_an_id_of_its_own(provider, access, to):
    body = provider.build(outgoing(Text("oi"), to=to))
    sent = [provider.send(access, body) for _ in range(3)]
    assert all(isinstance(accepted, Accepted) and accepted.provider_message_id for accepted in sent)
    assert len({accepted.provider_message_id for accepted in sent}) == 3


def test_sending_leaves_the_body_as_it_was(provider, access):
    body = provider.build(outgoing(Text("oi")))
    before = json.dumps(body)
    provider.send(access, body)
    assert json.dumps(body) == before


def test_a_message_can_be_marked_as_read(provider, access):
    assert provider.mark_read(access, "wamid.1", typing=True) is None


def test_a_number_is_told(provider, access):
    assert isinstance(provider.fetch_number(access), NumberFacts)


def test_a_token_is_told(provider, access):
    assert provider.fetch_token(access) == TokenFacts(valid=True)


def test_a_subscription_is_made_told_and_ended(provider, access):
    assert provider.subscribe(access) is None
    assert provider.fetch_subscription(access) == Subscription()
    assert provider.unsubscribe(access) is None


def test_the_apps_own_subscription_is_told(provider, access):
    assert provider.fetch_app_webhook(access, "300001") == AppWebhook()


def test_a_file_gets_an_id(provider, access):
    assert provider.upload_media(access, Upload(b"bytes", "image/png", "a.png"))


def test_templates_come_in_pages(provider, access):
    found = [facts for page in provider.fetch_templates(access) for facts in page]
    assert all(isinstance(facts, TemplateFacts) for facts in found)
    assert bool(found) == provider.capabilities.template_listing


@pytest.mark.parametrize("body", [None, 7, "text", []])
def test_a_body_that_is_no_envelope_is_a_value_error(provider, body):
    with pytest.raises(ValueError, match=r"\w"):
        list(provider.split(body))


@pytest.mark.parametrize("payload", [{}, {"field": "new", "item": "", "data": None}, {"field": 7, "data": {"a": []}}])
def test_a_slice_that_is_not_understood_is_said_to_be_so(provider, payload):
    assert isinstance(provider.parse(payload, NOW), NotUnderstood)


def test_a_provider_nobody_wrote_is_a_lookup_error():
    with pytest.raises(LookupError, match="meta, stub"):
        get_provider("pigeon")
