"""What follows when Meta's word on templates has changed: alerts, and mappings that waited for an approval.

Waiting messages need nothing from here: they ask for their template anew (notifications.gates, notifications.queue).
"""

from collections.abc import Iterable
from datetime import datetime

from templates_mgmt import changing, outages


def follow(template_ids: Iterable[int], now: datetime) -> None:
    """Of templates whose status, words or presence changed. Within the transaction that changed them."""
    ids = set(template_ids)
    if ids:
        changing.take_over(ids, now)
        outages.tell(ids, now)
