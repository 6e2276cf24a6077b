"""A template as the customer's phone shows it."""

import pytest

from templates_mgmt import preview
from templates_mgmt.preview import Button, Header

BODY = {"type": "BODY", "text": "Olá {{1}}, até {{2}}."}


def with_buttons(*buttons):
    return [BODY, {"type": "BUTTONS", "buttons": list(buttons)}]


def reply(text):
    return {"type": "QUICK_REPLY", "text": text}


def test_values_take_their_places_and_what_has_none_stays():
    shown = preview.bubble([BODY], {"1": "Maria"})
    assert shown.body == "Olá Maria, até {{2}}."


def test_a_value_is_no_variable_of_its_own():
    assert preview.bubble([BODY], {"1": "{{2}}", "2": "logo"}).body == "Olá {{2}}, até logo."


def test_header_and_body_have_variables_of_their_own():
    header = {"type": "HEADER", "format": "TEXT", "text": "Para {{1}}"}
    shown = preview.bubble([header, BODY], {"1": "Maria", "header.1": "você"})
    assert (shown.header, shown.body) == (Header("TEXT", "Para você"), "Olá Maria, até {{2}}.")


@pytest.mark.parametrize("format_", ["IMAGE", "VIDEO", "DOCUMENT", "LOCATION", "GIF"])
def test_a_header_that_is_no_text_is_named(format_):
    assert preview.bubble([{"type": "HEADER", "format": format_}, BODY], {}).header == Header(format_)


def test_three_buttons_are_shown():
    shown = preview.bubble(with_buttons(*map(reply, "abc")), {}).buttons
    assert [button.text for button in shown.shown] == ["a", "b", "c"]
    assert shown.behind == ()


def test_of_more_than_three_buttons_two_are_shown_and_the_others_stand_behind_one():
    shown = preview.bubble(with_buttons(*map(reply, "abcd")), {}).buttons
    assert [button.text for button in shown.shown] == ["a", "b"]
    assert [button.text for button in shown.behind] == ["c", "d"]


def test_an_address_shows_where_it_leads():
    button = {"type": "URL", "text": "Ver", "url": "https://a.com/{{1}}"}
    assert preview.bubble(with_buttons(button), {"button.0": "x9"}).buttons.shown == (
        Button("URL", "Ver", "https://a.com/x9"),
    )


@pytest.mark.parametrize(("language", "words"), [("pt_BR", "Seguran"), ("en_US", "security"), ("zu", "security")])
def test_meta_writes_the_words_of_a_code(language, words):
    components = [
        {"type": "BODY", "add_security_recommendation": True},
        {"type": "FOOTER", "code_expiration_minutes": 5},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
    ]
    shown = preview.bubble(components, {}, language=language, category="AUTHENTICATION")
    assert preview.SAMPLE_CODE in shown.body
    assert words.lower() in shown.body.lower()
    assert "5" in shown.footer
    assert shown.buttons.shown[0].text


def test_cards_and_offer_are_shown_with_their_samples():
    card = {
        "components": [
            {"type": "HEADER", "format": "IMAGE"},
            {"type": "BODY", "text": "Só {{1}}.", "example": {"body_text": [["hoje"]]}},
            {"type": "BUTTONS", "buttons": [reply("Quero")]},
        ]
    }
    offer = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Acaba logo", "has_expiration": True}}
    components = [BODY, offer, {"type": "CAROUSEL", "cards": [card, card]}]
    samples = preview.examples(components)
    shown = preview.bubble(components, samples | {"card.1.1": "amanhã"})
    assert (shown.offer, shown.expires, len(shown.cards)) == ("Acaba logo", True, 2)
    assert (shown.cards[0].body, shown.cards[0].header) == ("Só hoje.", Header("IMAGE"))
    assert shown.cards[1].body == "Só amanhã."


@pytest.mark.parametrize(
    "example", [{"body_text": [["Ana", "já"]]}, {"body_text": ["Ana", "já"]}], ids=["nested", "flat"]
)
def test_the_samples_of_a_text_are_read(example):
    assert preview.examples([BODY | {"example": example}]) == {"1": "Ana", "2": "já"}


def test_the_samples_of_named_variables_go_by_name():
    params = [{"param_name": "day", "example": "hoje"}, {"param_name": "name", "example": "Ana"}]
    body = {"type": "BODY", "text": "{{name}} {{day}}", "example": {"body_text_named_params": params}}
    assert preview.examples([body]) == {"name": "Ana", "day": "hoje"}


def test_the_sample_of_an_address_is_its_end():
    button = {"type": "URL", "text": "Ver", "url": "https://a.com/{{1}}", "example": ["https://a.com/x9"]}
    assert preview.examples(with_buttons(button)) == {"button.0": "x9"}


@pytest.mark.parametrize(
    "components",
    [
        [None, 3, "x"],
        [{"type": "BODY", "text": None, "example": {"body_text": [None]}}],
        [{"type": "BUTTONS", "buttons": {"a": 1}}],
        [{"type": "BUTTONS", "buttons": [{"type": None, "url": None, "example": {}}]}],
        [{"type": "CAROUSEL", "cards": [{"components": None}, 3]}],
        [{"type": "LIMITED_TIME_OFFER", "limited_time_offer": []}],
        [{"type": "HEADER", "format": 7, "example": []}],
    ],
)
def test_components_that_nobody_understands_break_nothing(components):
    assert isinstance(preview.bubble(components, preview.examples(components)), preview.Bubble)
