from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import DataError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.django_db

ODD = st.sampled_from(['"', "\\", ",", "{", "}", "NULL", "null", "", " ", "\n", "ç", "😀", "'", '","'])
TEXTS = st.lists(st.lists(st.one_of(ODD, st.text(max_size=3)), max_size=4).map("".join), max_size=5)
STORABLE = TEXTS.filter(lambda texts: not any("\x00" in text or _is_lone(text) for text in texts))
SQUARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)


def _is_lone(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


def told(sql: str, value):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql}", [value])
        return cursor.fetchone()[0]


@SQUARED
@given(STORABLE)
def test_a_list_of_texts_arrives_as_it_was(texts):
    assert told("%s::text[]", texts) == texts


@SQUARED
@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=5))
def test_a_list_of_numbers_arrives_as_it_was(numbers):
    assert told("%s::bigint[]", numbers) == numbers


@pytest.mark.parametrize("values", [["a", None], [None, None], [["a"], ["b"]], [True, False]])
def test_lists_of_other_things_are_psycopgs(values):
    kind = "boolean" if values[0] is True else "text"
    assert told(f"%s::{kind}[]", values) == values


def test_a_nul_in_a_list_is_refused_before_it_is_sent():
    with pytest.raises(DataError):
        told("%s::text[]", ["a\x00b"])


@SQUARED
@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_comes_back_as_it_went(at):
    assert told("%s::timestamptz", at) == at


def test_a_time_of_another_zone_comes_back_in_utc():
    at = datetime(2026, 11, 22, 9, 30, tzinfo=timezone(timedelta(hours=-3)))
    assert told("%s::timestamptz", at).isoformat() == "2026-11-22T12:30:00+00:00"


@pytest.mark.parametrize("word", ["infinity", "-infinity", "0044-03-15 BC"])
def test_a_time_that_python_cannot_hold_is_refused(word):
    with pytest.raises(DataError):
        told("%s::timestamptz", word)
