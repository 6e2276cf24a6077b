"""Many rows by one statement, each with its own values: for the paths where Django's bulk methods cost too much.

The rows travel as one JSON text, which PostgreSQL reads as rows of the table itself. Arrays of columns and CASE
expressions, Django's ways, take several times the work in Python.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, cast

from django.db import connection, models


def insert(rows: Sequence[models.Model]) -> None:
    """Inserts ``rows``, which are of one model; those without a primary key get theirs."""
    if not rows:
        return
    model = type(rows[0])
    fields = [field for field in model._meta.concrete_fields if not (field.primary_key and rows[0].pk is None)]
    values = [{field.column: field.pre_save(row, True) for field in fields} for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(_insertion(model, tuple(fields)), [_text(values)])
        if rows[0].pk is None:
            for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
                row.pk = pk
    for row in rows:
        row._state.adding = False


def update(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Writes the fields ``names`` of ``rows``, which are of one model and have their primary keys."""
    if not rows:
        return
    model = type(rows[0])
    fields = [model._meta.pk, *(cast(models.Field, model._meta.get_field(name)) for name in names)]
    values = [{field.column: getattr(row, field.attname) for field in fields} for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(_change(model, tuple(fields)), [_text(values)])


def _text(values: Iterable[Mapping[Any, Any]]) -> str:
    return json.dumps(list(values), default=str)


@cache
def _insertion(model: type[models.Model], fields: tuple[Any, ...]) -> str:
    table, key = _names(model)
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    source = f"json_populate_recordset(NULL::{table}, %s::json)"
    return f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {source} RETURNING {key}"  # noqa: S608


@cache
def _change(model: type[models.Model], fields: tuple[Any, ...]) -> str:
    table, key = _names(model)
    quoted = [connection.ops.quote_name(field.column) for field in fields[1:]]
    changes = ", ".join(f"{column} = new.{column}" for column in quoted)
    source = f"json_populate_recordset(NULL::{table}, %s::json)"
    return f"UPDATE {table} AS old SET {changes} FROM {source} AS new WHERE old.{key} = new.{key}"  # noqa: S608


def _names(model: type[models.Model]) -> tuple[str, str]:
    key: Any = model._meta.pk
    return connection.ops.quote_name(model._meta.db_table), connection.ops.quote_name(key.column)
