"""Says, for a batch of due messages, which of its kind's texts each one speaks, and why.

The choice is recorded where the message is marked as being called (notifications.queue.start), and stands: a later
attempt says the same text again, as long as Meta lets it be sent.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from django.conf import settings
from django.utils.translation import to_locale

from notifications.candidates import Candidate
from notifications.models import NotificationJob
from notifications.variants import bandit, counting
from notifications.variants.bandit import Arm, Pick
from notifications.variants.counting import NOTHING, Counts, Key
from templates_mgmt import mapping
from templates_mgmt.models import MessageTemplate, TemplateMapping
from templates_mgmt.speech import SPEECHES
from tenants.models import WhatsAppAccount

BAD_QUALITY = "RED"  # so Meta calls a template that many people block or report
Voices = Sequence[TemplateMapping]
Chance = Callable[[NotificationJob], Random]


def by_job(job: NotificationJob) -> Random:
    """Always the same for the same message: who asks again, after a crash, draws alike."""
    return Random(job.pk.int)  # noqa: S311 - no secret


def choose(found: Sequence[Candidate], now: datetime, chance: Chance = by_job) -> None:
    """Leaves ``job.voice`` and ``candidate.voice`` (the evidence) with each candidate whose kind has variants.

    Within mapping.remembering; one query where there is anything to choose.
    """
    asked = [(candidate, voices) for candidate in found if len(voices := _voices(candidate)) > 1]
    if not asked:
        return
    known = counting.results((voice.template_id for _candidate, voices in asked for voice in voices), now)
    given: dict[Key, Counter[int]] = {}
    for candidate, voices in asked:
        counter = given.setdefault((candidate.job.kind, voices[0].template_id), Counter())
        _choose(_Choice(candidate, voices, known), counter, chance)


def _voices(candidate: Candidate) -> Voices:
    if candidate.job.kind not in SPEECHES or candidate.number is None or candidate.number.account is None:
        return ()
    return mapping.voices(candidate.tenant, candidate.job.kind, to_locale(candidate.tenant.language))


def _choose(choice: "_Choice", given: Counter[int], chance: Chance) -> None:
    job = choice.candidate.job
    if (kept := choice.spoken()) is not None:
        job.voice = kept
        return
    picked = choice.pick(given, chance) if choice.main.has_choice and choice.able else None
    if picked is not None:
        given[picked.arm.template_id] += 1
        job.voice = choice.able[picked.arm.template_id]
    choice.candidate.voice = choice.evidence(picked)


@dataclass
class _Choice:
    """One message, the voices of its kind, and those that may speak to this person now, by their template's id."""

    candidate: Candidate
    voices: Voices
    known: Mapping[Key, Counts]
    able: dict[int, TemplateMapping] = field(default_factory=dict)
    unable: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for voice in self.voices:
            if (why := self._obstacle(voice)) is None:
                self.able[voice.template_id] = voice
            else:
                self.unable.append(why)

    @property
    def main(self) -> TemplateMapping:
        return self.voices[0]

    @property
    def account(self) -> WhatsAppAccount:
        number = self.candidate.number
        if number is None or number.account is None:
            raise ValueError("a number comes before its templates")
        return number.account

    def spoken(self) -> TemplateMapping | None:
        """What the attempt before said, if it can be said again."""
        job = self.candidate.job
        said = (job.template_name, job.template_language)
        for voice in self.voices if job.attempts else ():
            if (voice.template.name, voice.template.language) == said and self._template(voice) is not None:
                return voice
        return None

    def pick(self, given: Counter[int], chance: Chance) -> Pick:
        arms = [Arm(pk, self._of(pk).settled, self._of(pk).answered) for pk in self.able]
        return bandit.pick(arms, _minimum(), given, chance(self.candidate.job))

    def evidence(self, picked: Pick | None) -> dict[str, Any]:
        """What the timeline keeps: the text, why it, and why not the others."""
        if picked is None:
            code = "variant_none" if self.main.has_choice else "variant_off"
            return {"code": code, "template": self.main.template.name, "excluded": self.unable}
        told = {pk: self._told(pk, picked) for pk in self.able}
        mine = told.pop(picked.arm.template_id)
        return mine | {"code": picked.code, "minimum": _minimum(), "excluded": [*told.values(), *self.unable]}

    def _told(self, template_id: int, picked: Pick) -> dict[str, Any]:
        counts, drawn = self._of(template_id), picked.drawn.get(template_id)
        told = {"settled": counts.settled, "answered": counts.answered}
        name = self.able[template_id].template.name
        if drawn is None:
            return {"code": "variant_counted", "template": name, **told}
        return {"code": "variant_behind", "template": name, **told, "score": round(drawn, 4), "percent": f"{drawn:.0%}"}

    def _of(self, template_id: int) -> Counts:
        return self.known.get((self.candidate.job.kind, template_id), NOTHING)

    def _obstacle(self, voice: TemplateMapping) -> dict[str, Any] | None:
        template, name = self._template(voice), {"template": voice.template.name}
        if voice.stopped_at is not None:
            return {"code": "variant_stopped", **name, **voice.stopped_for}
        if template is None:
            return {"code": "variant_not_sendable", **name}
        if template.quality_score == BAD_QUALITY:
            return {"code": "variant_badly_received", **name}
        if template.category == MessageTemplate.Category.MARKETING and self.candidate.marketing_refusal is not None:
            return {"code": "variant_is_marketing", **name}
        return None

    def _template(self, voice: TemplateMapping) -> MessageTemplate | None:
        return mapping.whole_template(voice, self.account)


def _minimum() -> int:
    return max(settings.WHATSAPP_AUTOMATION_VARIANT_MINIMUM_SAMPLE, 1)
