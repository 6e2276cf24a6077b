"""Phones: read as people type them, matched across their variants, shown as people read them."""

import pytest

from tenants import phones


@pytest.mark.parametrize(
    "typed", ["+55 11 98888-7777", "(11) 98888-7777", "11988887777", "5511988887777", "+5511988887777"]
)
def test_a_brazilian_mobile_is_read_however_it_is_typed(typed):
    assert phones.normalize(typed) == "+5511988887777"


@pytest.mark.parametrize("typed", ["", "abc", "123", "+55 11 1234", "+999 123456789", "11 98888-77777777"])
def test_what_is_no_phone_is_refused_with_a_sentence(typed):
    with pytest.raises(ValueError, match="98888-7777"):
        phones.normalize(typed)


@pytest.mark.parametrize(
    ("one", "other"),
    [("5531988887777", "553188887777"), ("5215512345678", "525512345678"), ("+5531988887777", "553188887777")],
)
def test_variants_of_one_number_share_a_match_key(one, other):
    assert phones.match_key(one) == phones.match_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("551133334444", "5511933334444"), ("5491123456789", "541123456789"), ("5511988887777", "5521988887777")],
)
def test_landlines_and_strangers_never_share_a_match_key(one, other):
    assert phones.match_key(one) != phones.match_key(other)


def test_a_user_id_is_its_own_match_key():
    assert phones.match_key("BR.13491208655302741918") == "BR.13491208655302741918"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("+5511988887777", "+55 (11) 98888-7777"),
        ("5511988887777", "+55 (11) 98888-7777"),
        ("553188887777", "+55 (31) 8888-7777"),
        ("551133334444", "+55 (11) 3333-4444"),
        ("558001234567", "+55 800 123 4567"),
        ("+12025550123", "+1 202-555-0123"),
        ("BR.1349", "BR.1349"),
    ],
)
def test_numbers_are_shown_as_people_read_them(value, shown):
    assert phones.display(value) == shown
