from notifications.models.appointment import Appointment
from notifications.models.code import OneTimeCode
from notifications.models.daily import CountedDay, DailyAnswers, DailyCount, DayToCount
from notifications.models.job import IdempotencyKey, JobAttempt, JobEvent, NotificationJob
from notifications.models.manual import ManualNotice
from notifications.models.outbox import OutboxEvent
from notifications.models.rate import Rate
from notifications.models.reach import ReachedPerson
from notifications.models.variant import VariantDay

__all__ = [
    "Appointment",
    "CountedDay",
    "DailyAnswers",
    "DailyCount",
    "DayToCount",
    "IdempotencyKey",
    "JobAttempt",
    "JobEvent",
    "ManualNotice",
    "NotificationJob",
    "OneTimeCode",
    "OutboxEvent",
    "Rate",
    "ReachedPerson",
    "VariantDay",
]
