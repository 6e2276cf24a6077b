"""When a company writes: quiet spans of the day, and holidays. Pure."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOLIDAYS_AT_MOST = 60  # days and quiet nights in a row; nobody closes for longer


def open_from(
    now: datetime, zone: ZoneInfo, quiet: tuple[time, ...] | None, holidays: frozenset[str]
) -> datetime | None:
    """The end of the quiet spans and holidays that lie around ``now`` without a gap; None outside them."""
    at = now
    for _day in range(HOLIDAYS_AT_MOST):
        local = at.astimezone(zone)
        if is_holiday(local.date(), holidays):
            at = datetime.combine(local.date() + timedelta(days=1), time(0), zone).astimezone(now.tzinfo)
        elif quiet and (until := quiet_until(at, zone, *quiet)):
            at = until
        else:
            break
    return at if at > now else None


def is_holiday(day: date, holidays: frozenset[str]) -> bool:
    """``2026-02-17`` is that day alone, ``12-25`` each year's."""
    return day.isoformat() in holidays or f"{day:%m-%d}" in holidays


def quiet_until(now: datetime, zone: ZoneInfo, start: time, end: time) -> datetime | None:
    """When the quiet span around ``now`` ends, None outside it. A span may go over midnight; start = end is none."""
    local = now.astimezone(zone)
    clock = local.time()
    inside = start <= clock < end if start < end else start != end and (clock >= start or clock < end)
    if not inside:
        return None
    day = local.date() + timedelta(days=1) if clock >= end else local.date()
    return datetime.combine(day, end, zone).astimezone(now.tzinfo)
