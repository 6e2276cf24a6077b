"""What tasks find when the database went away between them."""

import pytest
from django.db import connection, connections

from config.celery import app
from notifications import tasks

pytestmark = pytest.mark.django_db(transaction=True)


def break_connection():
    """As a restart of PostgreSQL does to a connection that nobody uses."""
    connection.ensure_connection()
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
    other.close()


def test_a_connection_that_broke_meanwhile_fails_no_task():
    break_connection()
    assert app.tasks[tasks.sweep_jobs.name].apply().state == "SUCCESS"
