"""A second proof beside the password: set up, asked for, replaced by a recovery code, demanded by a company."""

import base64
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from cryptography.fernet import Fernet
from django.contrib.auth import get_user
from django.core import mail
from django.test import Client
from django.utils import timezone

from tenants import rotation
from tenants.models import AuditEntry, Tenant
from tests.dashboard.people import browser
from tests.factories import make_person

pytestmark = pytest.mark.django_db
PASSWORD = "a long password"
SEED = base64.b32encode(b"the seed of her app!").decode()


def code(seed: str = SEED) -> str:
    """What the person's app shows now."""
    return format_hotp_value(hotp_value(seed, next(iter(yield_hotp_counters_from_time()))))


def sign_in(person) -> Client:
    """Said the password; what follows depends on the person."""
    client = Client()
    client.post("/entrar/", {"login": person.username, "password": PASSWORD})
    return client


def say_again(person) -> Client:
    """Signed in, and the password said once more, as changes of one's own access ask for."""
    client = sign_in(person)
    client.post("/conta/confirmar/", {"password": PASSWORD})
    return client


@pytest.fixture
def maria(jana):
    return make_person(jana, "operator")


@pytest.fixture
def with_app(maria):
    TOTP.activate(maria, SEED)
    RecoveryCodes.activate(maria)
    return maria


def test_the_password_alone_opens_nothing(with_app):
    client = sign_in(with_app)
    assert client.get("/mensagens/").url.startswith("/entrar/")
    assert not get_user(client).is_authenticated


def test_with_the_apps_code_somebody_is_in(with_app):
    client = sign_in(with_app)
    assert client.post("/entrar/codigo/", {"code": code()}, follow=True).request["PATH_INFO"] == "/mensagens/"


def test_a_wrong_code_is_told_and_too_many_lock(with_app):
    client = sign_in(with_app)
    pages = [client.post("/entrar/codigo/", {"code": "000000"}).content.decode() for _try in range(6)]
    assert "Este código não confere" in pages[0]
    assert "bloqueada até" in pages[-1]
    client.post("/entrar/codigo/", {"code": code()})
    assert not get_user(client).is_authenticated


def test_a_passkey_is_offered_to_whom_has_one(with_app, monkeypatch):
    offered = "Usar uma chave de acesso"
    assert offered not in sign_in(with_app).get("/entrar/codigo/").content.decode()
    options = {"publicKey": {"allowCredentials": [{"type": "public-key", "id": "a2V5"}]}}
    monkeypatch.setattr("allauth.mfa.webauthn.internal.auth.begin_authentication", lambda _person: options)
    html = sign_in(with_app).get("/entrar/codigo/").content.decode()
    assert offered in html
    assert '"authenticate": "mfa_webauthn_authenticate", "credential": "id_credential"' in html


def test_a_code_works_once(with_app):
    shown = code()
    sign_in(with_app).post("/entrar/codigo/", {"code": shown})
    client = sign_in(with_app)
    assert "Este código não confere" in client.post("/entrar/codigo/", {"code": shown}).content.decode()


def test_a_recovery_code_works_once(with_app):
    spare = Authenticator.objects.get(user=with_app, type="recovery_codes").wrap().generate_codes()[0]
    client = sign_in(with_app)
    client.post("/entrar/codigo/", {"code": spare})
    assert get_user(client) == with_app
    other = sign_in(with_app)
    other.post("/entrar/codigo/", {"code": spare})
    assert not get_user(other).is_authenticated


def test_what_the_codes_are_made_of_is_kept_encrypted(with_app):
    kept = str(list(Authenticator.objects.values("data")))
    assert SEED not in kept
    assert "gAAAA" in kept


def test_an_app_goes_on_working_when_the_encryption_keys_change(with_app, settings):
    settings.WHATSAPP_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.WHATSAPP_ENCRYPTION_KEYS]
    rotation.rotate()
    settings.WHATSAPP_ENCRYPTION_KEYS = settings.WHATSAPP_ENCRYPTION_KEYS[:1]
    client = sign_in(with_app)
    client.post("/entrar/codigo/", {"code": code()})
    assert get_user(client) == with_app


@pytest.mark.django_db(transaction=True)
def test_an_app_is_set_up_after_the_password_was_said_again(maria):
    client = say_again(maria)
    page = client.get("/conta/aplicativo/ligar/")
    client.post("/conta/aplicativo/ligar/", {"code": code(page.context["form"].secret)})
    assert Authenticator.objects.filter(user=maria, type="totp").exists()
    assert AuditEntry.objects.filter(action="person.totp_activated", tenant=maria.memberships.get().tenant).exists()
    assert mail.outbox[-1].to == [maria.email]


def test_a_password_said_long_ago_is_asked_for_again(maria):
    client = say_again(maria)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert client.get("/conta/aplicativo/ligar/").url.startswith("/conta/confirmar/")


@pytest.mark.parametrize("page", ["aplicativo/ligar", "chaves", "sessoes", "senha"])
def test_every_page_of_the_own_access_leads_back_to_it(maria, page):
    back = '<a href="/conta/seguranca/" class="rc-link'
    client = say_again(maria)
    assert back in client.get(f"/conta/{page}/").content.decode()
    assert back not in client.get("/conta/seguranca/").content.decode()


def demand(tenant: Tenant) -> None:
    tenant.requires_second_factor = True
    tenant.save()


@pytest.mark.parametrize("path", ["/mensagens/", "/agendamentos/novo/", "/conexoes/"])
def test_demanded_it_comes_before_every_page(jana, path):
    client = browser(jana, "operator")
    demand(jana)
    assert client.get(path).url == "/conta/seguranca/"
    assert "Studio Jana pede a todos" in client.get("/conta/seguranca/").content.decode()


def test_demanded_it_comes_before_the_admin(jana):
    client = browser(jana, "owner", is_staff=True)
    demand(jana)
    assert client.get("/admin/tenants/contact/").url == "/conta/seguranca/"


def test_demanded_no_post_slips_past_it(jana, post):
    client = browser(jana, "operator")
    demand(jana)
    assert post(client, "/agendamentos/novo/").url == "/conta/seguranca/"


def test_demanded_the_way_out_and_the_way_to_set_it_up_stay_open(jana, maria):
    demand(jana)
    client = say_again(maria)
    assert client.get("/conta/aplicativo/ligar/").status_code == 200
    assert client.post("/sair/").url == "/entrar/"


def test_demanded_who_has_one_goes_on(jana, with_app):
    demand(jana)
    client = Client()
    client.force_login(with_app)
    assert client.get("/mensagens/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor(jana, maria):
    RecoveryCodes.activate(maria)
    demand(jana)
    client = Client()
    client.force_login(maria)
    assert client.get("/mensagens/").url == "/conta/seguranca/"


def test_one_company_of_several_is_enough_and_others_members_are_not_asked(jana, charlie):
    demand(charlie)
    assert browser(jana, "operator").get("/mensagens/").status_code == 200
    assert browser(None, is_superuser=True).get("/mensagens/").url == "/conta/seguranca/"


def test_an_owner_demands_it_on_the_page_of_people(jana, post):
    client = browser(jana, "owner")
    assert post(client, "/configuracoes/pessoas/segundo-fator/", demand="1").url == "/configuracoes/pessoas/"
    jana.refresh_from_db()
    assert jana.requires_second_factor
    entry = AuditEntry.objects.get(action="tenant.changed", tenant=jana)
    assert list(entry.detail["changes"]) == ["requires_second_factor"]


@pytest.mark.parametrize("word", ["tirar", "mudar"])
def test_a_passkey_of_somebody_else_does_not_exist(jana, maria, word):
    key = Authenticator.objects.create(user=make_person(jana), type="webauthn", data={"name": "Celular"})
    assert say_again(maria).get(f"/conta/chaves/{key.pk}/{word}/").status_code == 404
