"""Secrets at rest: encrypted, rotated without downtime, never half-read."""

import pytest
from cryptography.fernet import Fernet

from tenants import vault
from tenants.models import Credential
from tests.factories import make_account, make_tenant

pytestmark = pytest.mark.django_db
TOKEN = "EAAG-a-very-long-token-9876"
KIND = Credential.Kind.ACCESS_TOKEN


@pytest.fixture
def account():
    return make_account(make_tenant())


def test_a_secret_is_stored_encrypted_and_read_back(account):
    row = vault.set_secret(account, KIND, TOKEN)
    assert TOKEN.encode() not in bytes(row.ciphertext)
    assert (vault.read_secret(account, KIND), row.last4) == (TOKEN, "9876")


def test_a_short_secret_shows_none_of_itself(account):
    assert vault.set_secret(account, Credential.Kind.PIN, "123456").last4 == ""


def test_a_new_secret_retires_the_one_before(account):
    vault.set_secret(account, KIND, "first-secret")
    vault.set_secret(account, KIND, "second-secret")
    assert vault.read_secret(account, KIND) == "second-secret"
    assert vault.live(account, KIND).count() == 1


def test_a_secret_that_no_key_fits_is_an_error_and_not_a_token(account, settings):
    vault.set_secret(account, KIND, TOKEN)
    settings.WHATSAPP_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(vault.SecretUnreadable):
        vault.read_secret(account, KIND)
