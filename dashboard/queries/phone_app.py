"""The phone app beside the API: what was asked of it, how far its history has come, when it was last seen alive."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.chips import SYNC_CALLS, SYNC_MISSED
from notifications.states import StateLook
from tenants import flags
from tenants.models import PhoneNumber
from whatsapp.coexistence import app, ledger, sync
from whatsapp.coexistence.ledger import Phase, Progress
from whatsapp.models import SyncCall

PHASES: dict[int, str | Promise] = {
    0: gettext_lazy("The last day"),
    1: gettext_lazy("Up to 90 days before"),
    2: gettext_lazy("90 to 180 days before"),
}
NAMED = 12  # missing places that are named; of more only the number


@dataclass(frozen=True)
class Call:
    """One of the two requests; ``left`` is what remains of the 24 hours while it waits."""

    row: SyncCall
    look: StateLook
    left: timedelta | None


@dataclass(frozen=True)
class PhaseLine:
    word: str | Promise
    phase: Phase
    missing: str


@dataclass(frozen=True)
class Page:
    """``may_ask``: nobody has asked yet, and a person may begin."""

    number: PhoneNumber
    calls: list[Call]
    progress: Progress
    phases: list[PhaseLine]
    headline: str
    seen_at: datetime | None
    silent_days: int
    pause: timedelta
    may_ask: bool

    @property
    def is_moving(self) -> bool:
        """Whether the page still changes by itself."""
        has_begun = bool(self.calls) or self.progress.chunks or self.progress.waiting
        return bool(has_begun) and not (self.progress.is_whole or self.progress.is_declined)


def page(number: PhoneNumber, now: datetime) -> Page:
    """All of it, in some fifteen queries."""
    progress, calls = ledger.progress(number), sync.of(number)
    seen = app.seen_at(number, now)
    return Page(
        number=number,
        calls=[_call(row, now) for row in calls],
        progress=progress,
        phases=[_line(phase) for phase in progress.phases],
        headline=_headline(progress, calls),
        seen_at=seen,
        silent_days=(now - seen).days if seen else 0,
        pause=flags.resolve(number.tenant).app_pause,
        may_ask=number.coexistence and number.may_send and not calls,
    )


def _call(row: SyncCall, now: datetime) -> Call:
    if row.is_missed(now):
        return Call(row, SYNC_MISSED, None)
    left = row.deadline - now if row.state == SyncCall.State.WAITING else None
    return Call(row, SYNC_CALLS[row.state], left)


def _line(phase: Phase) -> PhaseLine:
    named = ", ".join(map(str, phase.missing[:NAMED])) + (" …" if len(phase.missing) > NAMED else "")
    return PhaseLine(PHASES.get(phase.phase, _("Phase %(number)s") % {"number": phase.phase}), phase, named)


def _headline(progress: Progress, calls: list[SyncCall]) -> str:
    """Where the import stands, in one sentence."""
    if progress.is_declined:
        return _("The business does not share its history. New messages arrive all the same.")
    if progress.is_whole:
        return _("The whole history is here.")
    if progress.waiting:
        return _("The history is being imported. Live messages go first.")
    if progress.chunks:
        return _("Meta goes on sending the history.")
    history = next((row for row in calls if row.kind == SyncCall.Kind.HISTORY), None)
    if history and history.state == SyncCall.State.ASKED:
        return _("The history was asked for. Meta begins to send it within minutes.")
    return _("No history has come.")
