"""People of a company: invited by e-mail, given a role, removed; an owner always remains."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone

from tenants import people
from tenants.models import AuditEntry, Invitation, Member
from tests.dashboard.people import browser
from tests.factories import make_contact, make_person
from tests.notifications.jobs import first_number
from whatsapp import conversations
from whatsapp.conversations import acts

pytestmark = pytest.mark.django_db
EMAIL, PASSWORD = "nova@example.com", "uma frase curta e boa"


@pytest.fixture
def owner(jana):
    return browser(jana, "owner")


@pytest.fixture
def link(owner, post):
    """The link that an invited operator finds in its mailbox."""
    post(owner, "/configuracoes/pessoas/convidar/", email=EMAIL, role="operator")
    return re.search(r"http://testserver(/convite/\S+)", mail.outbox[-1].body)[1]


def join(link, **values):
    client = Client()
    form = {"name": "Nova Pessoa", "password1": PASSWORD, "password2": PASSWORD} | values
    return client, client.post(link, form)


def test_somebody_invited_chooses_a_password_and_is_in(link, jana):
    client, answer = join(link)
    assert answer.status_code == 302
    member = Member.objects.get(tenant=jana, user=get_user(client))
    assert (member.role, member.user.email, member.user.get_full_name()) == ("operator", EMAIL, "Nova Pessoa")
    assert client.get("/mensagens/").status_code == 200


def test_a_link_works_once(link):
    join(link)
    assert Client().get(link).status_code == 404


def test_a_form_that_is_sent_twice_makes_one_person(link, monkeypatch):
    found = Invitation.objects.get()
    monkeypatch.setattr(people, "find_invitation", lambda _token, _now: found)  # as both requests saw it
    join(link)
    monkeypatch.setattr(people, "find_person", lambda _email: None)
    _client, answer = join(link)
    assert answer.url == "/entrar/"
    assert User.objects.filter(email=EMAIL).count() == 1


def test_a_link_that_is_withdrawn_or_too_old_is_dead(link, owner, post):
    now = timezone.now()
    Invitation.objects.update(expires_at=now - timedelta(seconds=1))
    assert Client().get(link).status_code == 404
    Invitation.objects.update(expires_at=now + timedelta(days=1))
    post(owner, f"/configuracoes/convites/{Invitation.objects.get().pk}/cancelar/")
    assert "não vale mais" in Client().get(link).content.decode()


def test_the_token_of_a_link_is_not_kept(link):
    token = link.strip("/").rpartition("/")[2]
    assert token not in str(list(Invitation.objects.values()))
    assert token not in str(list(AuditEntry.objects.values()))


def test_inviting_again_makes_the_first_link_dead(link, owner, post):
    post(owner, "/configuracoes/pessoas/convidar/", email=EMAIL.upper(), role="viewer")
    assert Client().get(link).status_code == 404
    assert len(people.waiting(Invitation.objects.first().tenant, timezone.now())) == 1


@pytest.mark.parametrize("password", ["curta", "1234567890", EMAIL, "password123"])
def test_a_weak_password_is_refused(link, password):
    _client, page = join(link, password1=password, password2=password)
    assert page.context["form"].errors["password1"]


def test_a_known_person_signs_in_and_accepts(link, jana, charlie):
    known = make_person(charlie)
    type(known).objects.filter(pk=known.pk).update(email=EMAIL)
    client = Client()
    assert client.get(link).url == f"/entrar/?next={link}"
    client.force_login(known)
    assert client.post(link, follow=True).wsgi_request.tenant == jana
    assert Member.objects.filter(user=known).count() == 2


def test_a_member_is_not_invited_again(owner, jana, post):
    page = post(owner, "/configuracoes/pessoas/convidar/", email=make_person(jana).email, role="viewer")
    assert "já faz parte" in page.content.decode()
    assert mail.outbox == []


def test_an_email_that_does_not_leave_shows_the_link_to_the_owner(owner, post, monkeypatch):
    monkeypatch.setattr("dashboard.views.people.send_mail", lambda *_args: (_ for _ in ()).throw(OSError))
    post(owner, "/configuracoes/pessoas/convidar/", email=EMAIL, role="viewer")
    assert "http://testserver/convite/" in owner.get("/configuracoes/pessoas/").content.decode()


def test_a_role_changes_at_once_and_the_trail_says_from_what(owner, jana, post):
    member = Member.objects.get(user=make_person(jana, "viewer"))
    post(owner, f"/configuracoes/pessoas/{member.pk}/papel/", role="manager")
    member.refresh_from_db()
    entry = AuditEntry.objects.get(action="member.changed", tenant=jana)
    assert member.role == "manager"
    assert entry.detail["changes"]["role"] == ["viewer", "manager"]
    assert entry.actor == get_user(owner)


def test_somebody_removed_is_out_at_once(owner, jana, post):
    client = browser(jana, "operator")
    member = Member.objects.get(user=get_user(client))
    post(owner, f"/configuracoes/pessoas/{member.pk}/remover/")
    assert client.get("/mensagens/").status_code == 403
    assert AuditEntry.objects.filter(action="member.deleted", tenant=jana).exists()


@pytest.mark.parametrize(("word", "values"), [("remover", {}), ("papel", {"role": "viewer"})])
def test_what_somebody_had_who_answers_no_more_is_nobodys(owner, jana, post, word, values):
    person = make_person(jana, "operator")
    row = acts.take(conversations.open_for(first_number(jana), make_contact(jana)), person)
    member = Member.objects.get(user=person)
    post(owner, f"/configuracoes/pessoas/{member.pk}/{word}/", **values)
    row.refresh_from_db()
    assert (row.assigned_to, row.handler) == (None, "human")
    assert AuditEntry.objects.filter(action="conversation.assigned", object_id=str(row.pk)).exists()


def test_somebody_who_still_answers_keeps_its_conversations(owner, jana, post):
    person = make_person(jana, "operator")
    row = acts.take(conversations.open_for(first_number(jana), make_contact(jana)), person)
    post(owner, f"/configuracoes/pessoas/{Member.objects.get(user=person).pk}/papel/", role="manager")
    row.refresh_from_db()
    assert row.assigned_to == person


@pytest.mark.parametrize(("word", "values"), [("remover", {}), ("papel", {"role": "viewer"})])
def test_the_last_owner_stays(owner, jana, post, word, values):
    member = Member.objects.get(user=get_user(owner))
    post(owner, f"/configuracoes/pessoas/{member.pk}/{word}/", **values)
    member.refresh_from_db()
    assert member.role == "owner"


def test_a_second_owner_lets_the_first_one_go(owner, jana, post):
    make_person(jana, "owner")
    member = Member.objects.get(user=get_user(owner))
    post(owner, f"/configuracoes/pessoas/{member.pk}/remover/")
    assert not Member.objects.filter(pk=member.pk).exists()
