"""Which number speaks, and to whom the message really goes."""

from collections.abc import Collection, Mapping
from datetime import datetime

from notifications.models import NotificationJob
from tenants.models import PhoneNumber
from whatsapp.models import Conversation
from whatsapp.providers.base import Recipient

Threads = Mapping[tuple[int, int], Conversation]  # by (number id, contact id)


def choose_number(job: NotificationJob, numbers: Collection[PhoneNumber], threads: Threads) -> PhoneNumber | None:
    """The tenant's number for ``job``: the one it was queued for, else the one this customer last talked with.

    Numbers that can send come first, of those the healthy ones; with none that can, one whose connection may come
    back. None: there is no number.
    """
    if job.number_id:
        return next((number for number in numbers if number.pk == job.number_id), None)
    able = [number for number in numbers if number.may_send]
    chosen = [number for number in able if not number.is_resting] or able or list(numbers)
    return max(chosen, key=lambda number: (_talked_at(number, job, threads), -number.pk), default=None)


def recipient(to: str) -> Recipient:
    """A phone in E.164 with +, or a business-scoped user id."""
    return Recipient(phone=to) if to.startswith("+") else Recipient(user_id=to)


def _talked_at(number: PhoneNumber, job: NotificationJob, threads: Threads) -> float:
    thread = threads.get((number.pk, job.contact_id))
    at: datetime | None = thread.last_message_at if thread else None
    return at.timestamp() if at else 0.0
