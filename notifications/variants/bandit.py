"""Which of several texts speaks next: evenly until each is known well enough, then by what they achieved.

Thompson's sampling: each draws from Beta(successes + 1, failures + 1), and the highest draw speaks. So the better one
gets most of the messages, and a worse one goes on getting as many as it takes to stay sure of that.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

ALONE, IN_TURN, BY_RESULTS = "variant_alone", "variant_in_turn", "variant_by_results"


@dataclass(frozen=True)
class Arm:
    """A text, by its template's id; of ``settled`` messages it is known that ``answered`` of them succeeded."""

    template_id: int
    settled: int = 0
    answered: int = 0


@dataclass(frozen=True)
class Pick:
    """Who speaks, why (a code of notifications.reasons), and by template's id what each drew, between 0 and 1."""

    arm: Arm
    code: str
    drawn: Mapping[int, float] = field(default_factory=dict)


def pick(arms: Sequence[Arm], minimum: int, given: Counter[int], chance: Random) -> Pick:
    """One of ``arms`` (at least one); ``given``: how many messages each got in this batch already.

    While any has fewer than ``minimum`` settled messages, they speak in turn.
    """
    if len(arms) == 1:
        return Pick(arms[0], ALONE)
    if any(arm.settled < minimum for arm in arms):
        fewest = min(given[arm.template_id] for arm in arms)
        return Pick(chance.choice([arm for arm in arms if given[arm.template_id] == fewest]), IN_TURN)
    drawn = {arm.template_id: _draw(arm, chance) for arm in arms}
    return Pick(max(arms, key=lambda arm: drawn[arm.template_id]), BY_RESULTS, drawn)


def _draw(arm: Arm, chance: Random) -> float:
    return chance.betavariate(arm.answered + 1, arm.settled - arm.answered + 1)
