"""manage.py list_optouts: who wants no messages, since when, and how it was said."""

from typing import Any

from django.core.management.base import CommandParser

from tenants import consent, phones
from tenants.commands import RecadoCommand, add_tenant_option, find_tenant
from tenants.models import Consent, Contact


class Command(RecadoCommand):
    help = "Lists a company's contacts that opted out of all messages, newest first."
    empty = "Nobody has opted out."

    def add_options(self, parser: CommandParser) -> None:
        add_tenant_option(parser, required=True)

    def run(self, *, tenant_id: str, **_options: Any) -> list[dict[str, Any]]:
        people = list(consent.opted_out(find_tenant(tenant_id)))
        words = consent.newest(contact.pk for contact in people)
        rows = [_row(contact, words[contact.pk, Consent.Category.ALL]) for contact in people]
        return sorted(rows, key=lambda row: row["since"], reverse=True)


def _row(contact: Contact, word: Consent) -> dict[str, Any]:
    return {
        "phone": phones.display(contact.address) if phones.is_wa_id(contact.address) else contact.address,
        "name": contact.display_name,
        "since": word.effective_at,
        "source": word.source,
        "proof": word.proof,
    }
