import pytest
from django.contrib.auth import get_user
from django.test import Client

from tenants.models import Member
from tests.dashboard.people import browser
from tests.factories import make_person

pytestmark = pytest.mark.django_db
PASSWORD = "a long password"


@pytest.mark.parametrize("path", ["/", "/mensagens/", "/agendamentos/", "/conexoes/", "/admin/"])
def test_signed_out_leads_to_the_sign_in_page(path):
    page = Client().get(path, follow=True)
    assert page.redirect_chain[-1][0].startswith("/entrar/")


def test_the_first_form_signs_in_with_one_text_and_one_password_field():
    html = Client().get("/entrar/").content.decode()
    form = html[html.index('<form method="post"') :].partition("</form>")[0]
    assert (form.count('type="text"'), form.count('type="password"')) == (1, 1)


@pytest.mark.parametrize("name", ["maria", "maria@example.com", " MARIA@example.com "])
def test_user_name_and_email_both_sign_in(jana, name):
    make_person(jana, username="maria")
    page = Client().post("/entrar/", {"login": name, "password": PASSWORD}, follow=True)
    assert page.request["PATH_INFO"] == "/mensagens/"


def test_a_wrong_password_is_told_without_telling_who_exists():
    page = Client().post("/entrar/", {"login": "nobody", "password": "wrong"})
    assert "não combina com esta senha" in page.content.decode()


def test_an_email_of_two_people_opens_to_the_one_whose_password_it_is(jana):
    for name in ("ana", "bia"):
        person = make_person(jana, username=name)
        person.email = "both@example.com"
        person.set_password(f"the password of {name}")
        person.save()
    client = Client()
    client.post("/entrar/", {"login": "both@example.com", "password": "the password of bia"})
    assert get_user(client).username == "bia"


def test_somebody_without_a_company_is_told_whom_to_ask():
    page = browser(None).get("/mensagens/")
    assert page.status_code == 403
    assert "nenhuma empresa" in page.content.decode()


def test_a_person_of_two_companies_switches_between_them(jana, charlie):
    client = browser(jana)
    Member.objects.create(tenant=charlie, user=get_user(client), role="viewer")
    page = client.post("/empresa/", {"to": str(charlie.pk)}, follow=True)
    assert page.wsgi_request.tenant == charlie


def test_nobody_switches_to_a_company_of_others(operator, charlie):
    assert operator.post("/empresa/", {"to": str(charlie.pk)}).status_code == 404


def test_a_form_of_another_company_is_refused_with_a_page(jana, charlie, operator):
    page = operator.post("/mensagens/em-lote/", {"tenant": str(charlie.pk), "act": "retry"})
    assert page.status_code == 409
    assert "era de outra empresa" in page.content.decode()


def test_the_language_of_a_choice_wins_over_the_companys(operator):
    operator.post("/i18n/setlang/", {"language": "en"})
    assert "Messages" in operator.get("/mensagens/").content.decode()
