"""Search finds what people mean: without accents and endings, unfinished words, file names, names and numbers."""

from datetime import timedelta

import pytest
from django.db import transaction

from tenants import contacts
from tenants.models import PhoneNumber
from tests.factories import NOW, make_contact, make_number, make_tenant
from whatsapp import search
from whatsapp.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant():
    return make_tenant("studio-jana")


def say(tenant, text, minute=0, *, contact=None, content=None):
    number = tenant_number(tenant)
    return Message.objects.create(
        tenant=tenant,
        number=number,
        contact=contact,
        direction="inbound",
        origin="customer",
        type="text",
        text=text,
        content=content or {},
        occurred_at=NOW + timedelta(minutes=minute),
    )


def tenant_number(tenant):
    return PhoneNumber.objects.filter(tenant=tenant).first() or make_number(tenant)


def found(tenant, q, **more):
    return [row.text for row in search.search(tenant, q, **more).messages]


@pytest.mark.parametrize(
    "q",
    [
        "não",
        "NAO",
        "horários",
        "horario",
        "posso hor",
        '"não posso"',
        "posso no horário",
        "não posso no horário marcado",
    ],
)
def test_words_are_found_without_accents_and_endings(tenant, q):
    say(tenant, "Não posso no horário marcado")
    say(tenant, "outra coisa")
    assert found(tenant, q) == ["Não posso no horário marcado"]


@pytest.mark.parametrize("q", ["", "   ", "!!!", "' | \\ & :* <->", '""', "horário inexistente", '"marcado horário"'])
def test_what_does_not_stand_there_is_not_found_and_nothing_breaks(tenant, q):
    say(tenant, "Não posso no horário marcado")
    assert found(tenant, q) == []


def test_file_names_are_found_by_their_parts(tenant):
    content = {"document": {"filename": "Comprovante_Pix-2026.pdf"}}
    say(tenant, "segue", content=content)
    assert found(tenant, "comprovante pix") == found(tenant, "2026") == ["segue"]


def test_the_newest_come_first_in_pages_and_the_better_within_a_page(tenant):
    for minute in range(5):
        say(tenant, f"corte {minute}", minute)
    say(tenant, "corte, só corte", 5)
    first = search.search(tenant, "corte", limit=3)
    assert [row.text for row in first.messages] == ["corte, só corte", "corte 4", "corte 3"]
    assert found(tenant, "corte", before=first.before) == ["corte 2", "corte 1", "corte 0"]


@pytest.mark.parametrize(
    "q",
    [
        "nao",
        "hor",
        "horários marcados",
        '"posso no" horario',
        "posso no hor",
        '"não posso no horário marcado"',
        "a_b d'água",
    ],
)
@pytest.mark.parametrize("chance", [0, 1_000])
def test_words_are_found_in_old_messages_as_in_new_ones(tenant, q, chance, monkeypatch):
    monkeypatch.setattr(search, "CHANCE", chance)
    monkeypatch.setattr(search, "NEAR", 1)
    monkeypatch.setattr(search, "RECENT", 3)
    for minute in range(6):
        say(tenant, "Não posso no horário marcado: a_b, d'água", minute)
        say(tenant, "outra coisa", minute)
    first = search.search(tenant, q, limit=4)
    second = search.search(tenant, q, limit=4, before=first.before)
    assert (len(first.messages), len(second.messages), second.before) == (4, 2, None)


def test_near_messages_are_read_only_where_the_newest_foretell_that_they_hold_enough(tenant, monkeypatch):
    monkeypatch.setattr(search, "NEAR", 2)
    monkeypatch.setattr(search, "SAMPLE", 2)
    for minute in range(4):
        say(tenant, "corte", minute)
    rows = Message.objects.for_tenant(tenant)
    asked = {q: str(search.newest(rows, tenant, search.parse(q), 1).query) for q in ("corte", "zebra")}
    assert {q: "recado_words(" in sql for q, sql in asked.items()} == {"corte": True, "zebra": False}


def test_what_stands_apart_is_not_found_together_in_old_messages(tenant, monkeypatch):
    monkeypatch.setattr(search, "NEAR", 1)
    for minute in range(4):
        say(tenant, "horário já marcado", minute)
    assert found(tenant, '"horário marcado"') == []


@pytest.mark.parametrize("q", ["ana conc", "conceição", "CONCEICAO"])
def test_people_are_found_by_name(tenant, q):
    ana = make_contact(tenant, "+5511988887777", "Ana Conceição")
    make_contact(tenant, "+5511966665555", "Bia")
    assert search.search(tenant, q).contacts == [ana]


@pytest.mark.parametrize("q", ["+55 (11) 98888-7777", "1188887777", "98888-7777", "8888", "11 98888 7777"])
def test_people_are_found_by_number_with_or_without_ninth_digit(tenant, q):
    ana = make_contact(tenant, "+5511988887777", "Ana")
    make_contact(tenant, "+5511966665555", "Bia")
    assert search.search(tenant, q).contacts == [ana]


def test_a_number_without_its_ninth_digit_is_found_with_it(tenant):
    with transaction.atomic():
        (ana,) = contacts.upsert(tenant, [contacts.Names(wa_id="553188887777", at=NOW)])
    assert search.search(tenant, "31 98888-7777").contacts == [ana]


def test_the_list_finds_messages_by_their_words_or_by_who_wrote(tenant):
    ana = make_contact(tenant, "+5511988887777", "Ana Conceição")
    say(tenant, "bom dia", contact=ana)
    say(tenant, "falei com a Conceição", 1)
    rows = search.narrow(Message.objects.filter(tenant=tenant), tenant, "conceicao")
    assert {row.text for row in rows} == {"bom dia", "falei com a Conceição"}


@pytest.mark.parametrize("near", [0, search.NEAR])
def test_another_company_is_never_searched(tenant, near, monkeypatch):
    monkeypatch.setattr(search, "NEAR", near)
    charlie = make_tenant("barbearia-charlie")
    say(charlie, "segredo de outra empresa", contact=make_contact(charlie, "+5511988887777", "Maria"))
    say(tenant, "bom dia")
    result = search.search(tenant, "segredo")
    assert (result.messages, search.search(tenant, "Maria").contacts) == ([], [])
    assert not search.narrow(Message.objects.filter(tenant=tenant), tenant, "98888-7777").exists()
