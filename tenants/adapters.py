"""Times and lists on their way between PostgreSQL and Python, where psycopg's own adapters cost a batch dear.

A batch of a thousand webhook events reads five thousand times and sends some hundred lists of a thousand values. What
is made here by one call of C for the whole value, psycopg makes piece by piece; anything unusual is left to psycopg.
"""

from datetime import UTC, datetime
from typing import Any

from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from psycopg.types.array import ListDumper

NOT_PLAIN = ("\\", "\x00")  # in a list of strings; quotes are counted


class InstantLoader(BaseTzLoader):
    """``2026-11-22 12:13:14.5+00``, which Python's parser of ISO 8601 reads; connections are in UTC."""

    timezone = UTC

    def load(self, data: Any) -> datetime:
        try:
            return datetime.fromisoformat(str(data, "ascii"))
        except ValueError:  # infinity, before Christ: psycopg's to refuse
            return super().load(data)


class PlainListDumper(ListDumper):
    """Lists of strings alone, or of whole numbers alone, with nothing in them to escape."""

    def dump(self, obj: list[Any]) -> Any:
        kinds = set(map(type, obj))
        if kinds == {int}:
            return f"{{{','.join(map(str, obj))}}}".encode()
        if kinds == {str} and _are_plain(joined := '","'.join(obj), len(obj)):
            return f'{{"{joined}"}}'.encode()
        return super().dump(obj)


def _are_plain(joined: str, count: int) -> bool:
    return joined.count('"') == 2 * (count - 1) and not any(char in joined for char in NOT_PLAIN)


@receiver(connection_created, dispatch_uid="tenants.adapters")
def adapt(connection: Any, **_kwargs: Any) -> None:
    """Registers them on a new connection."""
    adapters = connection.connection.adapters
    adapters.register_dumper(list, PlainListDumper)
    if connection.timezone is UTC:
        adapters.register_loader("timestamptz", InstantLoader)
