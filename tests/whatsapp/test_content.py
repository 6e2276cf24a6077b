"""What can be sent, its limits, its stored form, and what a tenant's system may post."""

import pytest

from whatsapp.content import (
    ButtonParameter,
    Buttons,
    Parameter,
    ReplyButton,
    Template,
    Text,
    check,
    from_api,
    from_json,
    to_json,
    variable_text,
)
from whatsapp.errors import InvalidContent

ONE = (ReplyButton("a", "Sim"),)
TEMPLATE = Template(
    "aviso",
    "pt_BR",
    (Parameter("Ana"), Parameter("Corte")),
    (Parameter("Oi"),),
    (ButtonParameter(0, "quick_reply", "confirm:1"),),
    "UTILITY",
    "Oi Ana",
)


def wrong_fields(call, *args):
    with pytest.raises(InvalidContent) as refused:
        call(*args)
    assert all(sentence for sentence in refused.value.fields.values())
    return sorted(refused.value.fields)


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        (Text(""), ["text.body"]),
        (Text(" \n"), ["text.body"]),
        (Text("x" * 4097), ["text.body"]),
        (Text("a\x00b"), ["text.body"]),
        (Text("a\ud800b"), ["text.body"]),
        (Buttons("oi", ()), ["interactive.action.buttons"]),
        (Buttons("oi", tuple(ReplyButton(str(i), str(i)) for i in range(4))), ["interactive.action.buttons"]),
        (Buttons("oi", (ReplyButton("a", "Sim"), ReplyButton("b", "Sim"))), ["interactive.action.buttons"]),
        (Buttons("oi", (ReplyButton("a", "Sim"), ReplyButton("a", "Não"))), ["interactive.action.buttons"]),
        (Buttons("oi", (ReplyButton("a", "x" * 21),)), ["interactive.action.buttons.0.reply.title"]),
        (Buttons("oi", (ReplyButton("a" * 257, "Sim"),)), ["interactive.action.buttons.0.reply.id"]),
        (Buttons("x" * 1025, ONE), ["interactive.body.text"]),
        (Buttons("oi", ONE, header="x" * 61), ["interactive.header.text"]),
        (Buttons("oi", ONE, footer="x" * 61), ["interactive.footer.text"]),
        (Template("Aviso 1", "pt_BR"), ["template.name"]),
        (Template("aviso", "português"), ["template.language"]),
        (Template("aviso", "pt_BR", (Parameter("a\nb"),)), ["template.body.0"]),
        (Template("aviso", "pt_BR", (Parameter("a     b"),)), ["template.body.0"]),
        (Template("aviso", "pt_BR", (Parameter("a"), Parameter(""))), ["template.body.1"]),
        (Template("aviso", "pt_BR", (Parameter("a", "x"), Parameter("b"))), ["template.body"]),
        (Template("aviso", "pt_BR", header=(Parameter("x" * 61),)), ["template.header.0"]),
        (Template("aviso", "pt_BR", buttons=(ButtonParameter(0, "quick_reply", "x" * 257),)), ["template.buttons.0"]),
        (Template("aviso", "pt_BR", buttons=(ButtonParameter(10, "url", "x"),)), ["template.buttons.0"]),
    ],
)
def test_what_is_outside_metas_limits_names_its_field(content, fields):
    assert wrong_fields(check, content) == fields


@pytest.mark.parametrize(
    "content",
    [
        Text("x" * 4096),
        Buttons("x" * 1024, tuple(ReplyButton(c * 256, c * 20) for c in "abc"), "x" * 60, "x" * 60),
        TEMPLATE,
    ],
)
def test_what_is_at_metas_limits_passes_and_survives_its_stored_form(content):
    check(content)
    assert from_json(to_json(content)) == content


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"type": "poll"},
        {"type": "interactive", "form": "poll"},
        {"type": "image", "kind": "image", "caption": 7},
        {"type": "location", "latitude": True, "longitude": 1},
        {"type": "text"},
        {"type": "text", "body": "a", "size": 1},
        {"type": "template", "body": 1},
    ],
)
def test_stored_content_that_cannot_be_read_is_a_value_error(stored):
    with pytest.raises(ValueError, match="content"):
        from_json(stored)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Rua Um, 1\nSala 2", "Rua Um, 1 Sala 2"),
        ("a\r\n\tb", "a b"),
        ("a         b", "a    b"),
        ("  Ana\u2028 ", "Ana"),
        ("a\x00\ud800b", "ab"),
        (" \n\t ", ""),
    ],
)
def test_a_variables_value_is_made_what_meta_takes(raw, clean):
    assert variable_text(raw) == clean


def test_long_runs_of_white_space_cost_no_time():
    assert variable_text("a" + " " * 300_000 + "b") == "a    b"


@pytest.mark.parametrize(
    ("posted", "content"),
    [
        ({"type": "text", "text": "oi"}, Text("oi")),
        ({"type": "text", "text": {"body": "oi", "preview_url": True}, "to": "+55"}, Text("oi", preview_url=True)),
        ({"type": "template", "template": {"name": "aviso", "language": "pt_BR"}}, Template("aviso", "pt_BR")),
        (
            {
                "type": "template",
                "template": {
                    "name": "aviso",
                    "language": {"code": "pt_BR"},
                    "components": [
                        {"type": "HEADER", "parameters": [{"type": "text", "text": "Oi"}]},
                        {"type": "body", "parameters": [{"type": "text", "parameter_name": "n", "text": "Ana"}]},
                        {
                            "type": "button",
                            "sub_type": "QUICK_REPLY",
                            "index": 0,
                            "parameters": [{"type": "payload", "payload": "p"}],
                        },
                        {
                            "type": "button",
                            "sub_type": "url",
                            "index": "1",
                            "parameters": [{"type": "text", "text": "s"}],
                        },
                    ],
                },
            },
            Template(
                "aviso",
                "pt_BR",
                (Parameter("Ana", "n"),),
                (Parameter("Oi"),),
                (ButtonParameter(0, "quick_reply", "p"), ButtonParameter(1, "url", "s")),
            ),
        ),
        (
            {
                "type": "interactive",
                "interactive": {
                    "type": "button",
                    "header": {"type": "text", "text": "H"},
                    "body": {"text": "B"},
                    "footer": {"text": "F"},
                    "action": {"buttons": [{"type": "reply", "reply": {"id": "a", "title": "Sim"}}]},
                },
            },
            Buttons("B", ONE, "H", "F"),
        ),
    ],
)
def test_metas_shapes_are_taken_when_posted(posted, content):
    assert from_api(posted) == content


BUTTONS = {"type": "button", "body": {"text": "B"}, "action": {"buttons": [{"reply": {"id": "a", "title": "Sim"}}]}}


@pytest.mark.parametrize(
    ("posted", "field"),
    [
        ({}, "type"),
        ({"type": 7}, "type"),
        ({"type": "poll"}, "type"),
        ({"type": "text"}, "text"),
        ({"type": "text", "text": {}}, "text.body"),
        ({"type": "text", "text": {"body": 7}}, "text.body"),
        ({"type": "text", "text": {"body": "a", "preview_url": "yes"}}, "text.preview_url"),
        ({"type": "template", "template": "aviso"}, "template"),
        ({"type": "template", "template": {"name": "aviso"}}, "template.language"),
        ({"type": "template", "template": {"name": "a", "language": {}}}, "template.language.code"),
        (
            {"type": "template", "template": {"name": "a", "language": "pt_BR", "components": {"a": 1}}},
            "template.components",
        ),
        (
            {"type": "template", "template": {"name": "a", "language": "pt_BR", "components": [{"type": "footer"}]}},
            "template.components.0.type",
        ),
        (
            {
                "type": "template",
                "template": {
                    "name": "a",
                    "language": "pt_BR",
                    "components": [{"type": "body", "parameters": [{"type": "image"}]}],
                },
            },
            "template.components.0.parameters.0.type",
        ),
        (
            {
                "type": "template",
                "template": {
                    "name": "a",
                    "language": "pt_BR",
                    "components": [{"type": "button", "sub_type": "url", "index": "²", "parameters": []}],
                },
            },
            "template.components.0.index",
        ),
        ({"type": "interactive", "interactive": BUTTONS | {"type": "poll"}}, "interactive.type"),
        ({"type": "interactive", "interactive": BUTTONS | {"header": {"type": "sticker"}}}, "interactive.header.type"),
        ({"type": "interactive", "interactive": BUTTONS | {"action": {}}}, "interactive.action.buttons"),
        ({"type": "interactive", "interactive": BUTTONS | {"action": []}}, "interactive.action"),
        (
            {"type": "interactive", "interactive": BUTTONS | {"action": {"buttons": ["Sim"]}}},
            "interactive.action.buttons.0",
        ),
    ],
)
def test_a_posted_mistake_names_its_path(posted, field):
    assert wrong_fields(from_api, posted) == [field]


def test_an_unknown_type_is_told_the_ones_there_are():
    with pytest.raises(InvalidContent, match="text, template, interactive"):
        from_api({"type": "poll"})
