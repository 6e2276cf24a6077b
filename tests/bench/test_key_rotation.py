"""100 000 stored secrets move to a new key while people go on setting and reading secrets."""

import threading
import time

import pytest
from cryptography.fernet import Fernet
from django.db import connection

from tenants import rotation, vault
from tenants.models import Credential
from tests.factories import make_account, make_tenant

pytestmark = pytest.mark.django_db(transaction=True)
SECRETS, WRITERS = 100_000, 3
KIND = Credential.Kind.ACCESS_TOKEN


@pytest.fixture
def retired():
    """Secrets under the old key, as years of rotated tokens leave them."""
    account = make_account(make_tenant())
    sealed = vault.encrypt("EAAG-old")
    row = vault.live(account, KIND).get()
    rows = (
        Credential(tenant=account.tenant, account=account, kind=KIND, ciphertext=sealed, retired_at=row.created_at)
        for _ in range(SECRETS)
    )
    Credential.objects.bulk_create(rows, batch_size=5_000)
    return account


class Writer(threading.Thread):
    """Sets a secret and reads it back, again and again, until told to stop."""

    def __init__(self, account):
        super().__init__()
        self.account, self.last, self.waits, self.misread, self.is_over = account, "", [], [], False

    def run(self):
        while not self.is_over:
            self.last, began = f"EAAG-{self.account.pk}-{len(self.waits)}", time.monotonic()
            vault.set_secret(self.account, KIND, self.last)
            if vault.read_secret(self.account, KIND) != self.last:
                self.misread.append(self.last)
            self.waits.append(time.monotonic() - began)
            time.sleep(0.05)
        connection.close()


def test_a_hundred_thousand_secrets_move_while_others_work(retired, settings):
    settings.WHATSAPP_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.WHATSAPP_ENCRYPTION_KEYS]
    writers = [Writer(make_account(retired.tenant)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    began = time.monotonic()
    report = rotation.rotate()
    seconds = time.monotonic() - began
    for writer in writers:
        writer.is_over = True
        writer.join()
    longest = max(wait for writer in writers for wait in writer.waits)
    print(f"\n  {report.rotated} secrets: {seconds:.1f} s; the longest write beside them: {longest * 1000:.0f} ms")
    settings.WHATSAPP_ENCRYPTION_KEYS = settings.WHATSAPP_ENCRYPTION_KEYS[:1]
    assert [writer.misread for writer in writers] == [[]] * WRITERS
    assert [vault.read_secret(writer.account, KIND) for writer in writers] == [writer.last for writer in writers]
    again = rotation.rotate()
    assert (again.rotated, again.unreadable, again.current > SECRETS) == (0, 0, True)
