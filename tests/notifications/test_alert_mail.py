"""Alerts by e-mail: to whom, once, in words, and again when the mail server was away."""

from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail

from notifications import alert_mail, schedule
from tenants import alerts, connections
from tenants.models import Alert
from tests.factories import NOW, make_number, make_person, make_ready_tenant
from tests.notifications.jobs import first_number, promise

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=3)


@pytest.fixture
def number():
    return first_number(make_ready_tenant(name="Studio Jana"))


@pytest.fixture
def owner(number):
    return make_person(number.tenant, "owner")


def test_owners_and_managers_are_told_and_others_are_not(number, owner):
    manager = make_person(number.tenant, "manager")
    for role in ("operator", "viewer"):
        make_person(number.tenant, role)
    make_person(number.tenant, "owner", is_active=False)
    connections.degrade(number, "O token expirou.", NOW)
    assert schedule.mail_alerts(LATER) == 1
    assert {letter.to[0] for letter in mail.outbox} == {owner.email, manager.email}


def test_it_says_what_happened_what_waits_and_where_to_act(number, owner, settings):
    settings.PUBLIC_URL = "https://recado.example"
    promise(number.tenant)
    connections.degrade(number, "O token expirou.", NOW)
    alert_mail.tell(LATER)
    (letter,) = mail.outbox
    assert "Studio Jana" in letter.subject
    for words in ("+55 (11) 3333-4444", "O token expirou.", "1 mensagem", "https://recado.example/saude/"):
        assert words in letter.body


def test_numbers_of_one_company_are_told_in_one_letter_and_once(number, owner):
    make_number(number.tenant, number.account)
    connections.degrade_account(number, "x", NOW)
    assert alert_mail.tell(LATER) == 2
    assert alert_mail.tell(LATER + timedelta(minutes=5)) == 0
    assert len(mail.outbox) == 1


def test_what_solves_itself_at_once_wakes_nobody(number, owner):
    connections.degrade(number, "x", NOW)
    assert alert_mail.tell(NOW + timedelta(minutes=1)) == 0
    connections.move(number, "connected", now=NOW)
    assert alert_mail.tell(LATER) == 0


def test_a_mail_server_that_was_away_gets_it_later(number, owner, monkeypatch):
    connections.degrade(number, "x", NOW)
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", _refuse)
        assert alert_mail.tell(LATER) == 0
    assert alert_mail.tell(LATER) == 1


def _refuse(*_args):
    raise SMTPServerDisconnected("away")


def test_kinds_that_concern_no_owner_stay_in_the_console(number, owner):
    alerts.raise_alert("events_behind", tenant=number.tenant, now=NOW)
    assert alert_mail.tell(LATER) == 0


@pytest.mark.parametrize("kind", sorted(alert_mail.MAILED))
def test_every_kind_has_its_paragraph(number, owner, kind):
    alerts.raise_alert(kind, tenant=number.tenant, subject=number.phone_number_id, now=NOW)
    assert alert_mail.tell(LATER) == 1
    assert "%(" not in mail.outbox[0].body
    assert Alert.objects.get().mailed_at == LATER


def test_the_platforms_own_alerts_reach_its_team_alone(number, owner):
    staff = make_person(is_superuser=True, is_staff=True)
    alerts.raise_alert("process_missing", subject="beat", now=NOW, since=NOW.isoformat())
    assert alert_mail.tell(LATER) == 1
    (letter,) = mail.outbox
    assert letter.to == [staff.email]
    assert "agendador" in letter.body


def test_a_letter_says_what_to_do_next(number, owner):
    alerts.raise_alert("send_failures", tenant=number.tenant, now=NOW, percent=40, failed=4, total=10)
    alert_mail.tell(LATER)
    assert "40 % falharam: 4 de 10" in mail.outbox[0].body
    assert "Olhe as mensagens que falharam" in mail.outbox[0].body
