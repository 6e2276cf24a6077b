"""Whether anything of an open conversation changed: one short value, from one query by indexes."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from dashboard.queries import pages
from notifications.models import NotificationJob
from tenants import prepared
from tenants.models import AuditEntry, Consent, Contact, PhoneNumber, Tenant
from whatsapp.models import Conversation, ConversationNote, Media, Message, Reaction

# What decides what may be written (dashboard.queries.composer). Then, of the newest page, each message with its rung,
# edits, files, emojis and its job; what waits, what people did with it, and their notes.
SQL = """
SELECT md5(ROW(
  c.contact_id, c.window_opened_at, c.window_message_id, n.state, n.owned_until,
  p.erased_at, p.blocked_at, p.block_reason,
  (SELECT concat(max(s.id), ' ', count(*)) FROM {consent} s WHERE s.contact_id = c.contact_id),
  (SELECT string_agg(concat_ws(',', m.id, m.status, m.status_at, m.edited_at, m.revoked_at, m.provider_message_id,
            (SELECT string_agg(f.state || f.problem, ' ' ORDER BY f.id) FROM {media} f WHERE f.message_id = m.id),
            (SELECT string_agg(concat(j.state, j.updated_at), ' ' ORDER BY j.id) FROM {job} j
              WHERE j.message_id = m.id),
            (SELECT string_agg(r.emoji, ' ' ORDER BY r.id) FROM {reaction} r
              WHERE r.number_id = m.number_id AND r.target_id = m.provider_message_id)), ';' ORDER BY m.id)
     FROM (SELECT * FROM {message} WHERE conversation_id = c.id
            ORDER BY occurred_at DESC, id DESC LIMIT %(size)s) m),
  (SELECT string_agg(concat(j.id, j.state, j.updated_at), ';' ORDER BY j.id) FROM {job} j
    WHERE j.contact_id = c.contact_id AND j.message_id IS NULL AND j.state <> 'cancelled'),
  (SELECT max(a.id) FROM {audit} a
    WHERE a.tenant_id = c.tenant_id AND a.object_type = %(kind)s AND a.object_id = %(row)s),
  (SELECT max(n.id) FROM {note} n WHERE n.conversation_id = c.id))::text), c.window_opened_at
  FROM {conversation} c
  JOIN {contact} p ON p.id = c.contact_id
  JOIN {number} n ON n.id = c.number_id
 WHERE c.id = %(id)s AND c.tenant_id = %(tenant)s
"""
TABLES = {
    "conversation": Conversation,
    "contact": Contact,
    "number": PhoneNumber,
    "consent": Consent,
    "message": Message,
    "media": Media,
    "job": NotificationJob,
    "reaction": Reaction,
    "audit": AuditEntry,
    "note": ConversationNote,
}


@dataclass(frozen=True)
class Glance:
    """``token`` is equal while the newest page of the conversation would look the same, but for what time moves."""

    pk: int
    token: str
    window_opened_at: datetime | None


def glance(tenant: Tenant, conversation_id: int) -> Glance | None:
    """None where the company has no such conversation. One query."""
    values = {
        "id": conversation_id,
        "row": str(conversation_id),
        "tenant": tenant.pk,
        "kind": Conversation._meta.label_lower,
        "size": pages.PAGE_SIZE,
    }
    rows = prepared.rows(_sql(), values)
    return Glance(conversation_id, *rows[0]) if rows else None


@cache
def _sql() -> str:
    return SQL.format(**{name: model._meta.db_table for name, model in TABLES.items()})
