"""`POST /{waba_id}?is_enabled_for_insights=true` and `/{waba_id}/template_analytics`."""

import json
from typing import Any

from ..errors import GraphError
from ..rows import insights, templates
from ..rows.insights import DAY_SECONDS, Point
from ..web import Response, as_json
from .call import Call

MOST_TEMPLATES = 10
LOOKBACK_DAYS = 90
PRICE = 0.05  # of a delivered message, in the account's currency


def enable(call: Call) -> Response:
    wanted = str(
        call.request.query.get("is_enabled_for_insights") or call.request.json().get("is_enabled_for_insights")
    )
    if wanted.lower() != "true":
        raise GraphError(200006 if insights.are_enabled(call.store, call.waba_id) else 100)
    with call.store.write() as database:
        insights.enable(database, call.waba_id, call.now)
    return as_json({"id": call.waba_id})


def of_templates(call: Call) -> Response:
    """One point a template and day, zeros too, as Meta gives them."""
    if not insights.are_enabled(call.store, call.waba_id):
        raise GraphError(200007)
    start, end = _moment(call, "start"), _moment(call, "end")
    if call.request.query.get("granularity") != "DAILY" or end <= start:
        raise GraphError(100, "granularity must be DAILY and end must come after start")
    if start < call.now - LOOKBACK_DAYS * DAY_SECONDS:
        raise GraphError(100, f"start must lie within the last {LOOKBACK_DAYS} days")
    known = {one.id: one for one in templates.of_account(call.store, call.waba_id, call.now)}
    counted = insights.points(call.store, call.waba_id, start, end, call.now)
    days = range(int(start // DAY_SECONDS * DAY_SECONDS), int(min(end, call.now)), DAY_SECONDS)
    rows = [
        _point(one, day, counted.get((known[one].name, known[one].language, day), Point()))
        for one in _ids(call)
        if one in known
        for day in days
    ]
    return as_json({"data": [{"granularity": "DAILY", "product_type": "cloud_api", "data_points": rows}]})


def _point(template_id: str, day: int, point: Point) -> dict[str, Any]:
    spent = round(point.counts["delivered"] * PRICE, 4)
    pressed = [
        {"type": "quick_reply_button", "button_content": words, "count": count}
        for words, count in sorted(point.clicked.items())
    ]
    return {
        "template_id": template_id,
        "start": day,
        "end": day + DAY_SECONDS,
        **{name: point.counts[name] for name in ("sent", "delivered", "read")},
        **({"clicked": pressed} if pressed else {}),
        "cost": [{"type": "amount_spent", "value": spent}],
    }


def _ids(call: Call) -> list[str]:
    try:
        wanted = [str(one) for one in json.loads(call.request.query.get("template_ids", ""))]
    except (ValueError, TypeError):
        raise GraphError(100, message="(#100) Param template_ids must be an array.") from None
    if not 1 <= len(wanted) <= MOST_TEMPLATES:
        raise GraphError(100, f"template_ids takes 1 to {MOST_TEMPLATES} ids")
    return wanted


def _moment(call: Call, name: str) -> float:
    value = call.request.query.get(name, "")
    if not value.isdigit():
        raise GraphError(100, message=f"(#100) The parameter {name} is required.")
    return float(value)
