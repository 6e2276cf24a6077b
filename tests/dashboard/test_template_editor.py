"""The template editor: sentences at their fields, drafts, submissions, two people at once."""

import re
from dataclasses import replace
from urllib.parse import urlencode

import pytest
import responses
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict

from dashboard.editor import choices, definitions, telling, typed
from dashboard.editor.telling import slot_id
from dashboard.editor.typed import ButtonDraft, CardDraft, Draft
from templates_mgmt import rules
from templates_mgmt.models import MessageTemplate
from tests.dashboard.people import browser
from tests.dashboard.template_forms import form_of, form_of_payload
from tests.factories import make_appointment, make_template
from tests.templates_mgmt.broken_templates import BROKEN
from tests.templates_mgmt.template_samples import GOOD, HANDLE

pytestmark = pytest.mark.django_db
GRAPH = "http://graph.test/v25.0"
# Rules that nobody can break in the form: what it does not show passes unchanged, or cannot be typed.
OUT_OF_REACH = {
    *("not_text", "not_objects", "component_twice", "body_missing", "parameter_format_unknown"),
    *("buttons_empty", "header_file_address", "carousel_beside"),
    *("otp_component", "otp_own_words", "otp_recommendation", "otp_button", "otp_elsewhere"),
}


@pytest.fixture(autouse=True)
def own_app(settings):
    settings.WHATSAPP_META_GRAPH_URL = "http://graph.test"
    settings.WHATSAPP_META_APP_ID = "4711"


@pytest.fixture
def meta():
    """Answers nothing that a test did not say: a call too many fails it."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def manager(jana):
    return browser(jana, "manager")


@pytest.fixture
def account(jana):
    return MessageTemplate.objects.for_tenant(jana).first().account


@pytest.fixture
def written(account):
    return Draft(
        account=str(account.pk),
        name="lembrete",
        body="Olá {{first_name}}, seu horário é {{date}} às {{time}}. Qualquer coisa, escreva para nós.",
        examples={"first_name": "Maria", "date": "21/11", "time": "14:00"},
        buttons=(ButtonDraft("QUICK_REPLY", "Confirmar"), ButtonDraft("QUICK_REPLY", "Reagendar")),
    )


@pytest.fixture
def press(jana, manager):
    """Presses a button of the editor, with what is in its form."""

    def send(draft, do="submit", path="/modelos/novo/", client=manager, **values):
        return client.post(path, form_of(draft, tenant=str(jana.pk), do=do, **values))

    return send


def at(html, place):
    """What stands at a field."""
    found = re.search(rf'id="{slot_id(place)}".*?</div>', html, re.DOTALL)
    return found[0] if found else ""


def taken(meta, account, **values):
    meta.post(
        f"{GRAPH}/{account.waba_id}/message_templates",
        json={"id": "77", "status": "PENDING", "category": "UTILITY"} | values,
    )


def refused(meta, account, subcode=None, message="no", code=100):
    error = {"code": code, "message": "Invalid parameter", "error_subcode": subcode, "error_user_msg": message}
    meta.post(f"{GRAPH}/{account.waba_id}/message_templates", json={"error": error}, status=400)


def breaks_in_the_form(payload):
    """The codes that are left of a broken payload once it went through the form."""
    sent = QueryDict(urlencode(form_of_payload(payload)))
    draft = choices.with_samples(typed.read(sent))
    return {problem.code for problem in rules.check(definitions.definition(draft))}


EXPRESSIBLE = [
    row for row in BROKEN if row[0] not in {"not_text", "not_objects"} and row[0] in breaks_in_the_form(row[2])
]


def test_every_rule_within_reach_of_the_form_is_tried():
    assert {row[0] for row in BROKEN} - {row[0] for row in EXPRESSIBLE} == OUT_OF_REACH


def test_a_broken_rule_is_told_at_its_field_and_nothing_is_sent(jana, account, manager, meta):
    for code, field, payload in EXPRESSIBLE:
        form = form_of_payload(payload, tenant=str(jana.pk), account=str(account.pk), do="submit")
        page = manager.post("/modelos/novo/", form)
        told = page.context["told"]
        place = telling.place_of(field, told.places)
        assert page.status_code == 400, (code, field)
        assert told.sentences[place], (code, field)
        assert "rc-error" in at(page.content.decode(), place), (code, field)
    assert len(meta.calls) == 0
    assert not MessageTemplate.objects.filter(status="DRAFT").exists()


def test_what_is_right_goes_to_meta_and_waits_for_its_review(account, press, meta, written):
    taken(meta, account)
    answer = press(written)
    row = MessageTemplate.objects.get(name="lembrete")
    assert answer.url == f"/modelos/{row.pk}/"
    assert (row.status, row.template_id, row.draft) == ("PENDING", "77", None)
    assert len(meta.calls) == 1


def test_what_meta_refuses_is_told_at_its_field_and_kept_as_a_draft(account, press, meta, written):
    refused(meta, account, subcode=2388299)
    page = press(written)
    row = MessageTemplate.objects.get(name="lembrete")
    assert page.status_code == 400
    assert "rc-error" in at(page.content.decode(), "body.text")
    assert row.status == "DRAFT"
    assert f'action="/modelos/{row.pk}/editar/"' in page.content.decode()


def test_metas_own_words_are_shown_where_nobody_knows_the_refusal(account, press, meta, written):
    refused(meta, account, message="Bring cake <b>")
    html = press(written).content.decode()
    assert "Bring cake &lt;b&gt;" in html


def test_a_draft_may_be_unfinished(account, press, meta, written):
    press(replace(written, body="", buttons=()), do="save")
    row = MessageTemplate.objects.get(name="lembrete")
    assert (row.status, len(meta.calls)) == ("DRAFT", 0)


def test_a_draft_is_found_again_in_the_form(jana, account, manager, press, written):
    press(written, do="save")
    row = MessageTemplate.objects.get(name="lembrete")
    draft = manager.get(f"/modelos/{row.pk}/editar/").context["draft"]
    assert draft == replace(written, seen=str(row.revision), minutes="", security=False)


def test_the_second_of_two_who_write_is_told_and_nothing_of_the_first_is_lost(account, press, written, manager):
    press(written, do="save")
    row = MessageTemplate.objects.get(name="lembrete")
    path, seen = f"/modelos/{row.pk}/editar/", str(row.revision)
    press(replace(written, footer="Da primeira", seen=seen), do="save", path=path)
    page = press(replace(written, footer="Da segunda", seen=seen), do="save", path=path)
    row.refresh_from_db()
    assert page.context["conflict"]
    assert "Da segunda" in page.content.decode()
    assert "Da primeira" in str(row.draft)


def test_the_second_may_put_theirs_in_its_place_knowingly(press, written):
    press(written, do="save")
    row = MessageTemplate.objects.get(name="lembrete")
    path = f"/modelos/{row.pk}/editar/"
    press(replace(written, footer="Da segunda", seen="0"), do="save", path=path, overwrite="1")
    row.refresh_from_db()
    assert "Da segunda" in str(row.draft)


@pytest.mark.parametrize(
    ("act", "texts"),
    [
        ("add:URL", ["Confirmar", "Reagendar", ""]),
        ("remove:0", ["Reagendar"]),
        ("up:1", ["Reagendar", "Confirmar"]),
        ("show", ["Confirmar", "Reagendar"]),
    ],
)
def test_the_form_changes_without_saving_or_losing_anything(press, meta, written, act, texts):
    page = press(written, do=act)
    assert page.status_code == 200
    assert [button.text for button in page.context["draft"].buttons] == texts
    assert page.context["draft"].body == written.body
    assert not MessageTemplate.objects.filter(name="lembrete").exists()


def test_while_it_is_written_the_phone_and_the_sentences_follow(press, written):
    page = press(replace(written, body="Olá {{first_name}}{{date}}.", name="Com Espaço"), path="/modelos/conferir/")
    html = page.content.decode()
    assert str(rules.SENTENCES["variables_adjacent"]) in at(html, "body.text")
    assert "rc-error" in at(html, "name")
    assert "Maria" in html.split("tp-told")[0]


def test_while_it_is_written_nothing_is_said_of_what_is_still_empty(press, account):
    html = press(Draft(account=str(account.pk)), path="/modelos/conferir/").content.decode()
    assert "rc-error" not in html


def test_samples_come_anew_only_where_the_variables_are_others(press, written):
    same = press(written, path="/modelos/conferir/", variables="first_name,date,time").content.decode()
    other = press(written, path="/modelos/conferir/", variables="first_name").content.decode()
    assert 'id="examples"' not in same
    assert 'name="example.time"' in other


def test_a_variable_called_as_a_field_begins_with_its_sample(press, written):
    html = press(replace(written, examples={}), path="/modelos/conferir/", variables="").content.decode()
    assert 'value="21/11/2026"' in html
    assert "Olá Maria" in html


def test_the_preview_shows_the_data_of_a_coming_appointment(jana, press, written):
    appointment = make_appointment(jana, name="Beatriz Nunes")
    html = press(written, path="/modelos/conferir/", data=str(appointment.pk)).content.decode()
    assert "Beatriz" in html


def test_numbered_variables_show_what_the_mapping_puts_there(jana, account, manager):
    row = MessageTemplate.objects.get(account=account, name="aviso_de_agendamento")
    draft = manager.get(f"/modelos/{row.pk}/editar/").context["draft"]
    form = form_of(draft, tenant=str(jana.pk), data=str(make_appointment(jana, name="Beatriz Nunes").pk))
    html = manager.post(f"/modelos/conferir/?modelo={row.pk}", form).content.decode()
    assert "Olá Beatriz Nunes" in html


def test_the_preview_shows_no_appointment_of_another_company(charlie, press, written):
    appointment = make_appointment(charlie, name="Cliente do Charlie")
    assert press(written, path="/modelos/conferir/", data=str(appointment.pk)).status_code == 404


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "مرحبا بكم في الموعد",
        "🎉👨‍👩‍👧",
        "a" * 5000,
        "*negrito* _<i>_ ```<b>```",
        "{{7*7}} {% x %}",
    ],
)
def test_whatever_is_typed_is_shown_as_text(press, written, words):
    html = press(replace(written, body=words), path="/modelos/conferir/").content.decode()
    page = press(replace(written, body=words), do="show").content.decode()
    for shown in (html, page):
        assert "<script>alert" not in shown
        assert "<i>" not in shown
    assert "49" not in html.split("tp-told")[0]


def test_a_file_is_given_to_meta_and_named_by_its_handle(jana, account, manager, meta, written):
    meta.post(f"{GRAPH}/4711/uploads", json={"id": "upload:abc"})
    meta.post(f"{GRAPH}/upload:abc", json={"h": HANDLE})
    file = SimpleUploadedFile("foto.png", b"\x89PNG", content_type="image/png")
    form = form_of(replace(written, header="IMAGE"), tenant=str(jana.pk), do="upload", header_file=file)
    page = manager.post("/modelos/novo/", form)
    draft = page.context["draft"]
    assert (draft.header_handle, draft.header_name) == (HANDLE, "foto.png")
    assert "foto.png" in page.content.decode()


@pytest.mark.parametrize(("name", "kind"), [("a.gif", "image/gif"), ("a.pdf", "application/pdf"), ("a", "")])
def test_a_file_of_another_kind_is_refused_at_its_field(jana, manager, meta, written, name, kind):
    file = SimpleUploadedFile(name, b"x", content_type=kind)
    form = form_of(replace(written, header="IMAGE"), tenant=str(jana.pk), do="upload", header_file=file)
    html = manager.post("/modelos/novo/", form).content.decode()
    assert "rc-error" in at(html, "header.example")
    assert len(meta.calls) == 0


def test_a_copy_has_another_name_and_the_same_words(account, manager):
    row = make_template(account, "original")
    draft = manager.get(f"/modelos/novo/?copia={row.pk}").context["draft"]
    assert (draft.name, draft.seen) == ("original_copia", "")
    assert draft.body.startswith("Olá")


def test_a_translation_has_the_same_name_and_a_language_that_is_free(account, manager):
    row = make_template(account, "original")
    draft = manager.get(f"/modelos/novo/?traducao={row.pk}").context["draft"]
    assert draft.name == "original"
    assert draft.language not in {"", "pt_BR"}


@pytest.mark.parametrize("path", ["/modelos/novo/?copia={0}", "/modelos/{0}/editar/"])
def test_no_template_of_another_company_is_copied_or_changed(charlie, manager, path):
    row = MessageTemplate.objects.for_tenant(charlie).first()
    assert manager.get(path.format(row.pk)).status_code == 404


def test_no_template_is_made_in_another_companys_account(charlie, press, written, meta):
    other = MessageTemplate.objects.for_tenant(charlie).first().account
    assert press(replace(written, account=str(other.pk))).status_code == 404


def test_a_code_has_its_own_form(press, written):
    page = press(replace(written, category="AUTHENTICATION", minutes="5"), do="show")
    html = page.content.decode()
    assert [button.kind for button in page.context["draft"].buttons] == ["OTP"]
    assert page.context["draft"].body == written.body  # kept for whoever chooses the other category again
    assert 'id="body"' not in html
    assert "123456" in html


def test_an_offer_is_written_where_it_is_marketing_and_shown_as_on_the_phone(press, written):
    assert 'name="offer"' not in press(written, "show").content.decode()
    draft = replace(written, category="MARKETING", offer=True, offer_text="Só hoje", offer_ends=True)
    html = press(draft, "show").content.decode()
    assert 'value="Só hoje"' in html
    assert "tp-offer" in html
    assert "Mostra quanto falta para acabar" in html


def test_cards_are_written_where_it_is_marketing_and_header_and_buttons_go_aside(press, written):
    assert 'name="carousel"' not in press(written, "show").content.decode()
    page = press(replace(written, category="MARKETING", carousel=True), "show")
    html = page.content.decode()
    assert [len(card.buttons) for card in page.context["draft"].cards] == [1, 1]
    assert 'id="card-1-button-0-text"' in html
    assert 'id="header"' not in html
    assert '<input type="hidden" name="buttons.1.text" value="Reagendar">' in html


def test_the_phone_shows_the_cards_with_their_own_samples(press, written):
    card = CardDraft("Escova por {{price}} nesta semana.", examples={"price": "R$ 90,00"})
    draft = replace(written, category="MARKETING", carousel=True, cards=(card, replace(card, examples={})))
    phone = press(draft, path="/modelos/conferir/").content.decode().split("tp-told")[0]
    assert phone.count('class="tp-card"') == 2
    assert "Escova por R$ 90,00" in phone
    assert "Escova por R$ 1.250,00" in phone


def test_samples_of_a_card_come_anew_only_where_its_own_variables_are_others(press, written):
    card = CardDraft("Escova por {{price}} nesta semana.")
    draft = replace(written, category="MARKETING", carousel=True, cards=(card, card))
    known = {"variables": "first_name,date,time", "cards.0.variables": "price"}
    html = press(draft, path="/modelos/conferir/", **known).content.decode()
    assert 'id="card-0-examples"' not in html
    assert 'name="cards.1.example.price"' in html


@pytest.fixture
def uploads(meta):
    meta.post(f"{GRAPH}/4711/uploads", json={"id": "upload:abc"})
    meta.post(f"{GRAPH}/upload:abc", json={"h": HANDLE})
    return meta


@pytest.mark.parametrize(("header", "mime", "taken"), [("IMAGE", "image/png", True), ("VIDEO", "image/png", False)])
def test_a_cards_file_is_given_to_meta_or_refused_at_the_card(jana, manager, uploads, written, header, mime, taken):
    draft = replace(written, category="MARKETING", carousel=True, cards_header=header, cards=(CardDraft(), CardDraft()))
    file = SimpleUploadedFile("foto.png", b"\x89PNG", content_type=mime)
    form = form_of(draft, tenant=str(jana.pk), do="upload") | {"cards.1.header_file": file}
    page = manager.post("/modelos/novo/", form)
    given = CardDraft(header_handle=HANDLE, header_name="foto.png") if taken else CardDraft()
    assert page.context["draft"].cards == (CardDraft(), given)
    assert ("rc-error" in at(page.content.decode(), "carousel.cards.1.header")) is not taken


def test_editing_says_how_often_it_may_be_changed(account, manager):
    row = make_template(account, "aprovado", template_id="9")
    assert "10 alterações" in manager.get(f"/modelos/{row.pk}/editar/").content.decode()


def test_an_operator_does_not_write_templates(operator, press, written):
    assert operator.get("/modelos/novo/").status_code == 403
    assert press(written, client=operator).status_code == 403
    assert press(written, client=operator, path="/modelos/conferir/").status_code == 403


def test_the_editor_costs_few_questions(manager, django_assert_max_num_queries, account):
    row = make_template(account, "aprovado", template_id="9")
    with django_assert_max_num_queries(14):
        manager.get(f"/modelos/{row.pk}/editar/")


def test_every_place_of_a_sentence_is_in_the_form(jana, account, manager):
    for name, payload in GOOD.items():
        form = form_of_payload(payload, tenant=str(jana.pk), account=str(account.pk), do="show")
        page = manager.post("/modelos/novo/", form)
        html = page.content.decode()
        assert [place for place in page.context["told"].places if f'id="{slot_id(place)}"' not in html] == [], name


def test_every_good_template_can_be_made_in_the_form(jana, account, press, manager, meta):
    for name, payload in GOOD.items():
        form = form_of_payload(payload, tenant=str(jana.pk), account=str(account.pk))
        page = manager.post("/modelos/conferir/", form)
        assert page.context["told"].count == 0, (name, page.context["told"].sentences)
    assert rules.check(GOOD["words"]) == []
