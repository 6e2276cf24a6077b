"""Many rows by one statement, each with its own values: how handlers of events, and the queue, write their sets.

The rows travel as one JSON text, which PostgreSQL reads as rows of the table itself. Arrays of columns and CASE
expressions, Django's ways, take several times the work in Python. They remain where a person's act writes two or three
rows, where a row that is there is changed by what comes (``update_conflicts``), and for fields that are encrypted.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, cast

import orjson
from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


def insert(rows: Sequence[models.Model]) -> None:
    """Inserts ``rows``, which are of one model; those without a primary key get theirs."""
    if rows:
        for row, (pk,) in zip(rows, _insert(rows, "RETURNING {key}"), strict=True):
            _stored(row, pk)


def insert_ignoring(rows: Sequence[models.Model]) -> None:
    """Inserts those of ``rows`` that the table does not have yet; which ones, is not told."""
    if rows:
        _insert(rows, "ON CONFLICT DO NOTHING")


def insert_values(model: type[models.Model], values: Sequence[Mapping[str, Any]]) -> None:
    """As ``insert_ignoring``, of rows that nobody needs as objects: values by attribute, every row's the same ones."""
    if values:
        fields = tuple(field for field in model._meta.concrete_fields if field.attname in values[0])
        _execute(model, fields, values, "ON CONFLICT DO NOTHING")


def insert_missing(rows: Sequence[Row], unique: Sequence[str]) -> list[Row]:
    """Inserts those of ``rows`` that the table does not have yet; answers them, in their order.

    ``unique`` names fields that tell all of ``rows`` apart, as a constraint of the table does.
    """
    if not rows:
        return []
    fields = [cast(models.Field, rows[0]._meta.get_field(name)) for name in unique]
    told = ", ".join(["{key}", *_quoted(fields)])
    made = {tuple(values): pk for pk, *values in _insert(rows, f"ON CONFLICT DO NOTHING RETURNING {told}")}
    keys = [tuple(row.__dict__[field.attname] for field in fields) for row in rows]
    return [_stored(row, made[key]) for row, key in zip(rows, keys, strict=True) if key in made]


def update(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Writes the fields ``names`` of ``rows``, which are of one model and have their primary keys."""
    if not rows:
        return
    model = type(rows[0])
    fields = [model._meta.pk, *(cast(models.Field, model._meta.get_field(name)) for name in names)]
    values = [{field.column: getattr(row, field.attname) for field in fields} for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(_change(model, tuple(fields)), [_text(values)])


def _insert(rows: Sequence[models.Model], ending: str) -> list[tuple]:
    """What the statement with this ``ending`` returns; ``{key}`` in it stands for the primary key's column."""
    model, has_key = type(rows[0]), rows[0].pk is not None
    fields = tuple(field for field in model._meta.concrete_fields if has_key or not field.primary_key)
    made_on_save = [field for field in fields if type(field).pre_save is not models.Field.pre_save]
    for row in rows:
        for field in made_on_save:
            setattr(row, field.attname, field.pre_save(row, True))
    names = [(field.column, field.attname) for field in fields]
    values = [{column: row.__dict__[name] for column, name in names} for row in rows]
    return _execute(model, fields, values, ending)


def _execute(
    model: type[models.Model], fields: tuple[Any, ...], values: Sequence[Mapping[Any, Any]], ending: str
) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(_insertion(model, fields, ending), [_text(values)])
        return cursor.fetchall() if cursor.description else []


def _stored(row: Row, pk: Any) -> Row:
    row.pk = pk
    row._state.adding = False
    return row


def _text(values: Sequence[Mapping[Any, Any]]) -> str:
    try:
        return orjson.dumps(values, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:  # a number of more than 64 bits, kept as a sender wrote it
        return json.dumps(values, default=str)


@cache
def _insertion(model: type[models.Model], fields: tuple[Any, ...], ending: str) -> str:
    table, key = _names(model)
    columns = ", ".join(_quoted(fields))
    source = f"json_populate_recordset(NULL::{table}, %s::json)"
    return f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {source} {ending.format(key=key)}"  # noqa: S608


@cache
def _change(model: type[models.Model], fields: tuple[Any, ...]) -> str:
    table, key = _names(model)
    changes = ", ".join(f"{column} = new.{column}" for column in _quoted(fields[1:]))
    source = f"json_populate_recordset(NULL::{table}, %s::json)"
    return f"UPDATE {table} AS old SET {changes} FROM {source} AS new WHERE old.{key} = new.{key}"  # noqa: S608


def _quoted(fields: Iterable[Any]) -> list[str]:
    return [connection.ops.quote_name(field.column) for field in fields]


def _names(model: type[models.Model]) -> tuple[str, str]:
    key: Any = model._meta.pk
    return connection.ops.quote_name(model._meta.db_table), connection.ops.quote_name(key.column)
