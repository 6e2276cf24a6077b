"""What is asked over and over keeps its plan, and is otherwise a statement like all others."""

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tenants import prepared

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def elsewhere():
    """Runs a statement as another process does."""
    other = connection.copy()

    def run(sql):
        with other.cursor() as cursor:
            cursor.execute(sql)

    yield run
    run("DROP TABLE IF EXISTS upgraded")
    other.close()


def test_its_plan_is_kept():
    for n in range(2):
        assert prepared.rows("SELECT 1 + %(n)s::int AS kept_plan", {"n": n}) == [(1 + n,)]
    assert prepared.rows("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", ["%kept_plan"]) == [
        (1,)
    ]


def test_it_is_counted_with_the_others():
    with CaptureQueriesContext(connection) as captured:
        prepared.rows("SELECT %s::int", [7])
    assert len(captured) == 1


def test_what_is_wrong_with_it_is_told_in_django_s_words():
    with pytest.raises(ProgrammingError):
        prepared.rows("SELECT nothing_of_that_name", [])


def test_an_upgrade_of_its_table_does_not_stop_it(elsewhere):
    elsewhere("CREATE TABLE upgraded AS SELECT 1 AS value")
    assert prepared.rows("SELECT value FROM upgraded", []) == [(1,)]
    elsewhere("ALTER TABLE upgraded ALTER value TYPE text")
    for _ in range(2):
        assert prepared.rows("SELECT value FROM upgraded", []) == [("1",)]


@pytest.fixture
def keep():
    """Writes one text to a table made for it."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (text text PRIMARY KEY CHECK (text <> 'refused'))")
    yield prepared.Write("keep", "INSERT INTO kept VALUES ($1::text) ON CONFLICT DO NOTHING").execute
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE kept")


def test_a_write_tells_how_many_rows_are_new(keep):
    assert [keep(["a"]), keep(["b"]), keep(["a"])] == [1, 1, 0]


@pytest.mark.parametrize("text", ["refused", "cut\x00off"])
def test_what_a_write_cannot_store_it_leaves_to_a_cursor_and_goes_on(keep, text):
    assert [keep(["a"]), keep([text]), keep(["b"])] == [1, None, 1]
    assert prepared.rows("SELECT text FROM kept ORDER BY text", []) == [("a",), ("b",)]


def test_a_write_is_left_to_a_cursor_in_a_transaction_and_prepared_anew_after_a_rollback(keep):
    assert keep(["a"]) == 1
    with transaction.atomic():
        assert keep(["b"]) is None
        prepared.rows("SELECT 1", [])
        transaction.set_rollback(True)
    assert [keep(["b"]), keep(["c"])] == [None, 1]


def test_a_write_over_a_broken_connection_is_left_to_a_cursor(keep, elsewhere):
    assert keep(["a"]) == 1
    elsewhere(f"SELECT pg_terminate_backend({connection.connection.info.backend_pid})")
    assert keep(["b"]) is None
    connection.close()
    assert keep(["b"]) == 1
