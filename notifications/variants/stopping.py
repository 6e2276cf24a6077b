"""Takes a text out of the choice when too many customers opt out after it, and tells a person who may bring it back."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from notifications.variants import counting
from notifications.variants.counting import Counts
from templates_mgmt import outages, variants
from templates_mgmt.models import TemplateMapping
from tenants import alerts

ALERT = "variant_stopped"


def watch(now: datetime) -> int:
    """Counts, stops what customers refuse, tells of all that is stopped; answers how many were stopped now."""
    groups = variants.groups()
    counting.tend(groups, now)
    speaking = [voice for group in groups if group[0].has_choice for voice in group if voice.stopped_at is None]
    stopped = sum(_judge(voice, counts, now) for voice, counts in counting.against(speaking))
    tell(now)
    return stopped


def _judge(voice: TemplateMapping, counts: Counts, now: datetime) -> bool:
    return is_too_much(counts) and variants.stop(voice, now, opt_outs=counts.refused, sent=counts.sent)


def is_too_much(counts: Counts) -> bool:
    """So many opt-outs, and so large a part of those who got it, that it is no accident."""
    least = max(settings.WHATSAPP_AUTOMATION_VARIANT_STOP_OPT_OUTS, 1)
    percent = settings.WHATSAPP_AUTOMATION_VARIANT_STOP_PERCENT
    return counts.refused >= least and counts.refused * 100 >= percent * counts.sent


def bring_back(voice: TemplateMapping, now: datetime) -> None:
    """From tomorrow on it is judged anew: those who opted out today already are known to whoever brings it back."""
    variants.bring_back(voice, now.astimezone(voice.tenant.zone).date() + timedelta(days=1))
    tell(now)


def tell(now: datetime) -> None:
    """An alert for each that is stopped, while it is."""
    found: dict[alerts.Key, Mapping[str, Any]] = {
        (row.tenant_id, f"{outages.subject(row.template)}: {row.kind}"): _told(row) for row in variants.stopped()
    }
    alerts.keep(ALERT, found, now)


def _told(row: TemplateMapping) -> dict[str, Any]:
    return {"template": row.template.name, **row.stopped_for}
