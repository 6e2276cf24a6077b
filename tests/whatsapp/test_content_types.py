"""Every type of message: at Meta's limits it passes every layer, beyond them the field is named in both languages."""

import functools
import json
from dataclasses import replace
from typing import get_args

import pytest
from django.utils import translation

from tests.whatsapp.samples import ALL, IMAGE, INTERACTIVE, LINK, PLAIN, TEMPLATES, THIRTY
from whatsapp.content import (
    ButtonParameter,
    Card,
    Carousel,
    ContactCard,
    Contacts,
    Content,
    File,
    Location,
    Name,
    Parameter,
    Phone,
    ProductSection,
    Reaction,
    Row,
    Section,
    Template,
    TemplateCard,
    Url,
    check,
    from_api,
    from_json,
    readable,
    to_json,
)
from whatsapp.errors import InvalidContent
from whatsapp.providers.base import Outgoing, Recipient
from whatsapp.providers.meta import payloads

PHONE = Recipient(phone="+5511988887777")
each = pytest.mark.parametrize("content", ALL.values(), ids=ALL)


def body_of(content: Content, to: Recipient = PHONE) -> dict:
    return payloads.message(Outgoing(to, content, "job-1"))


def test_every_kind_has_a_sample():
    assert {type(content) for content in ALL.values()} == set(get_args(Content))


@each
def test_what_is_at_metas_limits_passes_and_survives_its_stored_form(content):
    check(content)
    assert from_json(json.loads(json.dumps(to_json(content)))) == content


@each
def test_the_body_for_meta_is_what_a_tenants_system_may_post(content):
    body = json.loads(json.dumps(body_of(content)))
    assert from_api(body) == (replace(content, category="") if isinstance(content, Template) else content)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("image", "x" * 1024),
        ("document", "Nota"),
        ("video", ""),
        ("location", "MASP"),
        ("contacts", "Jana Souza"),
        ("reaction", "👍🏽"),
        ("interactive_cta_url", "oi"),
        ("interactive_voice_call", "Fale com a gente"),
    ],
)
def test_a_person_reads_what_was_written(name, text):
    assert readable(ALL[name]) == text


BUTTON = INTERACTIVE["button"]
LIST, LINK_BUTTON, FLOW = INTERACTIVE["list"], INTERACTIVE["cta_url"], INTERACTIVE["flow"]
ROW = Row("a", "Um")
CARD = Card(IMAGE, "", "Ver", LINK)
TEMPLATE = TEMPLATES["positional"]
ACTION, PARAMETERS = "interactive.action", "interactive.action.parameters"


def cards(*found):
    return Carousel("oi", found)


def template_button(*values, **more):
    return Template("aviso", "pt_BR", buttons=(ButtonParameter(0, *values, **more),))


WRONG = [
    (File("image"), "image"),
    (File("image", id="1", link=LINK), "image"),
    (File("image", link="ftp://example.com/a.png"), "image.link"),
    (File("image", link="https://"), "image.link"),
    (File("image", link=LINK + "x" * 2048), "image.link"),
    (File("image", id="1", caption="x" * 1025), "image.caption"),
    (File("audio", id="1", caption="oi"), "audio.caption"),
    (File("sticker", id="1", caption="oi"), "sticker.caption"),
    (File("image", id="1", filename="a.png"), "image.filename"),
    (File("document", id="1", filename="a\x00.pdf"), "document.filename"),
    (File("video", id="1", voice=True), "video.voice"),
    (Location(90.1, 0), "location.latitude"),
    (Location(0, -180.1), "location.longitude"),
    (Location(float("nan"), 0), "location.latitude"),
    (Contacts(()), "contacts"),
    (Contacts((ContactCard(Name("Ana")),) * 258), "contacts"),
    (Contacts((ContactCard(Name(" ")),)), "contacts.0.name.formatted_name"),
    (Contacts((ContactCard(Name("Ana"), (Phone(""),)),)), "contacts.0.phones.0.phone"),
    (Contacts((ContactCard(Name("Ana"), (Phone("1", wa_id="+55"),)),)), "contacts.0.phones.0.wa_id"),
    (Contacts((ContactCard(Name("Ana"), urls=(Url("example"),)),)), "contacts.0.urls.0.url"),
    (Contacts((ContactCard(Name("Ana"), birthday="31/12/1990"),)), "contacts.0.birthday"),
    (Reaction("", "👍"), "reaction.message_id"),
    (Reaction("wamid.1", "x" * 41), "reaction.emoji"),
    (replace(BUTTON, header=File("audio", id="1")), "interactive.header.type"),
    (replace(BUTTON, header=File("image", id="1", caption="oi")), "interactive.header.image.caption"),
    (replace(BUTTON, header=File("image")), "interactive.header.image"),
    (replace(LIST, body="x" * 4097), "interactive.body.text"),
    (replace(LIST, body="  "), "interactive.body.text"),
    (replace(LIST, button="x" * 21), f"{ACTION}.button"),
    (replace(LIST, sections=()), f"{ACTION}.sections"),
    (replace(LIST, sections=(Section(()),)), f"{ACTION}.sections"),
    (replace(LIST, sections=(Section(tuple(Row(str(i), "Um") for i in range(11))),)), f"{ACTION}.sections"),
    (replace(LIST, sections=(Section((ROW, ROW)),)), f"{ACTION}.sections"),
    (replace(LIST, sections=(Section((ROW,), "a"), Section((Row("b", "Dois"),)))), f"{ACTION}.sections.1.title"),
    (replace(LIST, sections=(Section((ROW,), "x" * 25),)), f"{ACTION}.sections.0.title"),
    (replace(LIST, sections=(Section((Row("r" * 201, "Um"),)),)), f"{ACTION}.sections.0.rows.0.id"),
    (replace(LIST, sections=(Section((Row("a", "x" * 25),)),)), f"{ACTION}.sections.0.rows.0.title"),
    (replace(LIST, sections=(Section((Row("a", "Um", "x" * 73),)),)), f"{ACTION}.sections.0.rows.0.description"),
    (replace(LINK_BUTTON, display_text="x" * 21), f"{PARAMETERS}.display_text"),
    (replace(LINK_BUTTON, url="example.com"), f"{PARAMETERS}.url"),
    (replace(FLOW, cta="x" * 31), f"{PARAMETERS}.flow_cta"),
    (replace(FLOW, cta="Abrir 🚀"), f"{PARAMETERS}.flow_cta"),
    (replace(FLOW, flow_name="cadastro"), f"{PARAMETERS}.flow_id"),
    (replace(FLOW, flow_id=""), f"{PARAMETERS}.flow_id"),
    (replace(FLOW, mode="live"), f"{PARAMETERS}.mode"),
    (replace(FLOW, action="jump"), f"{PARAMETERS}.flow_action"),
    (replace(FLOW, data={}), f"{PARAMETERS}.flow_action_payload"),
    (replace(FLOW, screen=""), f"{PARAMETERS}.flow_action_payload"),
    (replace(FLOW, action="data_exchange"), f"{PARAMETERS}.flow_action_payload"),
    (replace(FLOW, data={"name": "a\x00"}), "interactive.data.name"),
    (replace(FLOW, data={"list": ["\ud800"]}), "interactive.data.list.0"),
    (replace(FLOW, data={"\x00": 1}), "interactive.data"),
    (
        replace(FLOW, data=functools.reduce(lambda inner, _: {"a": inner}, range(100), {})),
        "interactive" + ".data" + ".a" * 19,
    ),
    (replace(FLOW, token="a\x00"), "interactive.token"),
    (replace(INTERACTIVE["product"], product_id=""), f"{ACTION}.product_retailer_id"),
    (replace(INTERACTIVE["product_list"], header=""), "interactive.header.text"),
    (replace(INTERACTIVE["product_list"], sections=THIRTY + THIRTY[:1]), f"{ACTION}.sections"),
    (replace(INTERACTIVE["product_list"], sections=(ProductSection(("p",) * 31),)), f"{ACTION}.sections"),
    (replace(INTERACTIVE["product_list"], sections=(ProductSection((" ",)),)), f"{ACTION}.sections.0.product_items"),
    (replace(INTERACTIVE["catalog_message"], body="x" * 1025), "interactive.body.text"),
    (replace(INTERACTIVE["voice_call"], ttl_minutes=0), f"{PARAMETERS}.ttl_minutes"),
    (cards(CARD), f"{ACTION}.cards"),
    (cards(*[CARD] * 11), f"{ACTION}.cards"),
    (cards(CARD, replace(CARD, header=File("video", id="1"))), f"{ACTION}.cards"),
    (cards(CARD, replace(CARD, url="", buttons=BUTTON.buttons)), f"{ACTION}.cards"),
    (cards(CARD, replace(CARD, body="x" * 161)), f"{ACTION}.cards.1.body.text"),
    (cards(CARD, replace(CARD, body="a\nb\nc\nd")), f"{ACTION}.cards.1.body.text"),
    (cards(*[replace(CARD, buttons=BUTTON.buttons)] * 2), f"{ACTION}.cards.0.action"),
    (replace(TEMPLATE, header=File("audio", id="1")), "template.header.type"),
    (replace(TEMPLATE, header=File("image", id="1", caption="oi")), "template.header.image.caption"),
    (replace(TEMPLATE, header=Location(91, 0)), "template.header.location.latitude"),
    (replace(TEMPLATE, offer_ends_ms=0), "template.limited_time_offer"),
    (template_button("copy_code", "x" * 16), "template.buttons.0"),
    (template_button("dance", "x"), "template.buttons.0"),
    (template_button("flow", "t", {}), "template.buttons.0.data"),
    (template_button("mpm", "sku-1"), "template.buttons.0.sections"),
    (template_button("voice_call", ttl_minutes=43_201), "template.buttons.0.ttl_minutes"),
    (replace(TEMPLATE, buttons=(ButtonParameter(0, "url", "a"),) * 2), "template.buttons"),
    (replace(TEMPLATES["code"], body=(Parameter("1" * 16),)), "template.body.0"),
    (replace(TEMPLATE, cards=(TemplateCard(IMAGE),) * 11), "template.cards"),
    (replace(TEMPLATE, cards=(TemplateCard(IMAGE), TemplateCard(File("video", id="1")))), "template.cards"),
    (replace(TEMPLATE, cards=(TemplateCard(File("document", id="1")),)), "template.cards.0.header.type"),
]


@pytest.mark.parametrize(("content", "field"), WRONG, ids=[f"{n}-{field}" for n, (_, field) in enumerate(WRONG)])
def test_what_is_outside_metas_limits_names_its_field_in_both_languages(content, field):
    told = {}
    for language in ("pt-br", "en"):
        with translation.override(language), pytest.raises(InvalidContent) as refused:
            check(content)
        told[language] = refused.value.fields
    assert field in told["en"]
    assert told["en"].keys() == told["pt-br"].keys()
    assert told["en"][field] != told["pt-br"][field], "not translated"


def test_a_code_for_signing_in_needs_a_phone():
    with pytest.raises(InvalidContent) as refused:
        body_of(TEMPLATES["code"], Recipient(user_id="BR.1111"))
    assert list(refused.value.fields) == ["to"]


def test_a_reaction_is_never_an_answer():
    outgoing = Outgoing(PHONE, PLAIN["reaction"], "job-1", reply_to="wamid.2")
    assert "context" not in payloads.message(outgoing)


@pytest.mark.parametrize(
    ("type_", "value", "field"),
    [
        ("image", {"id": 7}, "image.id"),
        ("image", "https://example.com", "image"),
        ("location", {"latitude": "north", "longitude": 1}, "location.latitude"),
        ("location", {"latitude": 1}, "location.longitude"),
        ("contacts", [{"name": "Ana"}], "contacts.0.name"),
        ("contacts", {"name": {}}, "contacts"),
        ("interactive", {"type": "list", "body": {"text": "oi"}, "action": {"button": "Ver"}}, f"{ACTION}.sections"),
        ("interactive", {"type": "flow", "body": {"text": "oi"}, "action": {}}, PARAMETERS),
        ("interactive", {"type": "product", "header": {}, "action": {}}, "interactive.header"),
        ("interactive", {"type": "order_details"}, "interactive.type"),
        (
            "interactive",
            {"type": "carousel", "body": {"text": "a"}, "action": {"cards": [{"type": "cta_url"}]}},
            f"{ACTION}.cards.0.header",
        ),
    ],
)
def test_a_posted_mistake_names_its_path(type_, value, field):
    with pytest.raises(InvalidContent) as refused:
        from_api({"type": type_, type_: value})
    assert list(refused.value.fields) == [field]
