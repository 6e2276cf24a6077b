"""What nobody of the company has read: the customer's live messages after ``read_at``, counted from rows.

``read_at`` is the company's, not a person's, and only ever moves forward, so that any number of tabs agree. History
counts never: it moves no ``last_inbound_at`` and is not of the customer's origin.
"""

from datetime import UTC, datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, IntegerField, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from whatsapp.models import Conversation, Message

MOST = 100  # further nobody counts
BEGINNING = datetime(2009, 1, 1, tzinfo=UTC)  # no message is older


def counted(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Annotates ``unread_count``, at most MOST; one short look into an index for each row that is shown."""
    unseen = Message.objects.filter(
        conversation=OuterRef("pk"),
        direction=Message.Direction.INBOUND,
        origin=Message.Origin.CUSTOMER,
        occurred_at__gt=Coalesce(OuterRef("read_at"), Value(BEGINNING)),
    )
    newest = ArraySubquery(unseen.order_by("-occurred_at", "-id").values("pk")[:MOST])
    return rows.annotate(unread_count=Func(newest, function="cardinality", output_field=IntegerField()))


def mark_read(conversation: Conversation, until: datetime, now: datetime) -> bool:
    """All up to ``until`` is read, but nothing that is yet to come; True when that is news.

    Never later than the customer's last word: one that was written before somebody looked may come after.
    """
    until = min(until, conversation.last_inbound_at or now)
    rows = Conversation.objects.filter(pk=conversation.pk).filter(Q(read_at=None) | Q(read_at__lt=until))
    return bool(rows.update(read_at=until))
