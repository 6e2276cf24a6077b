"""Ready templates for the notices of a booking, in Portuguese, in three tones each: data beside this file.

Their variables are named as the fields of a notice (``templates_mgmt.fields``), so that each is mapped to its own name.
The quick replies stand in the order in which notices give them their payloads: confirm, reschedule, talk.
"""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from templates_mgmt import writing
from templates_mgmt.models import MessageTemplate, TemplateMapping
from templates_mgmt.structure import placeholders
from tenants import audit
from tenants.models import Tenant, WhatsAppAccount

SITUATIONS: Mapping[str, Promise] = {
    "booked": _("Booking made"),
    "reminder": _("Reminder of a booking"),
    "changed": _("Booking changed"),
    "canceled": _("Booking cancelled"),
}
TONES: Mapping[str, Promise] = {"formal": _("Formal"), "friendly": _("Friendly"), "short": _("Short")}


@dataclass(frozen=True)
class Ready:
    """A template of the library. ``kind`` is the notice that it speaks for, empty where none asks for it by itself."""

    key: str  # "booked.formal"
    situation: str
    tone: str
    kind: str
    payload: Mapping[str, Any]

    @property
    def label(self) -> str:
        return f"{SITUATIONS[self.situation]} · {TONES[self.tone]}"

    @property
    def variables(self) -> dict[str, str]:
        """Which variable is which field."""
        return {slot.key: slot.name for slot in placeholders(self.payload["components"])}


@functools.cache
def entries() -> Mapping[str, Ready]:
    """All of the library by key, in the order of situations and tones."""
    found = {}
    for situation in SITUATIONS:
        told = json.loads((Path(__file__).parent / f"{situation}.json").read_text(encoding="utf-8"))
        for tone in TONES:
            key = f"{situation}.{tone}"
            found[key] = Ready(key, situation, tone, told["kind"], told["templates"][tone])
    return found


def create_from_library(
    tenant: Tenant, account: WhatsAppAccount, key: str, *, actor: Any = None, now: datetime
) -> MessageTemplate:
    """Makes a template of the library in the account, sends it to Meta, and maps it where its kind of notice has none.

    Raises LookupError for an unknown key, NotWritten as ``writing.write``. Not inside a transaction.
    """
    ready = entries()[key]
    row = writing.write(account, ready.payload, actor=actor, now=now)
    if ready.kind:
        _map(tenant, ready, row, actor)
    return row


def _map(tenant: Tenant, ready: Ready, row: MessageTemplate, actor: Any) -> None:
    """A kind that somebody mapped stays as it is."""
    given: dict[str, Any] = {"template": row, "variables": ready.variables}
    key: dict[str, Any] = {
        "tenant": tenant,
        "kind": ready.kind,
        "language": row.language,
        "is_next": False,
        "is_variant": False,
    }
    mapped, made = TemplateMapping.objects.get_or_create(**key, defaults=given)
    if made:
        audit.record("templatemapping.created", tenant=tenant, actor=actor, obj=mapped)
