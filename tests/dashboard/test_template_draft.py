"""The editor's form as a definition for Meta, and back."""

from dataclasses import replace
from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from dashboard.editor import definitions, pressing, telling, typed
from dashboard.editor.typed import ButtonDraft, CardDraft, Draft
from templates_mgmt import preview, rules, wording
from tests.templates_mgmt.template_samples import GOOD

WRITTEN = Draft(
    name="lembrete",
    body="Olá {{first_name}}, seu horário é {{date}} às {{time}}. Até lá, qualquer coisa escreva.",
    examples={"first_name": "Maria", "date": "21/11", "time": "14:00"},
    buttons=(ButtonDraft("QUICK_REPLY", "Confirmar"), ButtonDraft("QUICK_REPLY", "Reagendar")),
)

CARDS = (
    CardDraft("a", buttons=(ButtonDraft("QUICK_REPLY", "Quero"),)),
    CardDraft("b", buttons=(ButtonDraft("QUICK_REPLY", "Este"),)),
)


def definition(**values):
    return definitions.definition(replace(WRITTEN, **values))


def part(made, kind):
    return next(part for part in made["components"] if part["type"] == kind)


def test_what_is_written_is_what_meta_takes():
    made = definition()
    assert rules.check(made) == []
    assert made["parameter_format"] == "NAMED"
    params = part(made, "BODY")["example"]["body_text_named_params"]
    assert params[0] == {"param_name": "first_name", "example": "Maria"}


def test_numbered_variables_have_their_samples_in_order():
    made = definition(
        named=False, body="Sr. {{2}} e {{1}} são bem-vindos aqui hoje, sim.", examples={"1": "a", "2": "b"}
    )
    assert part(made, "BODY")["example"] == {"body_text": [["a", "b"]]}
    assert rules.check(made) == []


def test_an_end_of_an_address_becomes_the_whole_sample():
    button = ButtonDraft("URL", "Ver", url="https://a.com.br/{{1}}", example="x9")
    made = definition(buttons=(button,))
    assert part(made, "BUTTONS")["buttons"][0]["example"] == ["https://a.com.br/x9"]
    assert definitions.draft_of(made).buttons == (button,)


def test_a_template_of_a_code_has_no_words_of_its_own():
    made = definition(category="AUTHENTICATION", minutes="5", buttons=(ButtonDraft("OTP"),))
    assert part(made, "BODY") == {"type": "BODY", "add_security_recommendation": True}
    assert part(made, "FOOTER") == {"type": "FOOTER", "code_expiration_minutes": 5}
    assert rules.check(made) == []


@pytest.mark.parametrize(
    ("typed", "sent"), [("5", 5), ("-1", -1), ("cinco", "cinco"), ("٣", "٣"), ("9" * 40, "9" * 40)]
)
def test_a_number_that_is_none_is_left_for_the_rules_to_refuse(typed, sent):
    made = definition(ttl=typed)
    assert made["message_send_ttl_seconds"] == sent


@pytest.mark.parametrize("name", GOOD)
def test_a_template_of_metas_stays_what_it_is_through_the_form(name):
    made = definitions.definition(definitions.draft_of(GOOD[name]))
    expected = GOOD[name]
    assert rules.check(made) == []
    assert wording.same_words(made["components"], expected["components"])
    assert preview.examples(made["components"]) == preview.examples(expected["components"])
    assert made.get("message_send_ttl_seconds") == expected.get("message_send_ttl_seconds")


def test_what_the_form_does_not_show_of_a_button_stays():
    button = {"type": "FLOW", "text": "Abrir", "flow_name": "pesquisa", "flow_action": "data_exchange"}
    draft = definitions.draft_of({"components": [{"type": "BUTTONS", "buttons": [button]}]})
    assert part(definitions.definition(draft), "BUTTONS")["buttons"] == [button]


def test_an_offer_has_its_own_fields():
    made = definitions.draft_of(GOOD["offer"])
    assert (made.offer, made.offer_text, made.offer_ends, made.kept) == (True, "Só até sexta", True, "")
    kinds = [part["type"] for part in definitions.components(made)]
    assert kinds == ["HEADER", "LIMITED_TIME_OFFER", "BODY", "BUTTONS"]
    assert "LIMITED_TIME_OFFER" not in str(definitions.components(replace(made, offer=False)))


def test_an_offer_with_more_than_the_form_shows_passes_unchanged():
    odd = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Só hoje", "colour": "red"}}
    made = definitions.draft_of(GOOD["words"] | {"components": [odd]})
    assert not made.offer
    assert definitions.kept(made) == [odd]


def test_cards_have_their_own_fields():
    made = definitions.draft_of(GOOD["cards"])
    assert (made.carousel, made.cards_header, made.kept) == (True, "IMAGE", "")
    assert made.card_kinds == ("QUICK_REPLY", "URL")
    assert [card.body for card in made.cards] == ["Corte e escova"] * 2
    assert "CAROUSEL" not in str(definitions.components(replace(made, carousel=False)))


def test_a_cards_variables_have_their_own_samples():
    card = CardDraft("Só {{1}}, {{2}} e mais nada.", "4::a", examples={"1": "hoje", "2": "agora"})
    made = definition(carousel=True, named=False, cards=(card, replace(card, examples={})))
    first, second = (one["components"][1] for one in part(made, "CAROUSEL")["cards"])
    assert first["example"] == {"body_text": [["hoje", "agora"]]}
    assert "example" not in second


def test_beside_cards_there_is_only_the_text():
    made = definition(carousel=True, header="TEXT", header_text="Oi", footer="Até", cards=CARDS)
    assert [one["type"] for one in made["components"]] == ["BODY", "CAROUSEL"]


@pytest.mark.parametrize(
    "odd",
    [
        {"components": []},
        {"components": [{"type": "HEADER", "format": "PRODUCT"}]},
        {"components": [{"type": "HEADER", "format": "IMAGE"}, {"type": "FOOTER", "text": "Oi"}]},
    ],
)
def test_cards_of_another_build_than_the_form_shows_pass_unchanged(odd):
    carousel = {"type": "CAROUSEL", "cards": [odd, odd]}
    draft = definitions.draft_of({"components": [{"type": "BODY", "text": "Olá."}, carousel]})
    assert (draft.carousel, definitions.kept(draft)) == (False, [carousel])


def test_parts_made_elsewhere_pass_unchanged():
    carousel = {"type": "CAROUSEL", "cards": [{"components": []}]}
    draft = definitions.draft_of({"components": [{"type": "BODY", "text": "Olá."}, carousel]})
    assert definitions.components(draft)[-1] == carousel


@pytest.mark.parametrize(
    ("act", "kinds"),
    [
        ("add:URL", ["QUICK_REPLY", "PHONE_NUMBER", "URL"]),
        ("remove:0", ["PHONE_NUMBER"]),
        ("up:1", ["PHONE_NUMBER", "QUICK_REPLY"]),
        ("up:0", ["QUICK_REPLY", "PHONE_NUMBER"]),
        ("down:0", ["PHONE_NUMBER", "QUICK_REPLY"]),
        ("down:9", ["QUICK_REPLY", "PHONE_NUMBER"]),
        ("nonsense:0", ["QUICK_REPLY", "PHONE_NUMBER"]),
    ],
)
def test_buttons_come_go_and_move(act, kinds):
    draft = Draft(buttons=(ButtonDraft("QUICK_REPLY"), ButtonDraft("PHONE_NUMBER")))
    assert [button.kind for button in pressing.change(draft, act).buttons] == kinds


@pytest.mark.parametrize(
    ("act", "texts", "kinds"),
    [
        ("card:add:", ["a", "b", ""], ["QUICK_REPLY"]),
        ("card:remove:0", ["b"], ["QUICK_REPLY"]),
        ("card:up:1", ["b", "a"], ["QUICK_REPLY"]),
        ("card:down:0", ["b", "a"], ["QUICK_REPLY"]),
        ("card:down:99999", ["a", "b"], ["QUICK_REPLY"]),
        ("kind:add:URL", ["a", "b"], ["QUICK_REPLY", "URL"]),
        ("kind:remove:0", ["a", "b"], []),
    ],
)
def test_cards_and_their_buttons_come_go_and_move(act, texts, kinds):
    changed = pressing.change(Draft(carousel=True, cards=CARDS), act)
    assert [card.body for card in changed.cards] == texts
    assert all([button.kind for button in card.buttons] == kinds for card in changed.cards)


def test_a_new_card_has_the_buttons_of_the_one_before():
    changed = pressing.change(Draft(carousel=True, cards=CARDS), "card:add:")
    assert changed.cards[2] == CardDraft(buttons=CARDS[1].buttons)


def test_the_first_cards_buttons_are_written_on_all():
    changed = pressing.change(Draft(carousel=True, cards=CARDS), "kind:same:")
    assert [card.buttons[0].text for card in changed.cards] == ["Quero"] * 2


def test_a_carousel_begins_with_two_cards():
    draft = typed.read(QueryDict("carousel=1&category=MARKETING"))
    assert (len(draft.cards), draft.card_kinds) == (2, ("QUICK_REPLY",))


def read_back(draft):
    return typed.read(QueryDict(urlencode(typed.set_aside(draft))))


def test_what_does_not_stand_beside_cards_comes_back_with_the_form():
    draft = replace(WRITTEN, carousel=True, footer="Até", offer=True, offer_text="Só hoje", cards=CARDS)
    read = read_back(draft)
    assert (read.footer, read.offer, read.offer_text, read.buttons) == ("Até", True, "Só hoje", WRITTEN.buttons)


@pytest.mark.parametrize(("carousel", "category"), [(False, "MARKETING"), (True, "AUTHENTICATION")])
def test_cards_that_are_not_shown_come_back_with_the_form(carousel, category):
    read = read_back(Draft(category=category, carousel=carousel, cards=CARDS))
    assert (read.carousel, read.cards) == (carousel, CARDS)


def test_a_form_is_read_as_it_was_sent():
    sent = "name=a&named=1&body=um%0D%0Adois&buttons=1&buttons.0.kind=URL&buttons.0.url=x&example.1=y&seen=7"
    draft = typed.read(QueryDict(sent))
    assert (draft.name, draft.named, draft.body, draft.seen) == ("a", True, "um\ndois", "7")
    assert (draft.security, draft.examples, draft.buttons) == (False, {"1": "y"}, (ButtonDraft("URL", url="x"),))


@pytest.mark.parametrize("count", ["x", "-1", "9999999", ""])
def test_a_form_with_a_broken_count_is_read(count):
    draft = typed.read(QueryDict(f"buttons={count}"))
    assert len(draft.buttons) <= typed.MOST_BUTTONS


@pytest.mark.parametrize(
    ("field", "place"),
    [
        ("buttons.1.url", "buttons.1.url"),
        ("buttons.1.type", "buttons.1"),
        ("buttons.7.text", "buttons"),
        ("footer.text", "footer"),
        ("body", ""),
        ("carousel.cards.0.body.text", ""),
        ("nametag", ""),
    ],
)
def test_a_sentence_stands_at_the_closest_field(field, place):
    draft = Draft(buttons=(ButtonDraft("QUICK_REPLY"), ButtonDraft("URL")))
    assert telling.place_of(field, telling.places_of(draft)) == place


def test_while_somebody_writes_what_is_still_empty_is_no_mistake():
    draft = Draft(name="Com Espaço")
    problems = rules.check(definitions.definition(draft))
    told = telling.told(draft, problems, writing=True)
    assert set(told.sentences) == {"name"}
    assert set(telling.told(draft, problems).sentences) >= {"name", "body.text"}
