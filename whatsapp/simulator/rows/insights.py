"""What happened to the templates of a WABA, day by day: counted from the messages themselves."""

import json
import sqlite3
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from ..store import Store

DAY_SECONDS = 86_400
REACHED = {"sent": "sent", "delivered": "delivered", "read": "read"}


@dataclass
class Point:
    """One template on one day of UTC; `clicked` counts the presses by button's text."""

    counts: Counter[str] = field(default_factory=Counter)
    clicked: Counter[str] = field(default_factory=Counter)


Key = tuple[str, str, int]  # name, language, the day's first second


def enable(database: sqlite3.Connection, waba_id: str, now: float) -> None:
    database.execute("INSERT OR IGNORE INTO insights (waba_id, enabled_at) VALUES (?, ?)", (waba_id, now))


def are_enabled(store: Store, waba_id: str) -> bool:
    return bool(store.row("SELECT 1 FROM insights WHERE waba_id = ?", (waba_id,)))


def points(store: Store, waba_id: str, start: float, end: float, now: float) -> dict[Key, Point]:
    """Of every template that was sent between `start` and `end`, by the day of sending."""
    found: dict[Key, Point] = defaultdict(Point)
    sent = store.rows(
        "SELECT m.wamid, m.body, m.at FROM messages m JOIN numbers n USING (phone_number_id) "
        "WHERE n.waba_id = ? AND m.direction = 'out' AND m.type = 'template' AND m.at >= ? AND m.at < ?",
        (waba_id, start, end),
    )
    for message in sent:
        template = json.loads(message["body"])["template"]
        day = int(message["at"] // DAY_SECONDS * DAY_SECONDS)
        point = found[template["name"], template["language"]["code"], day]
        _count(store, message["wamid"], point, now)
    return found


def _count(store: Store, wamid: str, point: Point, now: float) -> None:
    told = store.rows("SELECT DISTINCT status FROM statuses WHERE wamid = ? AND at <= ?", (wamid, now))
    point.counts.update(REACHED[row["status"]] for row in told if row["status"] in REACHED)
    pressed = store.rows(
        "SELECT body FROM messages WHERE direction = 'in' AND type = 'button' "
        "AND json_extract(body, '$.context.id') = ?",
        (wamid,),
    )
    point.clicked.update(str(json.loads(row["body"])["button"].get("text", "")) for row in pressed)
