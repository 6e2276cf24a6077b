"""Somebody answers a company's customers no more: what that person had is nobody's, where colleagues look for it."""

from typing import Any

from tenants import audit
from tenants.models import Tenant
from tenants.people import frees
from whatsapp.models import Conversation, Ticket


@frees
def free_conversations(tenant: Tenant, person: Any) -> None:
    """Each stays as it is otherwise: a person, not the robot, must answer."""
    mine = Conversation.objects.for_tenant(tenant).filter(assigned_to=person).select_related("contact", "number")
    rows = list(mine.order_by("pk").select_for_update(of=("self",), no_key=True))
    Conversation.objects.filter(pk__among=[row.pk for row in rows]).update(assigned_to=None)
    for row in rows:
        audit.record("conversation.assigned", tenant=tenant, obj=row, assigned_to=None)
    Ticket.objects.for_tenant(tenant).filter(assignee=person, state__in=Ticket.UNSOLVED).update(assignee=None)
