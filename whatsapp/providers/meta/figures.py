"""Meta's own counts of templates (``template_analytics``), which an account must have switched on."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from whatsapp.providers.base import AccountAccess, TemplateFigures
from whatsapp.providers.meta import graph
from whatsapp.providers.values import integer, mapping, objects, text

METRICS = "SENT,DELIVERED,READ,CLICKED,COST"
SPENT = "amount_spent"
DAY = timedelta(days=1)


def fetch(access: AccountAccess, template_ids: Sequence[str], since: date, until: date) -> list[TemplateFigures]:
    """Of at most ten templates, both days included; a point that cannot be read is left out."""
    params = {
        "start": _midnight(since),
        "end": _midnight(until + DAY),
        "granularity": "DAILY",
        "template_ids": json.dumps(list(template_ids)),
        "metric_types": METRICS,
    }
    pages = graph.pages(access, f"{access.waba_id}/template_analytics", params)
    return [figures for page in pages for row in page for figures in _points(mapping(row))]


def enable(access: AccountAccess) -> None:
    """From now on Meta counts; this cannot be taken back."""
    graph.call(access, "POST", access.waba_id, params={"is_enabled_for_insights": "true"})


def _points(row: Mapping[str, Any]) -> Iterator[TemplateFigures]:
    for point in objects(row.get("data_points")):
        template_id, start = text(point.get("template_id")), integer(point.get("start"))
        if template_id and start > 0:
            yield TemplateFigures(
                template_id=template_id,
                day=datetime.fromtimestamp(start, tz=UTC).date(),
                sent=max(integer(point.get("sent")), 0),
                delivered=max(integer(point.get("delivered")), 0),
                read=max(integer(point.get("read")), 0),
                clicked=sum(max(integer(button.get("count")), 0) for button in objects(point.get("clicked"))),
                cost=_spent(point.get("cost")),
            )


def _spent(raw: Any) -> Decimal | None:
    """The amount spent; None where Meta does not tell it (accounts that a partner pays for)."""
    told = next((part.get("value") for part in objects(raw) if part.get("type") == SPENT), None)
    try:
        amount = Decimal(text(told))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())
