"""The webhook that tells of a template's new status."""

from .outbox import Update
from .rows.templates import Template


def status_update(template: Template, event: str, due_at: float, reason: str = "NONE") -> Update:
    value = {
        "event": event,
        "message_template_id": int(template.id),
        "message_template_name": template.name,
        "message_template_language": template.language.replace("_", "-"),  # en-US here and en_US elsewhere
        "reason": reason,
        "message_template_category": template.category,
    }
    return Update("message_template_status_update", value, due_at, entry_time=int(due_at))
