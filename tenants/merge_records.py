"""What a merge changes, written down while it happens, so that it can be undone (tenants.unmerging).

Rows that only follow their contact are kept as ids, by one statement whatever their number; the few that are changed or
deleted are kept as they were. A merge by WhatsApp's own word is not written down: the next message would merge again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Exists, ForeignKey, JSONField, ManyToOneRel, Model, OuterRef, QuerySet

from tenants.models import Contact, ContactMerge, MovedRows

Values = dict[str, Any]  # column: JSON-ready value
Key = tuple[str, str]  # model's label, primary key
CHUNK = 10_000  # ids a row of MovedRows

MOVE_SQL = """
WITH moved AS (UPDATE {table} SET {column} = %(became)s WHERE {column} = %(was)s RETURNING {key}::text AS id),
     kept AS (INSERT INTO {record} (tenant_id, merge_id, model, field, was, became, ids)
              SELECT %(tenant)s, %(merge)s, %(model)s, %(field)s, %(was)s::text, %(became)s::text, array_agg(id)
                FROM (SELECT id, (row_number() OVER () - 1) / %(chunk)s AS chunk FROM moved) AS numbered
               GROUP BY chunk
               ORDER BY chunk)
SELECT count(*) FROM moved
"""
MOVE_BACK_SQL = """
UPDATE {table} AS t SET {column} = %(was)s
  FROM (SELECT unnest(ids)::{key_type} AS id FROM {record} WHERE id = ANY(%(chunks)s)) AS moved
 WHERE t.{key} = moved.id AND t.{column} = %(now)s
"""


@dataclass
class Union:
    """Two contacts on their way to being one; ``record`` is None where nothing is written down."""

    kept: Contact
    gone: Contact
    record: ContactMerge | None = None
    _before: dict[Key, Values] = field(default_factory=dict)

    def remember(self, rows: QuerySet) -> None:
        """Keeps ``rows`` as they are now, before something changes or deletes them; the first word on a row stays."""
        if self.record is not None:
            for row in rows:
                self._before.setdefault((row._meta.label_lower, str(row.pk)), values_of(row))

    def drop(self, rows: QuerySet) -> None:
        """Deletes ``rows``, remembered."""
        self.remember(rows)
        rows.delete()

    def move(self, kept: Model, gone: Model) -> dict[str, int]:
        """Points every row that names ``gone`` to ``kept``, also rows of models yet to come; how many, by model."""
        counts: dict[str, int] = {}
        for model, name in relations(type(gone)):
            self._drop_twins(model._base_manager.filter(**{name: gone}), name, kept)
            if count := self._point(model, name, kept, gone):
                counts[model._meta.label_lower] = count
        return counts

    def _drop_twins(self, rows: QuerySet, name: str, kept: Model) -> None:
        """Rows that may exist once, and that ``kept`` has already: moving them would break their constraint."""
        for constraint in rows.model._meta.total_unique_constraints:
            if name in constraint.fields:
                same = {field: OuterRef(field) for field in constraint.fields if field != name}
                self.drop(rows.filter(Exists(rows.model._base_manager.filter(**{name: kept}, **same))))

    def _point(self, model: type[Model], name: str, kept: Model, gone: Model) -> int:
        if self.record is None:
            return model._base_manager.filter(**{name: gone}).update(**{name: kept})
        return _move(self.record, model, name, kept, gone)

    def close(self) -> None:
        """Nothing more follows: what became of the remembered rows is written down too."""
        if self.record is not None:
            found = {key: values_of(row) for key, row in find_rows(self._before).items()}
            self.record.copies = [
                {"model": key[0], "pk": key[1], "before": before, "after": found.get(key)}
                for key, before in self._before.items()
            ]
            self.record.save(update_fields=["copies"])


def relations(model: type[Model]) -> list[tuple[Any, str]]:
    """Every model and field that names a row of ``model``, also without a name for the way back."""
    found = model._meta.get_fields(include_hidden=True)
    return [(each.related_model, each.field.name) for each in found if isinstance(each, ManyToOneRel)]


def values_of(row: Model) -> Values:
    """The row's columns, JSON-ready and without loss."""
    return {each.attname: _plain(each, row) for each in row._meta.concrete_fields if not each.generated}


def row_of(model: type[Model], values: Mapping[str, Any]) -> Model:
    """An unsaved row of what ``values_of`` said; columns that are gone by now are left out."""
    fields = {each.attname: each for each in model._meta.concrete_fields}
    return model(**{name: read(fields[name], value) for name, value in values.items() if name in fields})


def read(column: Any, value: Any) -> Any:
    return None if value is None else column.to_python(value)


def find_rows(keys: Iterable[Key]) -> dict[Key, Model]:
    """Those that are there, by one query a model."""
    by_model: dict[str, list[str]] = defaultdict(list)
    for label, pk in keys:
        by_model[label].append(pk)
    return {
        (label, str(row.pk)): row
        for label, ids in by_model.items()
        for row in model_of(label)._base_manager.filter(pk__in=ids)
    }


def model_of(label: str) -> type[Model]:
    return apps.get_model(label)


def move_back(record: ContactMerge) -> None:
    """Points every moved row that is still where the merge put it to what it was; one statement a model and field."""
    told: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    chunks = MovedRows.objects.filter(merge=record).order_by("pk")
    for chunk in chunks.defer("ids"):
        told[chunk.model, chunk.field, chunk.was, chunk.became].append(chunk.pk)
    for (label, name, was, became), ids in told.items():
        column = model_of(label)._meta.get_field(name)
        now = record.kept_id if column.related_model is Contact else became
        with connection.cursor() as cursor:
            values = {"was": was, "now": now, "chunks": ids}
            cursor.execute(_sql(MOVE_BACK_SQL, model_of(label), name), values)


def _move(record: ContactMerge, model: type[Model], name: str, kept: Model, gone: Model) -> int:
    values: dict[str, Any] = {
        "tenant": record.tenant_id,
        "merge": record.pk,
        "model": model._meta.label_lower,
        "field": name,
    }
    values |= {"was": gone.pk, "became": kept.pk, "chunk": CHUNK}
    with connection.cursor() as cursor:
        cursor.execute(_sql(MOVE_SQL, model, name), values)
        return cursor.fetchone()[0]


def _sql(statement: str, model: type[Model], name: str) -> str:
    key: Any = model._meta.pk
    column: Any = model._meta.get_field(name)
    quote = connection.ops.quote_name
    return statement.format(
        table=quote(model._meta.db_table),
        column=quote(column.column),
        key=quote(key.column),
        key_type=key.rel_db_type(connection),
        record=quote(MovedRows._meta.db_table),
    )


def _plain(column: Any, row: Model) -> Any:
    """Text, or what a JSON column holds."""
    value = column.value_from_object(row)
    if value is None or isinstance(column, JSONField):
        return value
    return str(value) if isinstance(column, ForeignKey) else column.value_to_string(row)
