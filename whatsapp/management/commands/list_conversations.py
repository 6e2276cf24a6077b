from typing import Any

from django.core.management.base import CommandParser
from django.db.models import F
from django.utils import timezone

from tenants.commands import RecadoCommand, Row, add_tenant_option, find_tenant
from whatsapp import window
from whatsapp.models import Conversation


class Command(RecadoCommand):
    help = "Lists a company's conversations, newest first, with who looks after each and until when free text may go."
    empty = "Nobody has written, and nobody was written to."

    def add_options(self, parser: CommandParser) -> None:
        add_tenant_option(parser, required=True)
        parser.add_argument("--limit", type=int, default=100, help="at most so many (default %(default)s)")

    def run(self, *, tenant_id: str, limit: int, **_options: Any) -> list[Row]:
        rows = Conversation.objects.for_tenant(find_tenant(tenant_id)).order_by(
            F("last_message_at").desc(nulls_last=True), "-pk"
        )
        return [_row(row) for row in rows.select_related("contact", "number", "window_message")[: max(limit, 0)]]


def _row(conversation: Conversation) -> Row:
    now_open = window.of(conversation, timezone.now())
    return {
        "id": conversation.pk,
        "contact": conversation.contact.display_name,
        "address": conversation.contact.address,
        "number": conversation.number.display_phone_number,
        "state": conversation.state,
        "handler": conversation.handler,
        "last_message_at": conversation.last_message_at,
        "window_until": now_open.closes_at if now_open.open else None,
    }
