"""The vectors were made with another implementation of HMAC."""

from datetime import timedelta

import pytest

from tests.factories import NOW
from whatsapp import signatures

BODY = b'{"object":"whatsapp_business_account","entry":[]}'
GOOD = "sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756"
SECRET = "test_app_secret"


def test_the_documented_vector_is_accepted():
    assert signatures.verify(BODY, GOOD, [SECRET])


def test_any_of_several_secrets_will_do():
    assert signatures.verify(BODY, GOOD, ["the_next_secret", SECRET])


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        GOOD.removeprefix("sha256="),
        GOOD.upper(),
        "sha256=" + GOOD.removeprefix("sha256=").upper(),
        GOOD.replace("sha256", "sha1"),
        GOOD[:-1],
        GOOD + "0",
        GOOD + "\n",
        "sha256=" + "é" * 64,
        "sha256=" + "0" * 64,
    ],
)
def test_anything_else_is_refused(header):
    assert not signatures.verify(BODY, header, [SECRET])


def test_a_signature_over_the_same_json_written_otherwise_is_refused():
    assert not signatures.verify(BODY.replace(b",", b", ").replace(b":", b": "), GOOD, [SECRET])


def test_an_empty_secret_proves_nothing():
    made_with_nothing = "sha256=" + signatures._digest(BODY, "")
    assert not signatures.verify(BODY, made_with_nothing, [""])


def test_refused_ones_are_counted_for_a_day():
    for hours in (0, 1, 23, 24, 30):
        signatures.count_refused(NOW - timedelta(hours=hours))
    assert signatures.refused(NOW) == 3
