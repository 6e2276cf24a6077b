"""Moments as Meta writes them (seconds since 1970) and as people and control routes write them (ISO 8601)."""

from datetime import UTC, datetime


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


def parse(value: object) -> float:
    """Seconds since 1970 from a number, a string of digits or ISO 8601 (without offset: UTC); ValueError otherwise."""
    if isinstance(value, int | float):
        return float(value)
    text = str(value).strip()
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text.replace(" ", "+"))  # a "+" of a query string arrives as a space
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def month(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m")
