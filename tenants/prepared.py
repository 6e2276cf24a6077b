"""Statements that are asked over and over: PostgreSQL keeps their plan, which costs more to make than their rows."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg.errors import FeatureNotSupported

Values = Sequence[Any] | Mapping[str, Any]


def rows(sql: str, values: Values) -> list[tuple[Any, ...]]:
    """All rows of ``sql``. For few texts only (a connection keeps a hundred plans), and for none that needs a plan for
    its values in particular."""
    with connection.execute_wrapper(_execute), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def _execute(_djangos: Callable[..., Any], sql: str, values: Values, _many: bool, context: Mapping[str, Any]) -> Any:
    """In place of Django's own call, which has no word for it.

    A plan whose columns an upgrade has changed meanwhile is refused, and passed by.
    """
    database, cursor = context["connection"], context["cursor"].cursor
    with database.wrap_database_errors:
        try:
            return cursor.execute(sql, values, prepare=True)
        except FeatureNotSupported:
            if database.in_atomic_block:
                raise
            return cursor.execute(sql, values, prepare=False)
