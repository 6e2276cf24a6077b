"""What Meta has of a template that is other than what was written here."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from templates_mgmt import wording
from templates_mgmt.models import MessageTemplate, TemplateVersion


@dataclass(frozen=True)
class Drift:
    """``ours`` is the last version that was written here; ``components`` and ``category`` are what Meta has now."""

    ours: TemplateVersion
    components: list[dict[str, Any]]
    category: str


def of(template: MessageTemplate) -> Drift | None:
    """None where Meta has what was written here, or where nothing was."""
    return of_many([template]).get(template.pk)


def of_many(templates: Iterable[MessageTemplate]) -> dict[int, Drift]:
    """By template's id, those that differ; one query."""
    rows = {row.pk: row for row in templates}
    written = TemplateVersion.objects.filter(template__among=list(rows), source=TemplateVersion.Source.US)
    last = written.order_by("template_id", "-number").distinct("template_id")
    return {
        ours.template_id: Drift(ours, row.components, row.category)
        for ours in last
        if _differs(ours, row := rows[ours.template_id])
    }


def _differs(ours: TemplateVersion, row: MessageTemplate) -> bool:
    return ours.category != row.category or not wording.same_words(ours.components, row.components)
