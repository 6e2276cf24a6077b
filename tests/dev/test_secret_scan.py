import base64

import pytest

from config.dev.secret_scan import find_secrets, kept_files

# Put together here, so that this file itself holds none.
REAL = {
    "token of Meta": "EAA" + "Gm0PX4ZCpsBO7" * 5,
    "private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "token of a code host": "ghp_" + "a1B2" * 9,
    "cloud key": "AKIA" + "ABCDEFGH12345678",
    "password in an address": "postgres://app:" + "hunter2hunter2@db.prod.internal/recado",
    "simulator token": "SIM" + "0a1b2c3d" * 6,
    "encryption key": base64.urlsafe_b64encode(bytes(range(40, 72))).decode(),
    "value of a secret": 'app_secret = "' + "9f8e7d6c5b4a" * 3 + '"',
}


@pytest.mark.parametrize("kind", REAL)
def test_a_real_looking_secret_is_found_with_its_line(kind):
    assert (2, kind) in list(find_secrets(f"fine\nhere: {REAL[kind]}\nfine"))


@pytest.mark.parametrize(
    "line",
    [
        'SECRET = "test_secret_key_that_protects_nothing_and_is_long_enough"',
        "WHATSAPP_ENCRYPTION_KEY=" + base64.urlsafe_b64encode(b"recado-dev-key-only-for-tests-!!").decode(),
        "postgres://recado:${POSTGRES_PASSWORD:?set it}@postgres:5432/recado",
        "postgres://recado:0123456789abcdef@127.0.0.1:5432/recado",
        "token = secrets.token_urlsafe(24)",
    ],
)
def test_what_only_looks_like_one_is_left_alone(line):
    assert list(find_secrets(line)) == []


def test_the_scan_reads_files_that_are_not_committed_yet_but_not_ignored_ones():
    names = {path.name for path in kept_files()}
    assert "manage.py" in names
    assert not any(".venv" in path.parts for path in kept_files())
