"""What the business does in its phone app, as far as webhooks tell it: nobody tells that the app was opened.

Meta disconnects a number whose app was not opened for about 14 days. The signs of life are what was written in the app
(or on a companion device, which Meta tells alike), changes of its address book, and the onboarding itself.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Max, Q

from tenants import alerts
from tenants.models import PhoneNumber
from whatsapp.models import AccountNotice, BookEntry, Message, SyncCall

LIFE = timedelta(days=14)  # without being opened, about
QUIET = timedelta(days=10)  # then somebody is told, with days to spare
SILENT_ALERT = "phone_app_silent"
RECONNECTED = "ACCOUNT_RECONNECTED"


def last_words(conversations: Iterable[int], since: datetime) -> dict[int, datetime]:
    """By conversation (its id): when the business last wrote in it from its phone app, if after ``since``."""
    written = Message.objects.filter(
        conversation__in=conversations, origin=Message.Origin.APP, occurred_at__gt=since
    ).order_by()
    return dict(written.values_list("conversation").annotate(Max("occurred_at")))


def seen_at(number: PhoneNumber, now: datetime) -> datetime | None:
    """The last sign of life of the number's phone app; None where there never was one."""
    written = Message.objects.filter(
        tenant=number.tenant_id, number=number, origin=Message.Origin.APP, occurred_at__gt=now - LIFE
    )
    back = AccountNotice.objects.filter(Q(number=None) | Q(number=number), account=number.account_id, word=RECONNECTED)
    signs = [
        written.aggregate(at=Max("occurred_at"))["at"],
        BookEntry.objects.filter(number=number).aggregate(at=Max("occurred_at"))["at"],
        SyncCall.objects.filter(number=number).aggregate(at=Max("onboarded_at"))["at"],
        back.aggregate(at=Max("occurred_at"))["at"],
        number.connected_at,
    ]
    return max(filter(None, signs), default=None)


def watch(now: datetime) -> None:
    """Tells, once each, of numbers whose app shows no life for ten days; solved with its next sign. Beat calls it."""
    shared = PhoneNumber.objects.owned().filter(coexistence=True, state__in=PhoneNumber.SENDS)
    for number in shared.select_related("tenant").order_by("pk"):
        seen = seen_at(number, now)
        if seen is None or seen > now - QUIET:
            alerts.solve(SILENT_ALERT, tenant=number.tenant, subject=number.phone_number_id, now=now)
        elif not alerts.unsolved(SILENT_ALERT, tenant=number.tenant, subject=number.phone_number_id).exists():
            detail = {"number": number.display_phone_number, "seen_at": seen.isoformat()}
            alerts.raise_alert(SILENT_ALERT, tenant=number.tenant, subject=number.phone_number_id, now=now, **detail)
