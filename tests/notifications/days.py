"""What analytics should say, counted message by message; and histories to count."""

import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from notifications.models import DailyAnswers, DailyCount, JobAttempt, NotificationJob
from tenants.models import Tenant
from tests.factories import make_contact
from tests.notifications.jobs import first_number
from whatsapp import conversations
from whatsapp.models import Conversation, Message

_count = itertools.count(1)
PEOPLE = {"operator": "person", "app": "person"}


def thread_of(tenant: Tenant, phone: str = "+5511988887777") -> Conversation:
    return conversations.open_for(first_number(tenant), make_contact(tenant, phone))


def say(thread: Conversation, at: datetime, origin: str = "customer", **values: Any) -> Message:
    """A message of the thread; ``lane`` makes it one that a job of this lane promised."""
    lane, n = values.pop("lane", None), next(_count)
    defaults = {
        "tenant": thread.tenant,
        "number": thread.number,
        "contact": thread.contact,
        "conversation": thread,
        "direction": "inbound" if origin == "customer" else "outbound",
        "origin": origin,
        "provider_message_id": f"wamid.day{n}",
        "address": "5511988887777",
        "type": "text",
        "occurred_at": at,
    }
    message = Message.objects.create(**(defaults | values))
    if lane is not None:
        kind = "auto_reply" if lane == NotificationJob.Lane.REPLY else "appointment_reminder"
        NotificationJob.objects.create(
            tenant=thread.tenant,
            contact=thread.contact,
            kind=kind,
            dedupe_key=str(n),
            to="+5511988887777",
            state="sent",
            lane=lane,
            message=message,
        )
    return message


def history(tenant: Tenant, since: datetime, days: int, seed: int = 1) -> None:
    """Three customers, people, robot, notices and phone app talk at all hours; every outcome there is."""
    dice = random.Random(seed)
    threads = [thread_of(tenant, f"+551198888{n}777") for n in range(3)]
    for n in range(days * 24):
        at, thread = since + timedelta(hours=n, seconds=dice.randrange(3000)), dice.choice(threads)
        if dice.random() < 0.5:
            say(thread, at, type=dice.choice(["text", "text", "image", "system"]))
        else:
            _write(thread, at, dice)
    say(threads[0], since + timedelta(hours=5), "history")


def _write(thread: Conversation, at: datetime, dice: random.Random) -> None:
    origin = dice.choice(["operator", "app", "api", "campaign", "automation", "automation"])
    status = dice.choice(["", "accepted", "sent", "delivered", "read", "played", "failed"])
    code = dice.choice([131026, 131047, None]) if status == "failed" else None
    lane = dice.choice([0, 1]) if origin == "automation" else None
    template = dice.choice(["", "aviso", "lembrete"])
    say(thread, at, origin, status=status, error_code=code, lane=lane, template_name=template)


def told_counts(tenant: Tenant) -> Counter[tuple]:
    """What the tables hold."""
    fields = ("day", "number_id", "origin", "kind", "template_name", "outcome", "error_code")
    rows = DailyCount.objects.for_tenant(tenant)
    return Counter({tuple(getattr(row, name) for name in fields): row.count for row in rows})


def told_waits(tenant: Tenant) -> dict[tuple, list[int]]:
    return {(row.day, row.number_id, row.by): row.seconds for row in DailyAnswers.objects.for_tenant(tenant)}


def plain_counts(tenant: Tenant) -> Counter[tuple]:
    """Message by message, each on the day that the company's clock shows."""
    found: Counter[tuple] = Counter()
    for message in _counted(tenant):
        outcome, code = _outcome(message)
        day = message.occurred_at.astimezone(tenant.zone).date()
        known = (message.number_id, message.origin, _kind(message), message.template_name, outcome, code)
        found[day, *known] += 1
    return found


def plain_waits(tenant: Tenant) -> dict[tuple, list[int]]:
    """Conversation by conversation, from the first message that waits to the answer."""
    found, waiting = defaultdict(list), {}
    for message in sorted(_counted(tenant), key=lambda row: (row.occurred_at, row.pk)):
        thread = message.conversation_id
        if message.direction == "inbound":
            waiting.setdefault(thread, message.occurred_at)
        elif _is_answer(message) and thread in waiting:
            seconds = int((message.occurred_at - waiting.pop(thread)).total_seconds())
            day = message.occurred_at.astimezone(tenant.zone).date()
            found[day, message.number_id, PEOPLE.get(message.origin, "robot")].append(seconds)
        elif _is_answer(message):
            waiting.pop(thread, None)
    return {key: sorted(waits) for key, waits in found.items()}


def _counted(tenant: Tenant) -> Iterable[Message]:
    return Message.objects.for_tenant(tenant).exclude(origin="history").exclude(type="system")


def _attempt(message: Message) -> JobAttempt | None:
    return JobAttempt.objects.filter(message=message).order_by("-attempt").first()


def _outcome(message: Message) -> tuple[str, int | None]:
    attempt = _attempt(message)
    if message.direction == "inbound":
        return "received", None
    if message.status:
        return message.status, message.error_code if message.status == "failed" else None
    refused = attempt is not None and attempt.outcome == "refused"
    return ("failed", attempt.error_code) if refused and attempt else ("open", None)


def _kind(message: Message) -> str:
    attempt, job = _attempt(message), NotificationJob.objects.filter(message=message).first()
    return attempt.job.kind if attempt else job.kind if job else ""


def _is_answer(message: Message) -> bool:
    if message.provider_message_id is None or message.status == "failed":
        return False
    by_rule = NotificationJob.objects.filter(message=message, lane=NotificationJob.Lane.REPLY).exists()
    return message.origin in {"operator", "app", "api"} or (message.origin == "automation" and by_rule)
