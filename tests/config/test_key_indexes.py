"""What every insert pays for: the indexes of the tables that webhooks and the queue fill."""

import pytest
from django.db import connection, models

from notifications.models import Appointment, IdempotencyKey, JobAttempt, JobEvent, NotificationJob, OutboxEvent
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
