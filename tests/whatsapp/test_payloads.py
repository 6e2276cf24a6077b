"""The bodies that go to Meta: exact, and as Meta's own OpenAPI has them."""

import pytest

from tests import meta_openapi
from tests.whatsapp.samples import ALL, INTERACTIVE, LINK, PLAIN, TEMPLATES
from whatsapp.content import (
    ButtonParameter,
    Buttons,
    ContactCard,
    Contacts,
    ListMessage,
    Name,
    Parameter,
    ReplyButton,
    Row,
    Section,
    Template,
    Text,
)
from whatsapp.errors import InvalidContent
from whatsapp.providers.base import Outgoing, Recipient
from whatsapp.providers.meta import answers, payloads

MARIA = Recipient(phone="+5511988887777")
TEXT = Text("oi")
BUTTONS = Buttons("Vem?", (ReplyButton("confirm:1", "Confirmar"),), header="Studio Jana", footer="Até lá")
TEMPLATE = Template(
    "aviso",
    "pt_BR",
    header=(Parameter("Studio"),),
    body=(Parameter("Ana", "first_name"), Parameter("Corte", "service")),
    buttons=(ButtonParameter(0, "quick_reply", "confirm:1"), ButtonParameter(1, "url", "abc")),
)


def body_of(content, **values):
    return payloads.message(Outgoing(**{"to": MARIA, "content": content, "client_ref": "job-1"} | values))


def test_a_text_is_sent_with_its_reference_and_an_explicit_plus():
    assert body_of(TEXT) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+5511988887777",
        "type": "text",
        "text": {"body": "oi", "preview_url": False},
        "biz_opaque_callback_data": "job-1",
    }


def test_a_wa_id_gets_the_plus_that_meta_needs():
    assert body_of(TEXT, to=Recipient(phone="551188887777"))["to"] == "+551188887777"


def test_a_user_id_goes_as_recipient_and_never_beside_to():
    body = body_of(TEXT, to=Recipient(user_id="BR.1111"))
    assert body["recipient"] == "BR.1111"
    assert "to" not in body


def test_a_phone_wins_over_a_user_id():
    assert "recipient" not in body_of(TEXT, to=Recipient(phone="+5511988887777", user_id="BR.1111"))


def test_nobody_to_write_to_is_refused():
    with pytest.raises(InvalidContent) as refused:
        body_of(TEXT, to=Recipient())
    assert list(refused.value.fields) == ["to"]


def test_an_answer_names_the_message_it_answers():
    assert body_of(TEXT, reply_to="wamid.1")["context"] == {"message_id": "wamid.1"}


def test_buttons_carry_our_payloads():
    assert body_of(BUTTONS)["interactive"] == {
        "type": "button",
        "header": {"type": "text", "text": "Studio Jana"},
        "body": {"text": "Vem?"},
        "footer": {"text": "Até lá"},
        "action": {"buttons": [{"type": "reply", "reply": {"id": "confirm:1", "title": "Confirmar"}}]},
    }


def test_a_template_carries_its_components_in_metas_order():
    assert body_of(TEMPLATE)["template"] == {
        "name": "aviso",
        "language": {"code": "pt_BR"},
        "components": [
            {"type": "header", "parameters": [{"type": "text", "text": "Studio"}]},
            {
                "type": "body",
                "parameters": [
                    {"type": "text", "parameter_name": "first_name", "text": "Ana"},
                    {"type": "text", "parameter_name": "service", "text": "Corte"},
                ],
            },
            {
                "type": "button",
                "sub_type": "quick_reply",
                "index": "0",
                "parameters": [{"type": "payload", "payload": "confirm:1"}],
            },
            {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "abc"}]},
        ],
    }


def test_a_template_without_variables_has_no_components():
    assert body_of(Template("hello_world", "en_US"))["template"] == {
        "name": "hello_world",
        "language": {"code": "en_US"},
    }


@pytest.mark.parametrize(
    ("content", "body"),
    [
        (PLAIN["audio"], {"id": "1", "voice": True}),
        (PLAIN["document"], {"link": LINK, "caption": "Nota", "filename": "nota.pdf"}),
        (
            PLAIN["location"],
            {"latitude": "-23.5613", "longitude": "-46.6565", "name": "MASP", "address": "Av. Paulista, 1578"},
        ),
        (PLAIN["reaction"], {"message_id": "wamid.1", "emoji": "👍🏽"}),
        (Contacts((ContactCard(Name("Jana")),)), [{"name": {"formatted_name": "Jana", "first_name": "Jana"}}]),
        (
            INTERACTIVE["cta_url"],
            {
                "type": "cta_url",
                "header": {"type": "document", "document": {"id": "1"}},
                "body": {"text": "oi"},
                "footer": {"text": "Até lá"},
                "action": {
                    "name": "cta_url",
                    "parameters": {"display_text": "x" * 20, "url": "https://example.com/v"},
                },
            },
        ),
        (
            INTERACTIVE["flow"],
            {
                "type": "flow",
                "header": {"type": "text", "text": "Cadastro"},
                "body": {"text": "oi"},
                "action": {
                    "name": "flow",
                    "parameters": {
                        "flow_message_version": "3",
                        "flow_id": "7",
                        "flow_token": "t",
                        "flow_cta": "x" * 30,
                        "mode": "published",
                        "flow_action": "navigate",
                        "flow_action_payload": {"screen": "FIRST", "data": {"name": "Ana"}},
                    },
                },
            },
        ),
        (
            INTERACTIVE["location_request_message"],
            {
                "type": "location_request_message",
                "body": {"text": "Onde você está?"},
                "action": {"name": "send_location"},
            },
        ),
        (
            ListMessage("oi", "Ver", (Section((Row("a", "Um"),)),)),
            {
                "type": "list",
                "body": {"text": "oi"},
                "action": {"button": "Ver", "sections": [{"rows": [{"id": "a", "title": "Um"}]}]},
            },
        ),
        (
            INTERACTIVE["carousel_products"],
            {
                "type": "carousel",
                "body": {"text": "oi"},
                "action": {
                    "cards": [
                        {
                            "card_index": i,
                            "type": "product",
                            "action": {"catalog_id": "77", "product_retailer_id": f"sku-{i}"},
                        }
                        for i in range(2)
                    ]
                },
            },
        ),
    ],
)
def test_every_type_is_under_its_own_name(content, body):
    assert body_of(content)[content.type] == body


def test_a_templates_buttons_have_each_their_own_parameter():
    components = body_of(TEMPLATES["buttons"])["template"]["components"]
    parameters = {component["sub_type"]: component["parameters"] for component in components}
    assert parameters["copy_code"] == [{"type": "coupon_code", "coupon_code": "VERAO15"}]
    assert parameters["flow"] == [
        {"type": "action", "action": {"flow_token": "token", "flow_action_data": {"name": "Ana"}}}
    ]
    assert parameters["catalog"] == [{"type": "action", "action": {"thumbnail_product_retailer_id": "sku-1"}}]
    assert len(parameters["mpm"][0]["action"]["sections"]) == 10
    assert parameters["voice_call"] == [
        {"type": "ttl_minutes", "ttl_minutes": 60},
        {"type": "payload", "payload": "voucher-1"},
    ]


def test_a_limited_time_offer_tells_its_end():
    image, offer = body_of(TEMPLATES["offer"])["template"]["components"]
    assert image == {"type": "header", "parameters": [{"type": "image", "image": {"link": LINK}}]}
    told = {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": 1_800_000_000_000}}
    assert offer == {"type": "limited_time_offer", "parameters": [told]}


def test_a_read_mark_may_show_that_we_type():
    mark = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.1"}
    assert payloads.read_mark("wamid.1", typing=False) == mark
    assert payloads.read_mark("wamid.1", typing=True) == mark | {"typing_indicator": {"type": "text"}}


SCHEMAS = {
    kind: f"{kind.title()}Message"
    for kind in (*("text", "image", "video", "audio", "document", "sticker"), *("location", "contacts", "reaction"))
} | {"interactive": "InteractiveMessage", "template": "TemplateMessage"}
# What Meta's pages describe and its OpenAPI, older than they are, does not know; a list's body may be longer by now.
YOUNGER = {
    *("interactive_cta_url", "interactive_location_request_message", "interactive_request_contact_info"),
    *("interactive_voice_call", "interactive_carousel", "interactive_carousel_buttons"),
    *("interactive_carousel_products", "interactive_list"),
    *("template_buttons", "template_offer", "template_carousel", "template_carousel_products"),
}


@meta_openapi.needed
@pytest.mark.parametrize("name", ALL)
def test_bodies_agree_with_metas_openapi(name):
    body = body_of(ALL[name], reply_to="wamid.1")
    del body["biz_opaque_callback_data"]  # documented by Meta's pages, missing in its OpenAPI
    found = meta_openapi.problems(body, SCHEMAS[body["type"]])
    assert bool(found) == (name in YOUNGER), found


@meta_openapi.needed
def test_the_openapi_would_notice_a_wrong_body():
    body = body_of(BUTTONS)
    del body["biz_opaque_callback_data"]
    body["interactive"]["action"]["buttons"] = []
    body["interactive"]["header"]["text"] = "x" * 61
    found = meta_openapi.problems(body, "InteractiveMessage")
    assert any("header.text" in problem for problem in found)
    assert any("action" in problem for problem in found)


@meta_openapi.needed
def test_read_marks_agree_with_metas_openapi():
    assert meta_openapi.problems(payloads.read_mark("wamid.1", typing=False), "MarkMessageRequestPayload") == []


@meta_openapi.needed
def test_metas_example_answers_are_read():
    sends = [
        example for example in meta_openapi.examples(meta_openapi.MESSAGES, "post").values() if "messages" in example
    ]
    read = [answers.read_accepted(example) for example in sends]
    assert len(sends) > 20
    assert all(accepted and accepted.provider_message_id and accepted.wa_id for accepted in read)


@meta_openapi.needed
def test_metas_example_templates_are_read():
    examples = meta_openapi.examples(meta_openapi.TEMPLATES, "get").values()
    read = [answers.read_template(row) for example in examples for row in example["data"]]
    assert ("hello_world", "en_US", "APPROVED") in {(one.name, one.language, one.status) for one in read}
