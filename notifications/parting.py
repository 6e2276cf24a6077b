"""Bookings and notices of two contacts who are two again (tenants.unmerging): with whom their phone belongs to."""

from django.db.models import QuerySet

from notifications.analytics import days
from notifications.models import Appointment, NotificationJob, OneTimeCode
from tenants.unmerging import Parted, parts


@parts
def part_notices(parted: Parted) -> None:
    parted.told["notices"] += _give(parted, NotificationJob.objects.all(), "to")
    parted.told["appointments"] += _give(parted, Appointment.objects.all(), "customer_phone")
    codes = OneTimeCode.objects.filter(contact=parted.kept, job__contact=parted.back)
    codes.update(contact=parted.back)
    if not parted.again:
        days.note_contacts(parted.kept, parted.back)


def _give(parted: Parted, rows: QuerySet, name: str) -> int:
    """Those since the merge that name the other contact; how many."""
    since = rows.filter(contact=parted.kept, created_at__gte=parted.record.created_at)
    told = since.order_by().values_list(name, flat=True).distinct()
    return since.filter(**{f"{name}__in": [each for each in told if parted.is_of_back(each)]}).update(
        contact=parted.back
    )
