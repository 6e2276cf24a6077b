"""What the business does in its phone app, as far as webhooks tell it: nobody tells that the app was opened."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max

from whatsapp.models import Message


def last_words(conversations: Iterable[int], since: datetime) -> dict[int, datetime]:
    """By conversation (its id): when the business last wrote in it from its phone app, if after ``since``."""
    written = Message.objects.filter(
        conversation__in=conversations, origin=Message.Origin.APP, occurred_at__gt=since
    ).order_by()
    return dict(written.values_list("conversation").annotate(Max("occurred_at")))
