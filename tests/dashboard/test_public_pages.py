"""Pages that Meta and the law want everybody to read: no sign-in, in Portuguese and English, with real names."""

import pytest
from django.test import Client

from dashboard.public_texts import DELETION, PRIVACY, SUPPORT, TERMS, of

pytestmark = pytest.mark.django_db
PATHS = {"/privacidade/": PRIVACY, "/termos/": TERMS, "/suporte/": SUPPORT, "/exclusao-de-dados/": DELETION}


@pytest.fixture(autouse=True)
def company(settings):
    settings.COMPANY_NAME, settings.SUPPORT_EMAIL = "Casa do Software Ltda.", "ajuda@casa.example"
    settings.COMPANY_TAX_ID = "12.345.678/0001-90"


@pytest.mark.parametrize("path", PATHS)
def test_anybody_reads_it_with_the_names_of_who_runs_this(path):
    html = Client().get(path).content.decode()
    assert "Casa do Software Ltda." in html
    assert "mailto:ajuda@casa.example" in html
    assert "12.345.678/0001-90" in html


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("language", "word"), [("pt-br", "Exclusão de dados"), ("en", "Data deletion")])
def test_it_is_there_in_both_languages(path, language, word):
    client = Client()
    client.cookies["django_language"] = language
    html = client.get(path).content.decode()
    assert word in html
    assert all(str(section["heading"]) in html for section in of(PATHS[path])["sections"]) or language == "en"


@pytest.mark.parametrize(
    ("language", "day"), [("pt-br", "Versão de 22/11/2026"), ("en", "Version of 22 November 2026")]
)
def test_nobody_takes_the_versions_day_for_its_month(language, day):
    client = Client()
    client.cookies["django_language"] = language
    assert day in client.get("/privacidade/").content.decode()


@pytest.mark.parametrize(("path", "told"), [("/privacidade/", "em até 60 dias"), ("/suporte/", "em até 2 horas")])
def test_the_deadlines_are_those_that_a_person_set(settings, path, told):
    assert told not in Client().get(path).content.decode()
    settings.PROMISED_DELETION_DAYS, settings.PROMISED_SUPPORT_HOURS = 60, 2
    assert told in Client().get(path).content.decode()


@pytest.mark.parametrize("page", PATHS.values())
def test_every_paragraph_is_filled_in(page):
    told = of(page)
    assert "%(" not in told["lead"]
    assert ".." not in told["lead"]
    assert all(section["paragraphs"] or section["points"] for section in told["sections"])
    assert "%(" not in " ".join(text for one in told["sections"] for text in one["paragraphs"] + one["points"])


def test_a_code_that_was_never_given_leads_nowhere():
    assert Client().get("/exclusao-de-dados/0000000000000000/").status_code == 404
