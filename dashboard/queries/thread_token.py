"""Whether anything of an open conversation changed: one short value, from one query by indexes."""

from typing import Any

from django.db import connection

from dashboard.queries import pages
from notifications.models import NotificationJob
from tenants.models import AuditEntry
from whatsapp.models import Conversation, ConversationNote, Media, Message, Reaction

# Of the newest page: each message with its rung, edits, files, emojis and its job; then what waits,
# what people did with it, and their notes.
TOKEN_SQL = """
SELECT md5(concat_ws('|',
  (SELECT string_agg(concat_ws(',', m.id, m.status, m.status_at, m.edited_at, m.revoked_at, m.provider_message_id,
            (SELECT string_agg(f.state || f.problem, ' ' ORDER BY f.id) FROM {media} f WHERE f.message_id = m.id),
            (SELECT string_agg(concat(j.state, j.updated_at), ' ' ORDER BY j.id) FROM {job} j
              WHERE j.message_id = m.id),
            (SELECT string_agg(r.emoji, ' ' ORDER BY r.id) FROM {reaction} r
              WHERE r.number_id = m.number_id AND r.target_id = m.provider_message_id)), ';' ORDER BY m.id)
     FROM (SELECT * FROM {message} WHERE conversation_id = %(id)s
            ORDER BY occurred_at DESC, id DESC LIMIT %(size)s) m),
  (SELECT string_agg(concat(j.id, j.state, j.updated_at), ';' ORDER BY j.id) FROM {job} j
    WHERE j.contact_id = %(contact)s AND j.message_id IS NULL AND j.state <> 'cancelled'),
  (SELECT max(a.id) FROM {audit} a
    WHERE a.tenant_id = %(tenant)s AND a.object_type = %(kind)s AND a.object_id = %(row)s),
  (SELECT max(n.id) FROM {note} n WHERE n.conversation_id = %(id)s)))
"""
TABLES = {
    "message": Message,
    "media": Media,
    "job": NotificationJob,
    "reaction": Reaction,
    "audit": AuditEntry,
    "note": ConversationNote,
}


def token(conversation: Conversation) -> str:
    """Equal while the newest page of the conversation would look the same. One query."""
    tables = {name: model._meta.db_table for name, model in TABLES.items()}
    values: dict[str, Any] = {
        "id": conversation.pk,
        "row": str(conversation.pk),
        "contact": conversation.contact_id,
        "tenant": conversation.tenant_id,
        "kind": Conversation._meta.label_lower,
        "size": pages.PAGE_SIZE,
    }
    with connection.cursor() as cursor:
        cursor.execute(TOKEN_SQL.format(**tables), values)
        return str(cursor.fetchone()[0])
