"""Statements that are asked over and over: PostgreSQL keeps their plan, which costs more to make than their rows."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import connection

Values = Sequence[Any] | Mapping[str, Any]


def rows(sql: str, values: Values) -> list[tuple[Any, ...]]:
    """All rows of ``sql``. For few texts only (a connection keeps a hundred plans), and for none that needs a plan for
    its values in particular."""
    with connection.execute_wrapper(_prepare), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def _prepare(_execute: Callable[..., Any], sql: str, values: Values, _many: bool, context: Mapping[str, Any]) -> Any:
    """In place of Django's own call, which has no word for it."""
    with context["connection"].wrap_database_errors:
        return context["cursor"].cursor.execute(sql, values, prepare=True)
