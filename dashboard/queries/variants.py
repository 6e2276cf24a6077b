"""The texts that share a kind's messages: what customers did with each, and whether it may speak now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications import reasons
from notifications.states import StateLook
from notifications.variants import counting
from notifications.variants.choosing import BAD_QUALITY
from notifications.variants.counting import NOTHING, Counts
from templates_mgmt import binding
from templates_mgmt.models import TemplateMapping
from tenants.models import Tenant

LATELY = 7  # days
LOOKS: dict[str, StateLook] = {
    "shares": StateLook(gettext_lazy("Takes part"), "check_circle", "teal"),
    "learns": StateLook(gettext_lazy("Being tried"), "clock", "blue"),
    "stopped": StateLook(gettext_lazy("Stopped by opt-outs"), "block", "red"),
    "left_out": StateLook(gettext_lazy("Left out"), "warning", "amber"),
    "off": StateLook(gettext_lazy("Turned off"), "toggle_off", "slate"),
    "alone": StateLook(gettext_lazy("Speaks alone"), "check_circle", "teal"),
}


@dataclass(frozen=True)
class Voice:
    """One text. ``share``: its part (percent) of the kind's messages of the last days; None where none were sent."""

    mapped: TemplateMapping
    counts: Counts
    share: float | None
    look: StateLook
    why: str | Promise

    @property
    def rate(self) -> float | None:
        """How many answered, in percent of what is settled."""
        return _percent(self.counts.answered, self.counts.settled)

    @property
    def refusal_rate(self) -> float | None:
        return _percent(self.counts.refused, self.counts.sent)


@dataclass(frozen=True)
class Page:
    """The main text first; empty where nothing is mapped."""

    voices: Sequence[Voice]
    minimum: int = 0
    stop_opt_outs: int = 0
    stop_percent: int = 0
    window: int = counting.WINDOW
    lately: int = LATELY

    @property
    def main(self) -> TemplateMapping | None:
        return self.voices[0].mapped if self.voices else None

    @property
    def has_choice(self) -> bool:
        return self.main is not None and self.main.has_choice


def page(tenant: Tenant, kind: str, language: str, now: datetime) -> Page:
    """Three queries, however many texts."""
    rows = TemplateMapping.objects.for_tenant(tenant).filter(kind=kind, language=language, is_next=False)
    mapped = list(rows.select_related("tenant", "template__account", "fallback").order_by("is_variant", "pk"))
    if not mapped or mapped[0].is_variant:
        return Page([])
    ids = {row.template_id for row in mapped}
    whole, lately = counting.results(ids, now), counting.results(ids, now, LATELY)
    total = sum(lately.get((kind, pk), NOTHING).sent for pk in ids)
    found = []
    for row in mapped:
        counts = whole.get((kind, row.template_id), NOTHING)
        name, why = _state(row, counts, mapped)
        share = _percent(lately.get((kind, row.template_id), NOTHING).sent, total)
        found.append(Voice(row, counts, share, LOOKS[name], why))
    return Page(
        found,
        minimum=settings.WHATSAPP_AUTOMATION_VARIANT_MINIMUM_SAMPLE,
        stop_opt_outs=settings.WHATSAPP_AUTOMATION_VARIANT_STOP_OPT_OUTS,
        stop_percent=settings.WHATSAPP_AUTOMATION_VARIANT_STOP_PERCENT,
    )


def _percent(part: int, whole: int) -> float | None:
    return part * 100 / whole if whole else None


def _state(row: TemplateMapping, counts: Counts, voices: Sequence[TemplateMapping]) -> tuple[str, str | Promise]:
    """Its look, and why: as the queue would judge it, customers' own wishes apart."""
    minimum = settings.WHATSAPP_AUTOMATION_VARIANT_MINIMUM_SAMPLE
    if len(voices) == 1:
        return "alone", _("It has no variants.")
    if not voices[0].has_choice:
        return "off" if row.is_variant else "alone", _("The choice is turned off.")
    if row.stopped_at is not None:
        return "stopped", _told("variant_stopped", row, row.stopped_for)
    if why := _why_left_out(row):
        return "left_out", why
    if counts.settled < minimum:
        told = {"count": counts.settled, "minimum": minimum}
        return "learns", _("%(count)d of the %(minimum)d messages that a comparison needs.") % told
    return "shares", _("Its results are compared with the others'.")


def _why_left_out(row: TemplateMapping) -> str:
    """A sentence; empty where it may speak."""
    if not row.template.is_sendable:
        return _told("variant_not_sendable", row, {})
    if row.template.quality_score == BAD_QUALITY:
        return _told("variant_badly_received", row, {})
    return next(iter(binding.sentences(row)), "")


def _told(code: str, row: TemplateMapping, detail: Mapping[str, Any]) -> str:
    return reasons.explain(code, {"template": row.template.name, **detail}).sentence
