"""Statements that are asked over and over: PostgreSQL keeps their plan, which costs more to make than their rows."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from weakref import WeakSet

from django.db import DEFAULT_DB_ALIAS, connection, connections
from psycopg import Connection
from psycopg.errors import FeatureNotSupported
from psycopg.pq import DiagnosticField, ExecStatus, Format

UNKNOWN_STATEMENT = b"26000"  # psycopg drops all of a connection after a rollback

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


class Write:
    """An INSERT or UPDATE of texts that libpq sends by itself, for where psycopg's own way costs more than the row.

    It takes half of that way's time in Python, and gives the interpreter away once instead of six times: threads that
    wait for it would each take it in between.
    """

    def __init__(self, name: str, sql: str) -> None:
        """``sql`` numbers its values, ``$1::text``; ``name`` is what a connection calls it."""
        self._name, self._sql = name.encode(), sql.encode()
        self._prepared: WeakSet[Connection[Any]] = WeakSet()

    def execute(self, texts: Sequence[str]) -> int | None:
        """How many rows it wrote; None where it failed, or in a transaction, which psycopg must begin.

        It does not tell why: ask again by a cursor, which raises.
        """
        database = connections[DEFAULT_DB_ALIAS]
        database.ensure_connection()
        psycopgs = database.connection
        if database.in_atomic_block or not (psycopgs in self._prepared or self._prepare(psycopgs)):
            return None
        values = [text.encode() for text in texts]
        # Binary: libpq would cut a text at its first NUL, and lose the rest of it.
        result = psycopgs.pgconn.exec_prepared(self._name, values, [Format.BINARY] * len(values))
        if result.status == ExecStatus.COMMAND_OK:
            return int(result.command_tuples)
        if result.error_field(DiagnosticField.SQLSTATE) == UNKNOWN_STATEMENT:
            self._prepared.discard(psycopgs)
        return None

    def _prepare(self, psycopgs: "Connection[Any]") -> bool:
        is_done: bool = psycopgs.pgconn.prepare(self._name, self._sql).status == ExecStatus.COMMAND_OK
        if is_done:
            self._prepared.add(psycopgs)
        return is_done
