"""manage.py sync_templates: bring the templates in step with Meta's list, now."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from templates_mgmt import sync
from tenants.models import WhatsAppAccount


class Command(BaseCommand):
    help = (
        "Fetches the templates of every connected WhatsApp Business account from Meta and writes what changed. "
        "Templates that Meta no longer lists are marked, never deleted. Exit code 1 if a list did not come whole."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant-id", type=UUID, help="only the accounts of this company")
        parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON object, for machines")

    def handle(self, *, tenant_id: UUID | None, as_json: bool, **options: Any) -> None:
        chosen = [account for account in sync.accounts() if tenant_id in {None, account.tenant_id}]
        if not chosen:
            raise CommandError("No connected WhatsApp Business account was found.")
        told = sync.sync_accounts(chosen, timezone.now())
        results = [(account, told[account.pk]) for account in chosen]
        if as_json:
            rows = [{"waba_id": account.waba_id, **asdict(result)} for account, result in results]
            self.stdout.write(json.dumps({"accounts": rows}))
        else:
            self.stdout.write("\n".join(_line(account, result) for account, result in results))
        failed = [account.waba_id for account, result in results if result.error]
        if failed:
            raise CommandError(f"{len(failed)} of {len(results)} accounts could not be synchronised.")


def _line(account: WhatsAppAccount, result: sync.SyncResult) -> str:
    counts = f"{result.created} new, {result.updated} changed, {result.missing} no longer at Meta"
    return f"{account} ({account.waba_id}): {counts}" + (f"; {result.error}" if result.error else "")
