"""manage.py sync_templates: bring the templates in step with Meta's list, now."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from templates_mgmt import sync
from tenants.commands import RecadoCommand, add_tenant_option, find_tenant


class Command(RecadoCommand):
    help = (
        "Fetches the templates of every connected WhatsApp Business account from Meta and writes what changed. "
        "Templates that Meta no longer lists are marked, never deleted. Exit code 1 if a list did not come whole."
    )

    def add_options(self, parser: CommandParser) -> None:
        add_tenant_option(parser)

    def run(self, *, tenant_id: str | None, **_options: Any) -> dict[str, Any]:
        tenant = find_tenant(tenant_id) if tenant_id else None
        chosen = [account for account in sync.accounts() if tenant is None or account.tenant_id == tenant.pk]
        if not chosen:
            raise CommandError("No connected WhatsApp Business account was found.")
        told = sync.sync_accounts(chosen, timezone.now())
        rows = [{"account": str(row), "waba_id": row.waba_id, **asdict(told[row.pk])} for row in chosen]
        return {"accounts": rows}

    def describe(self, answer: Any) -> str:
        return super().describe(answer["accounts"])

    def failure(self, answer: Any) -> str | None:
        accounts = answer["accounts"]
        failed = [account for account in accounts if account["error"]]
        return f"{len(failed)} of {len(accounts)} accounts could not be synchronised." if failed else None
