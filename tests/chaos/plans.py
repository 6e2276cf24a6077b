"""What a chaos test wants done: businesses, their numbers, their jobs and when they are due. Known to both sides."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

COEXISTENCE = 20  # messages a second; Meta's


@dataclass(frozen=True)
class Number:
    """A business number as Meta knows it. One that is not ``labelled`` has statuses without our reference."""

    phone_number_id: str
    waba_id: str
    portfolio: str
    token: str
    throughput: int = 80
    labelled: bool = True


@dataclass(frozen=True)
class Plan:
    """One business with ``jobs`` of ``kind`` to ``people`` customers, due from ``begin`` (seconds since 1970) on, one
    after another for ``seconds``."""

    slug: str
    number: Number
    jobs: int
    people: int
    begin: float
    seconds: float
    kind: str = "appointment_created"
    messaging_limit: str = "TIER_UNLIMITED"


def write(plans: list[Plan], path: Path) -> None:
    path.write_text(json.dumps([asdict(plan) for plan in plans]))


def read(path: Path) -> list[Plan]:
    rows = json.loads(path.read_text())
    return [Plan(**(row | {"number": Number(**row["number"])})) for row in rows]
