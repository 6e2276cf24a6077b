import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tenants.models import AuditEntry, Member
from tests.dashboard.people import browser
from tests.dashboard.test_every_url import OWN
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
    assert "<h1>Esta página era de outra empresa</h1>" in page.content.decode()


def test_the_language_of_a_choice_wins_over_the_companys(operator):
    operator.post("/i18n/setlang/", {"language": "en"})
    assert "Messages" in operator.get("/mensagens/").content.decode()


def wrong(times: int, login: str = "maria", **headers: str) -> str:
    """The last page of so many wrong passwords."""
    client = Client()
    pages = [client.post("/entrar/", {"login": login, "password": "wrong"}, **headers) for _try in range(times)]
    return pages[-1].content.decode()


def test_five_wrong_passwords_lock_the_person_and_say_until_when(jana):
    make_person(jana, username="maria")
    assert "bloqueada até" not in wrong(5)
    told = re.search(r"bloqueada até (\d\d:\d\d)", wrong(1))[1]
    ends = timezone.localtime() + timedelta(minutes=10)
    assert told in {f"{ends + timedelta(minutes=late):%H:%M}" for late in (0, 1)}


def test_locked_the_right_password_opens_nothing_until_the_time_is_over(jana):
    make_person(jana, username="maria")
    wrong(5)
    client = Client()
    client.post("/entrar/", {"login": "maria", "password": PASSWORD})
    assert not get_user(client).is_authenticated
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        client.post("/entrar/", {"login": "maria", "password": PASSWORD})
        assert get_user(client).is_authenticated


def test_nobody_is_locked_out_like_somebody(jana):
    make_person(jana, username="maria")
    somebody, nobody = (
        re.sub(r"maria|nobody|value=\"\w+\"|\d\d:\d\d", "", wrong(6, name)) for name in ("maria", "nobody")
    )
    assert somebody == nobody


def test_an_address_that_tries_many_names_is_locked(jana):
    make_person(jana, username="maria")
    for number in range(30):
        wrong(1, f"name-{number}")
    assert "bloqueada até" in wrong(1)
    assert "bloqueada até" not in wrong(1, "other", REMOTE_ADDR="10.9.9.9")


def test_the_lock_outlives_valkey(jana, clean_valkey):
    make_person(jana, username="maria")
    wrong(5)
    clean_valkey.flushall()
    assert "bloqueada até" in wrong(1)


def test_signing_in_needs_no_valkey(jana, settings):
    settings.REDIS_URL = settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    make_person(jana, username="maria")
    client = Client()
    client.post("/entrar/", {"login": "maria", "password": PASSWORD})
    assert get_user(client).is_authenticated


def test_sign_ins_and_failures_are_in_the_trail(jana):
    maria = make_person(jana, username="maria")
    wrong(1)
    Client().post("/entrar/", {"login": "maria", "password": PASSWORD})
    assert AuditEntry.objects.get(action="person.signed_in").tenant == jana
    assert AuditEntry.objects.get(action="person.signed_in").actor_id == maria.pk
    assert AuditEntry.objects.get(action="person.sign_in_failed").tenant is None


def test_nobody_signs_up_by_itself():
    assert Client().get("/entrar/").context["signup_url"] is None


def test_a_forgotten_password_is_chosen_anew_by_a_link(jana):
    maria = make_person(jana, username="maria")
    Client().post("/senha/esqueci/", {"email": maria.email})
    link = re.search(r"http://testserver(/senha/nova/\S+)", mail.outbox[-1].body)[1]
    client = Client()
    page = client.get(link, follow=True)
    client.post(page.request["PATH_INFO"], {"password1": "uma frase bem nova", "password2": "uma frase bem nova"})
    maria.refresh_from_db()
    assert maria.check_password("uma frase bem nova")
    assert AuditEntry.objects.filter(action="person.password_reset", tenant=jana).exists()


def test_a_link_that_no_longer_works_offers_another():
    html = Client().get("/senha/nova/1-abc/").content.decode()
    assert "Este link não funciona mais" in html
    assert 'href="/senha/esqueci/"' in html


def test_a_forgotten_password_tells_nobody_who_exists(jana):
    answers = [
        Client().post("/senha/esqueci/", {"email": email}).url
        for email in (make_person(jana).email, "nobody@example.com")
    ]
    assert len(set(answers)) == 1
    assert len(mail.outbox) == 1


def test_the_link_of_a_mail_names_our_address_whatever_host_was_asked(jana, settings):
    settings.ALLOWED_HOSTS = ["*"]
    Client().post("/senha/esqueci/", {"email": make_person(jana).email}, headers={"host": "evil.example"})
    assert "evil.example" not in mail.outbox[-1].body
    assert "http://testserver/senha/nova/" in mail.outbox[-1].body


def test_other_sessions_are_listed_and_ended(jana):
    maria = make_person(jana, username="maria")
    here, there = Client(), Client()
    for client in (here, there):
        client.post("/entrar/", {"login": "maria", "password": PASSWORD}, headers={"user-agent": "Firefox/1 Android"})
    assert here.get("/conta/sessoes/").content.decode().count("Firefox, Android") == 2
    here.post("/conta/sessoes/")
    assert get_user(here) == maria
    assert not get_user(there).is_authenticated
    assert AuditEntry.objects.get(action="person.sessions_ended").tenant == jana


def test_a_new_password_ends_the_other_sessions(jana):
    make_person(jana, username="maria")
    here, there = Client(), Client()
    for client in (here, there):
        client.post("/entrar/", {"login": "maria", "password": PASSWORD})
    new = "uma frase bem nova"
    here.post("/conta/senha/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert get_user(here).is_authenticated
    assert not get_user(there).is_authenticated


@pytest.mark.parametrize("name", sorted(OWN - {"invitation", "account_reset_password_from_key"}))
def test_every_page_of_ones_own_access_opens_or_leads_on(jana, name):
    client = Client()
    make_person(jana, username="maria")
    client.post("/entrar/", {"login": "maria", "password": PASSWORD})
    path = reverse(name, args=[1] if name in {"mfa_remove_webauthn", "mfa_edit_webauthn"} else [])
    assert client.get(path).status_code in {200, 302, 404}
    assert Client().get(path).status_code in {200, 302, 404}
