"""What hinders a draft from being sent now: Meta's rules, and its limits by what was done before."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from templates_mgmt import allowance, rules, versions, wording
from templates_mgmt.models import MessageTemplate
from templates_mgmt.rules import EditsLeft, Problem
from templates_mgmt.rules.limits import HOUR
from tenants.models import WhatsAppAccount


def check(template: MessageTemplate, now: datetime, payload: Mapping[str, Any] | None = None) -> list[Problem]:
    """What hinders ``payload`` (by default the template's draft) from being sent; empty where nothing does."""
    told = wording.payload_of(template) if payload is None else payload
    return of_edit(template, told, now) if template.template_id else of_creation(template.account, told, now)


def of_creation(account: WhatsAppAccount, payload: Mapping[str, Any], now: datetime) -> list[Problem]:
    """What hinders ``payload`` from becoming a new template of the account."""
    count, oldest = versions.created_since(account.pk, now - HOUR)
    total = allowance.used(account)
    same_name = account.templates.filter(name=str(payload.get("name", "")), name_locked_until__gt=now)
    locked = same_name.order_by("-name_locked_until").values_list("name_locked_until", flat=True).first()
    most = allowance.most(account, total)
    return rules.check(payload) + rules.check_creation(count, oldest, total, locked, now, most=most)


def of_edit(template: MessageTemplate, payload: Mapping[str, Any], now: datetime) -> list[Problem]:
    """What hinders the template from being changed to ``payload``."""
    known = {name: getattr(template, name) for name in (*wording.FIELDS, "status")}
    known["components"] = wording.writable(known["components"])
    return rules.check(payload) + rules.check_edit(known, payload, versions.counted_edits(template, now), now)


def edits_left(template: MessageTemplate, now: datetime) -> EditsLeft:
    """How often the template may still be changed."""
    return rules.edits_left(template.status, versions.counted_edits(template, now), now)
