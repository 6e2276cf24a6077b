"""What every insert pays for: the indexes of the tables that webhooks and the queue fill."""

import pytest
from django.db import connection, models

from notifications.models import Appointment, IdempotencyKey, JobAttempt, JobEvent, NotificationJob, OutboxEvent
from tenants.folding import UNSORTED_KB
from tenants.models import Consent, Contact, Identity
from whatsapp.models import Conversation, Lead, Media, Message, MessageStatus, Reaction, Revision, Ticket

pytestmark = pytest.mark.django_db

FILLED = (
    *(Consent, Contact, Identity),
    *(Conversation, Lead, Media, Message, MessageStatus, Reaction, Revision, Ticket),
    *(Appointment, IdempotencyKey, JobAttempt, JobEvent, NotificationJob, OutboxEvent),
)
LED_SQL = """
SELECT count(*) FROM pg_index JOIN pg_attribute a ON a.attrelid = indrelid AND a.attnum = indkey[0]
 WHERE indrelid = %s::regclass AND a.attname = %s AND indpred IS NULL AND (indnkeyatts = 1 OR NOT %s)
"""
KEYS = [
    pytest.param(model, field.column, id=f"{model.__name__}.{field.name}")
    for model in FILLED
    for field in model._meta.concrete_fields
    if isinstance(field, models.ForeignKey)
]


def indexes_led_by(model, column, *, alone=False) -> int:
    with connection.cursor() as cursor:
        cursor.execute(LED_SQL, [model._meta.db_table, column, alone])
        return cursor.fetchone()[0]


@pytest.mark.parametrize(("model", "column"), KEYS)
def test_a_key_begins_an_index_and_none_that_another_makes_idle(model, column):
    every, alone = indexes_led_by(model, column), indexes_led_by(model, column, alone=True)
    assert every, "deleting what it points at would read the whole table"
    assert every == 1 or not alone, "an index of several columns that begins with it serves as well"


def test_no_search_reads_a_long_list_of_what_is_not_sorted_in_yet():
    """A GIN index appends what comes in to a list, which every search reads whole."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, reloptions FROM pg_class JOIN pg_am am ON am.oid = relam WHERE amname = 'gin'")
        options = dict(cursor.fetchall())
    assert len(options) >= 4
    assert [name for name, told in options.items() if f"gin_pending_list_limit={UNSORTED_KB}" not in (told or [])] == []
