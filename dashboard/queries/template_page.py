"""The page of one template: how it stands, what it says, what changed, who uses it, and what waits because of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from dashboard import template_words
from dashboard.queries.templates import kind_words
from dashboard.template_difference import Change, changes
from notifications.kinds import values as kind_values
from notifications.models import Appointment, NotificationJob
from notifications.states import StateLook
from templates_mgmt import drift, preview, rules, versions
from templates_mgmt.fields import FIXED_TEXT
from templates_mgmt.mapping import WAITING
from templates_mgmt.models import MessageTemplate, TemplateVersion
from templates_mgmt.preview import Bubble
from templates_mgmt.rules import EditsLeft
from templates_mgmt.structure import Components, placeholders
from tenants.models import PhoneNumber, Tenant
from whatsapp.content import variable_text

VERSIONS = 12
UPCOMING = 6


@dataclass(frozen=True)
class Version:
    """A version, and what it changed of the one before (empty for the first)."""

    row: TemplateVersion
    changes: Sequence[Change]


@dataclass(frozen=True)
class Page:
    """``draft`` is how the template would look with the change that Meta does not have yet; ``waiting``: messages."""

    template: MessageTemplate
    look: StateLook
    bubble: Bubble
    draft: Bubble | None
    draft_changes: Sequence[Change]
    drift: Sequence[Change]
    versions: Sequence[Version]
    kinds: Sequence[str | Promise]
    in_place: Sequence[str | Promise]
    siblings: Sequence[MessageTemplate]
    edits: EditsLeft
    waiting: int


def page(template: MessageTemplate, now: datetime) -> Page:
    """At most ten queries, however long the history is."""
    shown = template.components or (template.draft or {}).get("components") or []
    rows = list(template.versions.order_by("-number")[: VERSIONS + 1])
    samples = preview.examples(shown)
    return Page(
        template,
        template_words.look(template_words.status_of(template)),
        _bubble(template, shown, samples),
        _draft(template),
        _draft_changes(template),
        _drift(template),
        _history(rows),
        kind_words(template.mappings.values_list("kind", flat=True)),
        kind_words(template.fallback_mappings.values_list("kind", flat=True)),
        list(template.account.templates.filter(name=template.name).exclude(pk=template.pk).defer("components")[:30]),
        rules.edits_left(template.status, versions.counted_edits(template, now), now),
        _waiting(template),
    )


def upcoming(tenant: Tenant, now: datetime) -> list[Appointment]:
    """The next appointments, whose data a preview can show."""
    rows = Appointment.objects.for_tenant(tenant).filter(starts_at__gt=now)
    rows = rows.exclude(state=Appointment.State.CANCELLED).select_related("tenant", "contact")
    return list(rows.order_by("starts_at", "pk")[:UPCOMING])


def real_values(
    components: Components, appointment: Appointment, sources: Mapping[str, str], samples: Mapping[str, str]
) -> dict[str, str]:
    """What the variables would hold for ``appointment``: by source, else by their own name, else samples."""
    told = kind_values.of_appointment(appointment)
    found = dict(samples)
    for slot in placeholders(components):
        source = str(sources.get(slot.key) or slot.name)
        value = source.removeprefix(FIXED_TEXT) if source.startswith(FIXED_TEXT) else told.get(source, "")
        if cleaned := variable_text(value):
            found[slot.key] = cleaned
    return found


def _bubble(template: MessageTemplate, components: Components, samples: Mapping[str, str]) -> Bubble:
    return preview.bubble(components, samples, language=template.language, category=template.category)


def _draft(template: MessageTemplate) -> Bubble | None:
    if not template.draft or not template.components:
        return None
    components = template.draft.get("components") or []
    return _bubble(template, components, preview.examples(components))


def _draft_changes(template: MessageTemplate) -> list[Change]:
    if not template.draft or not template.components:
        return []
    category = str(template.draft.get("category") or template.category)
    return changes(template.components, template.draft.get("components") or [], template.category, category)


def _drift(template: MessageTemplate) -> list[Change]:
    """What Meta has otherwise than it was written here."""
    found = drift.of(template)
    if found is None:
        return []
    return changes(found.ours.components, found.components, found.ours.category, found.category)


def _history(rows: Sequence[TemplateVersion]) -> list[Version]:
    older: list[TemplateVersion | None] = [*rows[1:], None]
    pairs = zip(rows[:VERSIONS], older, strict=False)
    return [Version(row, _changed(before, row)) for row, before in pairs]


def _changed(before: TemplateVersion | None, row: TemplateVersion) -> list[Change]:
    return changes(before.components, row.components, before.category, row.category) if before else []


def _waiting(template: MessageTemplate) -> int:
    """Messages that are held until this template can be sent again."""
    jobs = NotificationJob.objects.for_tenant(template.tenant_id).filter(state=NotificationJob.State.PENDING)
    return jobs.filter(reason_code__in=WAITING, reason_detail__template=template.name).count()


def is_there(template: MessageTemplate) -> bool:
    """Whether an act left the template's row."""
    return MessageTemplate.objects.filter(pk=template.pk).exists()


def number_of(template: MessageTemplate) -> PhoneNumber | None:
    """A number that can send it: the first one of its account that sends."""
    rows = PhoneNumber.objects.owned().filter(account=template.account, state__in=PhoneNumber.SENDS)
    return rows.select_related("tenant", "account").order_by("pk").first()
