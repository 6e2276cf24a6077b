"""The editor's form as a definition for Meta, and back."""

from dataclasses import replace

import pytest
from django.http import QueryDict

from dashboard.editor import definitions, telling, typed
from dashboard.editor.typed import ButtonDraft, Draft
from templates_mgmt import preview, rules, wording
from tests.templates_mgmt.template_samples import GOOD

WRITTEN = Draft(
    name="lembrete",
    body="Olá {{first_name}}, seu horário é {{date}} às {{time}}. Até lá, qualquer coisa escreva.",
    examples={"first_name": "Maria", "date": "21/11", "time": "14:00"},
    buttons=(ButtonDraft("QUICK_REPLY", "Confirmar"), ButtonDraft("QUICK_REPLY", "Reagendar")),
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
    assert [button.kind for button in typed.change(draft, act).buttons] == kinds


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
