"""Who uses a template, and what waits because of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count
from django.db.models.fields.json import KT
from django.utils.functional import Promise

from notifications.models import NotificationJob
from templates_mgmt import changing, mapping
from templates_mgmt.models import MessageTemplate
from templates_mgmt.speech import SPEECHES

Word = str | Promise


@dataclass
class Usage:
    """The kinds of notice (as people call them) that it speaks for, alone or as a variant, stands in for, or will.

    ``waiting``: how many messages wait for it now.
    """

    speaks: list[Word] = field(default_factory=list)
    stands_in: list[Word] = field(default_factory=list)
    comes_next: list[Word] = field(default_factory=list)
    waiting: int = 0


def of(templates: Sequence[MessageTemplate]) -> dict[int, Usage]:
    """By template's id, each of ``templates`` (of one company); two queries however many."""
    found: dict[int, Usage] = {row.pk: Usage() for row in templates}
    for row in changing.using(found):
        speech = SPEECHES.get(row.kind)
        word = speech.label if speech else row.kind
        if row.template_id in found:
            usage = found[row.template_id]
            (usage.comes_next if row.is_next else usage.speaks).append(word)
        if row.fallback_id in found:
            found[row.fallback_id].stands_in.append(word)
    counts = _waiting(templates)
    for template in templates:
        found[template.pk].waiting = counts[template.name, template.language]
    return found


def _waiting(templates: Sequence[MessageTemplate]) -> Counter[tuple[str, str]]:
    """By name and language: messages that wait for an approval, for a template that is gone, or for a mapping."""
    held = NotificationJob.objects.filter(
        tenant__in={row.tenant_id for row in templates},
        state=NotificationJob.State.PENDING,
        reason_code__in=mapping.WAITING,
    )
    told = held.values_list(KT("reason_detail__template"), KT("reason_detail__language")).annotate(Count("pk"))
    return Counter({(name, language): count for name, language, count in told.order_by()})
