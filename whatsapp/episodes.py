"""Which messages of a customer make one service episode, and how it stands: pure, a function of times alone.

The same messages and the same words of persons give the same episodes in whatever order they became known. An episode
ends when a person solves it, or after a set silence of the customer. A message within the time to reopen belongs to
it still; a later one begins the next.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

OPEN, PENDING, SOLVED = "open", "pending", "solved"
PERSON, SILENCE = "person", "silence"


@dataclass(frozen=True)
class Rules:
    """How long a customer is silent until an episode ends, and how long a message may still reopen it."""

    silence: timedelta
    reopen: timedelta


@dataclass(frozen=True)
class Decision:
    """A person's word on the state; it stands until the customer writes again."""

    at: datetime
    state: str


@dataclass
class Turn:
    """From opening or reopening to the end; the last turn's end is the episode's own."""

    opened_at: datetime
    solved_at: datetime | None = None
    solved_by: str = ""


@dataclass
class Episode:
    """``opened_at`` to ``last_at``: the customer's first and last message. Each reopening begins a turn."""

    opened_at: datetime
    last_at: datetime
    decision: Decision | None = None
    turns: list[Turn] = field(default_factory=list)

    @property
    def standing(self) -> Decision | None:
        """The person's word that the customer has not answered yet."""
        return self.decision if self.decision and self.decision.at >= self.last_at else None

    def ends_at(self, rules: Rules) -> datetime:
        """When it ends, or ended, unless the customer writes."""
        word = self.standing
        if word is None:
            return self.last_at + rules.silence
        return word.at if word.state == SOLVED else word.at + rules.silence

    def state(self, rules: Rules, now: datetime) -> str:
        if self.ends_at(rules) <= now:
            return SOLVED
        return self.standing.state if self.standing else OPEN

    def solved_by(self) -> str:
        """Who ends it: meaningful for a solved one."""
        return PERSON if self.standing and self.standing.state == SOLVED else SILENCE


def split(times: Iterable[datetime], decisions: Mapping[datetime, Decision], rules: Rules) -> list[Episode]:
    """The episodes of a conversation, oldest first.

    ``times`` are those of the customer's messages; ``decisions`` the persons' words, by the time of a message of the
    episode they were about.
    """
    episodes: list[Episode] = []
    for at in sorted({*times, *decisions}):
        if not episodes or at > episodes[-1].ends_at(rules) + rules.reopen:
            episodes.append(Episode(at, at, turns=[Turn(at)]))
        current = episodes[-1]
        if at > current.ends_at(rules):
            current.turns[-1].solved_at, current.turns[-1].solved_by = current.ends_at(rules), current.solved_by()
            current.turns.append(Turn(at))
        current.last_at = at
        if word := decisions.get(at):
            current.decision = max(filter(None, (current.decision, word)), key=lambda each: each.at)
    return episodes
