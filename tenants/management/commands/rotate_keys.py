from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from tenants import audit, rotation
from tenants.commands import RecadoCommand


class Command(RecadoCommand):
    help = (
        "Encrypts every stored secret anew with the first key of WHATSAPP_ENCRYPTION_KEY, while everything runs. To "
        "change keys without a break: put the new key in front, restart all processes, run this, take the old key "
        "away. Safe to stop and to run again; rotated 0 means that nothing needs the old keys any more."
    )

    def run(self, **_options: Any) -> dict[str, int]:
        report = rotation.rotate()
        audit.record("keys.rotated", tenant=None, **asdict(report))
        if report.unreadable:
            raise CommandError(
                f"{report.unreadable} secret(s) fit none of the encryption keys: give the key they were made with, or "
                f"set them anew. {report.rotated} rotated, {report.current} already under the first key."
            )
        return asdict(report)
