"""Conversations: the list and its filters, what is new, who has one, what is known of the customer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tenants.models import AuditEntry, Label, PhoneNumber
from tests.dashboard.people import browser
from tests.factories import make_appointment, make_contact, make_number, make_person
from whatsapp import conversations
from whatsapp.conversations import acts
from whatsapp.models import Conversation, Message

pytestmark = pytest.mark.django_db
LIST = "/conversas/"


def wrote(tenant, phone="+5511988887777", name="Maria Silva", ago=0, number=None, **values):
    """The customer wrote ``ago`` minutes ago."""
    number = number or PhoneNumber.objects.for_tenant(tenant).first()
    row = conversations.open_for(number, make_contact(tenant, phone, name))
    at = timezone.now() - timedelta(minutes=ago)
    fields = {"type": "text", "text": "Olá, bom dia", "direction": "inbound", "origin": "customer", "occurred_at": at}
    Message.objects.create(tenant=tenant, number=number, contact=row.contact, conversation=row, **(fields | values))
    conversations.touch([(row.pk, at, (fields | values)["direction"] == "inbound")])
    row.refresh_from_db()
    return row


def shown(client, **query):
    return [row.conversation for row in client.get(LIST, query).context["page"].rows]


def person_of(client):
    return client.get(LIST).wsgi_request.user


def test_a_line_says_who_what_and_how_much_is_unread(jana, operator):
    wrote(jana, text="", type="image")
    page = operator.get(LIST)
    html = page.content.decode()
    assert page.context["page"].rows[0].unread == 1
    assert "Maria Silva" in html
    assert "Foto" in html


def test_a_customer_without_a_name_is_called_by_the_number(jana, operator):
    row = wrote(jana, name="")
    row.contact.__class__.objects.update(name="", profile_name="")
    assert "+55 (11) 98888-7777" in operator.get(LIST).content.decode()


def test_the_newest_stands_first_and_pages_follow_by_key(jana, operator):
    rows = [wrote(jana, f"+551198888{n:04}", f"Cliente {n}", ago=n) for n in range(45)]
    first = operator.get(LIST).context["page"]
    second = operator.get(LIST, {"before": str(first.older)}).context["page"]
    seen = [row.conversation.pk for row in (*first.rows, *second.rows)]
    assert seen == [row.pk for row in rows]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["taken", "free"]),
        ({"show": "mine"}, ["taken"]),
        ({"show": "unassigned"}, ["free"]),
        ({"state": "closed"}, ["closed"]),
        ({"state": "any"}, ["taken", "free", "closed"]),
        ({"unread": "on"}, ["free"]),
        ({"q": "cliente closed"}, ["closed"]),
        ({"show": "nonsense", "label": "x", "number": "0"}, ["taken", "free"]),
    ],
)
def test_filters_narrow_the_list(jana, operator, query, names):
    rows = {name: wrote(jana, f"+551198888000{n}", f"Cliente {name}", ago=n)
            for n, name in enumerate(("taken", "free", "closed"))}  # fmt: skip
    me = person_of(operator)
    acts.take(rows["taken"], me)
    acts.close(rows["closed"], me)
    for name in ("taken", "closed"):
        conversations.mark_read(rows[name], timezone.now(), timezone.now())
    assert shown(operator, **query) == [rows[name] for name in names]


def test_a_number_and_a_label_narrow_it_too(jana, operator):
    wrote(jana)
    other = make_number(jana)
    row = wrote(jana, "+5511977776666", "João", number=other)
    label = Label.objects.create(tenant=jana, name="VIP")
    label.labelled.create(tenant=jana, contact=row.contact)
    assert shown(operator, number=other.pk) == shown(operator, label=label.pk) == [row]


@pytest.mark.parametrize("q", ["maria", "98888-7777", "bom dia"])
def test_search_finds_by_name_number_and_words(jana, operator, q):
    row = wrote(jana)
    wrote(jana, "+5521966665555", "Outra Pessoa", text="tchau")
    assert shown(operator, q=q) == [row]


def test_the_way_on_keeps_the_filters_that_are_set_and_no_others(jana, operator):
    row = wrote(jana)
    page = operator.get(LIST, {"show": "all", "q": "maria", "state": "", "before": ""})
    assert f"{LIST}{row.pk}/?show=all&amp;q=maria" in page.content.decode()
    assert page.context["filters"].count == 0


def test_nothing_of_another_company_is_listed_or_counted(charlie, operator):
    wrote(charlie, name="Cliente do Charlie")
    page = operator.get(LIST)
    assert "Cliente do Charlie" not in page.content.decode()
    assert {tab.unread for tab in page.context["tabs"]} == {0}


def news_of(client, page, **changes):
    context = page.context
    sent = {
        "seen": ",".join(f"{row.conversation.pk}:{row.version}" for row in context["page"].rows),
        "since": str(context["since"]),
        "fresh": "0",
        "tabs": context["tabs_version"],
    }
    return client.get(f"{LIST}novidades/", sent | changes)


def test_a_poll_without_news_is_empty_and_cheap(jana, operator, django_assert_max_num_queries):
    for n in range(5):
        wrote(jana, f"+551198888000{n}", ago=n)
    page = operator.get(LIST)
    with django_assert_max_num_queries(2):
        assert news_of(operator, page).status_code == 204


def test_a_line_that_changed_comes_alone(jana, operator):
    still, moving = wrote(jana, ago=5), wrote(jana, "+5511977776666", "João", ago=9)
    page = operator.get(LIST)
    wrote(jana, "+5511977776666", "João", text="e agora?")
    html = news_of(operator, page).content.decode()
    assert f'id="conversation-{moving.pk}"' in html
    assert f'id="conversation-{still.pk}"' not in html
    assert "1 nova" not in html


def test_new_conversations_are_told_and_not_put_in(jana, operator):
    wrote(jana)
    page = operator.get(LIST)
    for n in range(3):
        wrote(jana, f"+551197777000{n}", f"Nova {n}")
    html = news_of(operator, page).content.decode()
    assert "3 novas" in html
    assert "Nova 1" not in html


def test_what_was_written_first_and_came_last_is_told(jana, operator):
    wrote(jana)
    page = operator.get(LIST)
    wrote(jana, "+5511977770000", "Atrasada", ago=5)
    assert "1 nova" in news_of(operator, page).content.decode()


def test_the_first_one_of_an_empty_list_is_told(jana, operator):
    page = operator.get(LIST)
    wrote(jana, ago=1)
    assert "1 nova" in news_of(operator, page).content.decode()


def test_no_query_grows_with_rows(jana, operator, django_assert_num_queries, django_assert_max_num_queries):
    wrote(jana)
    operator.get(LIST)
    with django_assert_max_num_queries(12) as few:
        operator.get(LIST)
    for n in range(30):
        acts.assign(wrote(jana, f"+55119888800{n:02}", f"Cliente {n}"), make_person(jana))
    with django_assert_num_queries(len(few)):
        operator.get(LIST)


def test_a_conversation_and_its_panel_are_few_queries(jana, operator, django_assert_max_num_queries):
    row = wrote(jana)
    operator.get(f"{LIST}{row.pk}/")
    for address in (f"{LIST}{row.pk}/", f"{LIST}{row.pk}/painel/"):
        with django_assert_max_num_queries(14):
            assert operator.get(address).status_code == 200


def test_whoever_presses_first_has_it_and_the_second_reads_who(jana, operator, post):
    row = wrote(jana)
    bia = browser(jana, username="bia", first_name="Bia")
    post(bia, f"{LIST}{row.pk}/assumir/", seen="")
    html = operator.post(
        f"{LIST}{row.pk}/assumir/", {"tenant": str(jana.pk), "seen": ""}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "Bia assumiu esta conversa" in html
    row.refresh_from_db()
    assert row.assigned_to.username == "bia"


@pytest.mark.parametrize(
    ("word", "state", "handler"),
    [("encerrar", "closed", "robot"), ("esperar", "waiting", "human"), ("devolver", "open", "robot")],
)
def test_each_act_is_done_and_told(jana, operator, post, word, state, handler):
    row = wrote(jana)
    post(operator, f"{LIST}{row.pk}/assumir/")
    post(operator, f"{LIST}{row.pk}/{word}/")
    row.refresh_from_db()
    assert (row.state, row.handler) == (state, handler)
    assert AuditEntry.objects.filter(object_id=str(row.pk)).count() == 2


def test_it_is_given_to_a_colleague_and_to_nobody_else(jana, charlie, operator, post):
    row, bia, stranger = wrote(jana), make_person(jana), make_person(charlie)
    post(operator, f"{LIST}{row.pk}/atribuir/", person=str(stranger.pk))
    row.refresh_from_db()
    assert row.assigned_to is None
    post(operator, f"{LIST}{row.pk}/atribuir/", person=str(bia.pk))
    row.refresh_from_db()
    assert (row.assigned_to, row.handler) == (bia, "human")


def test_what_stood_on_the_page_is_read_and_no_more(jana, operator, post):
    row = wrote(jana, ago=10)
    until = row.last_message_at
    wrote(jana, ago=1)
    post(operator, f"{LIST}{row.pk}/lida/", until=until.isoformat())
    assert operator.get(LIST).context["page"].rows[0].unread == 1


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "👍 ok", "مرحبا"])
def test_a_note_is_shown_as_text(jana, operator, post, text):
    row = wrote(jana)
    post(operator, f"{LIST}{row.pk}/nota/", text=text)
    html = operator.get(f"{LIST}{row.pk}/painel/").content.decode()
    assert "<script>alert" not in html
    assert text.replace("<", "&lt;").replace(">", "&gt;") in html


def test_a_label_is_put_on_and_taken_off(jana, operator, post):
    row = wrote(jana)
    post(operator, f"{LIST}{row.pk}/etiquetas/", name="VIP")
    assert "VIP" in operator.get(f"{LIST}{row.pk}/painel/").content.decode()
    post(operator, f"{LIST}{row.pk}/etiquetas/", remove=str(Label.objects.get().pk))
    assert not row.contact.labelled.exists()


@pytest.mark.parametrize(("word", "field"), [("nota", "text"), ("etiquetas", "name")])
@pytest.mark.parametrize("value", ["", " ", "x" * 5000])
def test_what_is_empty_or_too_long_is_refused_in_words(jana, operator, word, field, value):
    row = wrote(jana)
    path, headers = f"{LIST}{row.pk}/{word}/", {"HX-Request": "true"}
    html = operator.post(path, {"tenant": str(jana.pk), field: value}, headers=headers).content.decode()
    assert "Escreva" in html
    assert (row.notes.count(), Label.objects.count()) == (0, 0)


def test_the_panel_tells_what_is_known(jana, operator):
    row = wrote(jana)
    make_appointment(jana, starts_at=timezone.now() + timedelta(days=1), service="Corte e escova")
    row.contact.consents.create(tenant=jana, decision="opt_out", source="keyword")
    html = operator.get(f"{LIST}{row.pk}/painel/").content.decode()
    for words in ("+55 (11) 98888-7777", "Corte e escova", "Palavra digitada pelo cliente"):
        assert words in html


def test_a_viewer_sees_no_button(jana, viewer):
    row = wrote(jana)
    for address in (f"{LIST}{row.pk}/", f"{LIST}{row.pk}/painel/"):
        html = viewer.get(address).content.decode()
        assert "Assumir conversa" not in html
        assert "Guardar nota" not in html


def test_the_head_comes_anew_only_when_somebody_else_has_it(jana, operator):
    row = wrote(jana)
    version = operator.get(f"{LIST}{row.pk}/").context["head_version"]
    assert operator.get(f"{LIST}{row.pk}/", {"live": version}).status_code == 204
    acts.take(row, make_person(jana, first_name="Bia"))
    assert "Bia" in operator.get(f"{LIST}{row.pk}/", {"live": version}).content.decode()


def test_a_customer_leads_to_the_newest_conversation(jana, operator):
    row = wrote(jana)
    assert operator.get(f"{LIST}de/{row.contact_id}/").url == f"{LIST}{row.pk}/"
    other = make_contact(jana, "+5511900000000", "Sem Conversa")
    assert operator.get(f"{LIST}de/{other.pk}/").url == LIST


@pytest.mark.parametrize(("q", "found"), [("conver", "Conversas"), ("maria", "Maria Silva"), ("98888", "Maria Silva")])
def test_the_jump_box_leads_to_pages_and_people(jana, operator, q, found):
    wrote(jana)
    wrote(jana, "+5521966665555", "Outra Pessoa")
    html = operator.get(f"{LIST}ir/", {"q": q}).content.decode()
    assert found in html
    assert "Outra Pessoa" not in html


def test_what_we_began_waits_for_the_customer(jana, operator):
    row = wrote(jana, direction="outbound", origin="automation")
    Conversation.objects.filter(pk=row.pk).update(state="waiting")
    assert shown(operator) == []
    assert shown(operator, state="waiting") == [row]
