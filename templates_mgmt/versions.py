"""The history of templates' words: a version for each change, by people here or told by Meta.

Call within the transaction that changed the rows.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import OuterRef, Subquery

from templates_mgmt import wording
from templates_mgmt.models import MessageTemplate, TemplateVersion
from templates_mgmt.rules.limits import MONTH

Source = TemplateVersion.Source


def record(
    template: MessageTemplate, at: datetime, *, source: Source = Source.META, by: str = "", counted: bool = False
) -> TemplateVersion | None:
    """The template as it is now as its next version; None where it is as its last version says."""
    return next(iter(record_all([template], at, source=source, by=by, counted=counted)), None)


def record_all(
    templates: Sequence[MessageTemplate],
    at: datetime,
    *,
    source: Source = Source.META,
    by: str = "",
    counted: bool = False,
) -> list[TemplateVersion]:
    """A version for each of ``templates`` whose words or category changed since its last one. Two questions in all."""
    last = {version.template_id: version for version in _last_of(templates)}
    new = [
        TemplateVersion(
            tenant_id=row.tenant_id,
            template=row,
            number=last[row.pk].number + 1 if row.pk in last else 1,
            components=row.components,
            category=row.category,
            source=source,
            by=by[:150],
            counted=counted,
            at=at,
        )
        for row in templates
        if row.components and not _is_as(row, last.get(row.pk))
    ]
    return TemplateVersion.objects.bulk_create(new)


def counted_edits(template: MessageTemplate, now: datetime) -> list[datetime]:
    """When the template was changed while it was approved, within the last 30 days."""
    rows = template.versions.filter(counted=True, at__gt=now - MONTH)
    return list(rows.values_list("at", flat=True))


def created_since(account_id: int, since: datetime) -> tuple[int, datetime | None]:
    """How many templates Recado made in the account since then, and when the first of them."""
    rows = TemplateVersion.objects.filter(template__account=account_id, number=1, source=Source.US, at__gt=since)
    times = sorted(rows.values_list("at", flat=True))
    return len(times), times[0] if times else None


def _last_of(templates: Iterable[MessageTemplate]) -> Iterable[TemplateVersion]:
    numbers = TemplateVersion.objects.filter(template=OuterRef("template")).order_by("-number").values("number")[:1]
    ids = [row.pk for row in templates]
    return TemplateVersion.objects.filter(template__among=ids).filter(number=Subquery(numbers))


def _is_as(row: MessageTemplate, version: TemplateVersion | None) -> bool:
    if version is None or version.category != row.category:
        return False
    return wording.same_words(version.components, row.components)
