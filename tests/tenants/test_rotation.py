"""Changing the encryption key: everything moves to the new one, whoever reads and writes meanwhile loses nothing."""

import threading

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.db import connection

from tenants import rotation, vault
from tenants.models import Credential
from tenants.rotation import Report
from tests.factories import make_account, make_tenant

TOKEN = "EAAG-a-very-long-token-9876"
KIND = Credential.Kind.ACCESS_TOKEN


@pytest.fixture
def account(db):
    return make_account(make_tenant())


@pytest.fixture
def other_account(db):
    return make_account(make_tenant())


@pytest.fixture
def new_key(settings):
    """A new key in front of the old one; answers it."""
    key = Fernet.generate_key().decode()
    settings.WHATSAPP_ENCRYPTION_KEYS = [key, *settings.WHATSAPP_ENCRYPTION_KEYS]
    return key


def test_every_secret_moves_to_the_first_key(account, new_key, settings):
    rotation.rotate(batch=1)
    settings.WHATSAPP_ENCRYPTION_KEYS = [new_key]
    assert vault.read_secret(account, KIND).startswith("SIM-token")


@pytest.mark.usefixtures("account", "other_account", "new_key")
def test_a_run_that_was_stopped_goes_on_where_it_was(monkeypatch):
    reseal, calls = vault.reseal, []

    def stopped_at_the_second(ciphertext):
        calls.append(ciphertext)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return reseal(ciphertext)

    monkeypatch.setattr(vault, "reseal", stopped_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        rotation.rotate(batch=1)
    monkeypatch.undo()
    assert rotation.rotate(batch=1) == Report(rotated=1, current=1)


def test_a_secret_that_no_key_fits_stops_no_other(account, new_key):
    broken = vault.set_secret(account, Credential.Kind.PIN, "123456")
    Credential.objects.filter(pk=broken.pk).update(ciphertext=Fernet(Fernet.generate_key()).encrypt(b"123456"))
    assert rotation.rotate() == Report(rotated=1, unreadable=1)


@pytest.mark.usefixtures("new_key")
def test_secrets_inside_a_librarys_json_move_too(db):
    old = Fernet(b"cmVjYWRvLWRldi1rZXktb25seS1mb3ItdGVzdHMtISE=").encrypt(b"seed").decode()
    moved = rotation.resealed({"secret": old, "codes": [old, "plain"], "used": 3})
    assert moved["secret"] != old
    assert vault.decrypt(moved["codes"][0].encode()) == "seed"
    assert (moved["codes"][1], moved["used"]) == ("plain", 3)


def test_the_table_of_places_points_at_fields(settings):
    for place in settings.SEALED:
        label, _dot, field = place.rpartition(".")
        assert apps.get_model(label)._meta.get_field(field)


@pytest.mark.django_db(transaction=True)
def test_rotation_while_others_write_and_read_loses_nothing(settings):
    accounts = [make_account(make_tenant()) for _ in range(3)]
    settings.WHATSAPP_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.WHATSAPP_ENCRYPTION_KEYS]
    last, misread = {}, []

    def work(account):
        for count in range(12):
            last[account.pk] = f"{TOKEN}-{account.pk}-{count}"
            vault.set_secret(account, KIND, last[account.pk])
            if vault.read_secret(account, KIND) != last[account.pk]:
                misread.append(last[account.pk])
        connection.close()

    threads = [threading.Thread(target=work, args=(account,)) for account in accounts]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        rotation.rotate(batch=5)
    settings.WHATSAPP_ENCRYPTION_KEYS = settings.WHATSAPP_ENCRYPTION_KEYS[:1]
    assert misread == []
    assert {account.pk: vault.read_secret(account, KIND) for account in accounts} == last
    assert rotation.rotate() == Report(current=39)
