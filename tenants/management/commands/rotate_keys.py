from typing import Any

from django.core.management.base import CommandError

from tenants import audit, vault
from tenants.commands import RecadoCommand


class Command(RecadoCommand):
    help = (
        "Encrypts every stored secret anew with the first key of WHATSAPP_ENCRYPTION_KEY. To change keys without a "
        "break: put the new key in front, restart, run this, then take the old key away. Safe to run again."
    )

    def run(self, **_options: Any) -> dict[str, int]:
        try:
            rotated = vault.rotate()
        except vault.SecretUnreadable as error:
            raise CommandError(str(error)) from None
        audit.record("keys.rotated", tenant=None, secrets=rotated)
        return {"rotated": rotated}
