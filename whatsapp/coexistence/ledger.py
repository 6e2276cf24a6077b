"""What came of a phone app's history: every part is a row, once, in whatever order and however often it comes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from tenants import rows
from tenants.models import PhoneNumber
from whatsapp.coexistence import sync
from whatsapp.dispatch import Incoming
from whatsapp.events import HistoryChunk, MessageEchoed, MessageReceived
from whatsapp.models import BookEntry, HistoryPart, Media, Message, SyncCall, WebhookEvent

WHOLE = 100  # percent
DECLINED = 2593109  # the business does not share its history
LONGEST_GAP = 1000  # places named as missing; more is a broken count, not a gap


@dataclass(frozen=True)
class Phase:
    """What came of a phase; ``missing`` are the places between its first and last chunk of which nothing came."""

    phase: int
    chunks: int
    messages: int
    missing: tuple[int, ...]


@dataclass(frozen=True)
class Progress:
    """How far an import is. ``percent`` is the furthest that Meta told; parts may come before earlier ones.

    ``waiting`` and ``failed`` are parts (files included) that came and are not in the rows yet; ``people`` have a
    message of the history, ``files`` came after their message, ``book`` is the address book as the phone has it now.
    """

    percent: int
    phases: tuple[Phase, ...]
    waiting: int
    failed: int
    messages: int
    people: int
    files: int
    book: int
    left_out: int
    refusal: HistoryPart | None
    last_at: datetime | None

    @property
    def chunks(self) -> int:
        return sum(phase.chunks for phase in self.phases)

    @property
    def share(self) -> int:
        """Percent of all that is here: what Meta told, less the places that are still empty."""
        missing = sum(len(phase.missing) for phase in self.phases)
        return self.percent * self.chunks // (self.chunks + missing) if self.chunks else 0

    @property
    def is_whole(self) -> bool:
        """Meta has told all, nothing waits, and no place between is empty."""
        return self.percent >= WHOLE and not self.waiting and not any(phase.missing for phase in self.phases)

    @property
    def is_declined(self) -> bool:
        return self.refusal is not None and self.refusal.error_code == DECLINED and not self.phases


def record(batch: Sequence[Incoming[HistoryChunk]], now: datetime) -> None:
    """Notes each part once by its event's key. That it came proves that it was asked for."""
    parts = {incoming.row.key: _row(incoming) for incoming in batch if not incoming.event.is_file}
    rows.insert_ignoring([parts[key] for key in sorted(parts)])
    sync.settle_by_proof([incoming.own_number for incoming in batch], SyncCall.Kind.HISTORY, now)


def progress(number: PhoneNumber) -> Progress:
    """What is known of the number's import now, in seven queries."""
    parts = list(HistoryPart.objects.filter(number=number))
    chunks = [part for part in parts if part.error_code is None]
    refusals = [part for part in parts if part.error_code is not None]
    events = WebhookEvent.objects.filter(lane=WebhookEvent.Lane.HISTORY, phone_number_id=number.phone_number_id)
    told = Message.objects.filter(number=number, origin=Message.Origin.HISTORY)
    counts = told.aggregate(messages=Count("pk"), people=Count("contact", distinct=True))
    return Progress(
        percent=min(max((part.progress for part in chunks), default=0), WHOLE),
        phases=_phases(chunks),
        waiting=events.filter(state=WebhookEvent.State.NEW).count(),
        failed=events.filter(state=WebhookEvent.State.FAILED).count(),
        messages=counts["messages"],
        people=counts["people"],
        files=Media.objects.filter(number=number, lane=WebhookEvent.Lane.HISTORY).count(),
        book=BookEntry.objects.filter(number=number, is_removed=False).count(),
        left_out=sum(part.left_out for part in chunks),
        refusal=max(refusals, key=lambda part: part.received_at, default=None),
        last_at=max((part.received_at for part in parts), default=None),
    )


def _phases(chunks: Iterable[HistoryPart]) -> tuple[Phase, ...]:
    by_phase: dict[int, list[HistoryPart]] = defaultdict(list)
    for part in chunks:
        by_phase[part.phase].append(part)
    return tuple(_phase(phase, by_phase[phase]) for phase in sorted(by_phase))


def _phase(phase: int, parts: Sequence[HistoryPart]) -> Phase:
    places = {part.chunk_order for part in parts}
    return Phase(phase, len(places), sum(part.messages for part in parts), _missing(places))


def _missing(places: set[int]) -> tuple[int, ...]:
    first, last = min(places), max(places)
    return tuple(sorted(set(range(first, last)) - places)) if last - first <= LONGEST_GAP else ()


def _row(incoming: Incoming[HistoryChunk]) -> HistoryPart:
    event = incoming.event
    problem = event.errors[0] if event.errors else None
    return HistoryPart(
        tenant_id=incoming.tenant.pk,
        number=incoming.own_number,
        key=incoming.row.key,
        phase=max(-1, min(event.phase, 99)),
        chunk_order=event.chunk_order,
        progress=event.progress,
        messages=sum(isinstance(fact.event, MessageReceived | MessageEchoed) for fact in event.facts),
        left_out=event.left_out,
        error_code=problem.code if problem else None,
        error=(problem.details or problem.title)[:300] if problem else "",
        received_at=incoming.row.received_at,
    )
