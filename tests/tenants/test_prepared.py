"""What is asked over and over keeps its plan, and is otherwise a statement like all others."""

import pytest
from django.db import ProgrammingError, connection
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
