"""What was found: every fact judged by what Meta told, as it is kept and shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tenants.models import PhoneNumber
from whatsapp.comparison.facts import FACTS, Fact, valid
from whatsapp.comparison.questions import Answers
from whatsapp.models import ConnectionCheck

OK, DIFFERS, UNKNOWN = "ok", "differs", "unknown"


@dataclass(frozen=True)
class Finding:
    """One fact: ``ok``, ``differs`` or ``unknown``; ``expected`` and ``found`` as Meta spells them."""

    name: str
    state: str
    expected: str = ""
    found: str = ""

    @property
    def fact(self) -> Fact:
        return FACTS[self.name]

    @property
    def is_mendable(self) -> bool:
        return self.state == DIFFERS and self.fact.mend is not None


def compare(number: PhoneNumber, answers: Answers, now: datetime) -> Iterator[Finding]:
    """Every fact of FACTS, in its order."""
    for name, fact in FACTS.items():
        refusal = answers.refusals.get(fact.question)
        if refusal:
            yield Finding(name, DIFFERS if name == "token" else UNKNOWN, valid() if name == "token" else "", refusal)
            continue
        judged = fact.judge(number, answers, now) if getattr(answers, fact.question) is not None else None
        if judged is None:
            yield Finding(name, UNKNOWN)
        else:
            yield Finding(name, OK if judged[0] else DIFFERS, *judged[1:])


def findings_of(row: ConnectionCheck | None) -> list[Finding]:
    """A stored comparison, without facts that this version does not know any more."""
    return [Finding(**one) for one in row.findings if one.get("name") in FACTS] if row else []


def differences(row: ConnectionCheck | None) -> list[Finding]:
    return [finding for finding in findings_of(row) if finding.state == DIFFERS]
