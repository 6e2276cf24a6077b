"""Who says what: for each kind of notice and language the template that speaks, and what is missing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications import template_trial, template_usage
from notifications.models import Appointment
from notifications.reasons import Reason
from notifications.states import StateLook
from templates_mgmt import binding, changing
from templates_mgmt.models import MessageTemplate, TemplateMapping
from templates_mgmt.speech import SPEECHES, Speech
from templates_mgmt.structure import normalize_language
from tenants.models import PhoneNumber, Tenant

LOOKS: dict[str, StateLook] = {
    "speaks": StateLook(_("Speaks"), "check_circle", "teal", _("Its template is approved, and every value is there.")),
    "in_place": StateLook(
        _("The other one speaks"), "swap_horiz", "amber", _("Meta holds the first template back for the moment.")
    ),
    "waits": StateLook(_("Waits"), "clock", "amber", _("Messages wait and go by themselves.")),
    "stopped": StateLook(_("Cannot be sent"), "cross", "red", _("Somebody must choose another template.")),
    "incomplete": StateLook(_("Incomplete"), "warning", "red", _("Some of its values have no place.")),
    "missing": StateLook(_("Nothing chosen"), "warning", "amber", _("These messages are not sent.")),
    "optional": StateLook(_("Nothing chosen"), "line", "slate", _("These messages are not sent.")),
}
APPOINTMENTS_SHOWN = 20
RECENT = timedelta(days=30)


@dataclass(frozen=True)
class Line:
    """A kind in a language. ``problems`` are sentences; ``waiting`` messages wait for its templates now.

    ``variants``: how many other templates share in its messages.
    """

    speech: Speech
    language: str
    look: StateLook
    mapped: TemplateMapping | None = None
    upcoming: TemplateMapping | None = None
    problems: Sequence[str | Promise] = ()
    waiting: int = 0
    variants: int = 0


def lines(tenant: Tenant) -> list[Line]:
    """Every kind that templates speak for, in the company's language and the others that are mapped; six queries."""
    rows = list(
        TemplateMapping.objects.for_tenant(tenant).select_related("tenant", "template__account", "fallback__account")
    )
    by_key = {(row.kind, row.language, row.is_next): row for row in rows if not row.is_variant}
    variants = Counter((row.kind, row.language) for row in rows if row.is_variant)
    number = speaking_number(tenant)
    templates = {row.template_id: row.template for row in rows} | {
        row.fallback_id: row.fallback for row in rows if row.fallback
    }
    used = template_usage.of([template for template in templates.values() if template])
    found = []
    for speech in SPEECHES.values():
        for language in _languages(tenant, speech, rows):
            mapped = by_key.get((speech.kind, language, False))
            line = _line(speech, language, mapped, by_key.get((speech.kind, language, True)), number)
            waiting = used[mapped.template_id].waiting if mapped else 0
            found.append(Line(*line, waiting=waiting, variants=variants[speech.kind, language]))
    return found


def _languages(tenant: Tenant, speech: Speech, rows: Sequence[TemplateMapping]) -> list[str]:
    spoken = {row.language for row in rows if row.kind == speech.kind}
    return sorted(spoken) or [normalize_language(tenant.language)]


def _line(
    speech: Speech,
    language: str,
    mapped: TemplateMapping | None,
    upcoming: TemplateMapping | None,
    number: PhoneNumber | None,
) -> tuple[Speech, str, StateLook, TemplateMapping | None, TemplateMapping | None, Sequence[str | Promise]]:
    name, problems = _state(speech, mapped, number)
    return speech, language, LOOKS[name], mapped, upcoming, problems


def _state(
    speech: Speech, mapped: TemplateMapping | None, number: PhoneNumber | None
) -> tuple[str, Sequence[str | Promise]]:
    if mapped is None and not speech.needed:
        return "optional", [_("Whoever wants these messages chooses a template for them.")]
    if mapped is None:
        return "missing", [_("Until a template is chosen, these messages are not sent.")]
    if wrong := binding.sentences(mapped):
        return "incomplete", wrong
    why = template_trial.why_not_now(mapped, number) if number else None
    if why is None:
        return ("speaks" if mapped.template.is_sendable else "in_place"), []
    final = mapped.template.status in MessageTemplate.FINAL
    return ("stopped" if final else "waits"), [why.sentence]


def speaking_number(tenant: Tenant) -> PhoneNumber | None:
    """The number by which a trial is written: one that sends, else any."""
    rows = PhoneNumber.objects.for_tenant(tenant).owned().select_related("account", "tenant")
    return min(rows, key=lambda row: (not row.may_send, row.pk), default=None)


def of_kind(tenant: Tenant, kind: str, language: str) -> dict[bool, TemplateMapping]:
    """What is mapped, by ``is_next``; variants apart."""
    rows = TemplateMapping.objects.for_tenant(tenant).filter(kind=kind, language=language, is_variant=False)
    return {row.is_next: row for row in rows.select_related("tenant", "template", "fallback")}


def address(kind: str, language: str) -> str:
    """Where its variants are seen."""
    return f"{reverse('template_variants')}?{urlencode({'kind': kind, 'language': language})}"


def version(rows: dict[bool, TemplateMapping]) -> str:
    return changing.version(rows.values())


def templates(tenant: Tenant, language: str) -> list[MessageTemplate]:
    """What may be chosen: the tongue's templates that Meta has or reads, of accounts that the company owns."""
    tongue = language.partition("_")[0]
    rows = MessageTemplate.objects.for_tenant(tenant).filter(account__owned_until=None, missing_since=None)
    rows = rows.filter(language__startswith=tongue).exclude(status__in=MessageTemplate.FINAL).exclude(components=[])
    found = rows.select_related("account").order_by("name", "language", "pk")
    return [row for row in found if row.language.partition("_")[0] == tongue]


def appointments(tenant: Tenant, now: datetime) -> list[Appointment]:
    """Real ones to try a mapping with: the next, then the latest."""
    rows = Appointment.objects.for_tenant(tenant).select_related("tenant", "contact")
    ahead = list(rows.filter(starts_at__gte=now).order_by("starts_at")[:APPOINTMENTS_SHOWN])
    if ahead:
        return ahead
    return list(rows.filter(starts_at__gte=now - RECENT).order_by("-starts_at")[:APPOINTMENTS_SHOWN])


@dataclass(frozen=True)
class Shown:
    """The preview of a mapping: what the customer reads, the exact request, and why it would not go now."""

    trial: template_trial.Trial
    why: Reason | None
    appointment: Appointment | None


def shown(draft: TemplateMapping, appointment: Appointment | None) -> Shown:
    number = speaking_number(draft.tenant)
    trial = template_trial.run(draft, appointment, number)
    return Shown(trial, trial.problem or template_trial.why_not_now(draft, number), appointment)
