"""Operations of migrations that Django's own would do at too high a price on tables of millions of rows."""

from typing import Any

from django.contrib.postgres.indexes import PostgresIndex
from django.db import migrations


class DropKeyIndex(migrations.AlterField):
    """A foreign key gives up its own index (``db_index=False``), where another index begins with it.

    Django would drop the key too and make it anew, which reads the whole table while nobody may use it.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        column, named = model._meta.get_field(self.name).column, {index.name for index in model._meta.indexes}
        for name in schema_editor._constraint_names(model, [column], index=True, unique=False, exclude=named):
            schema_editor.execute(schema_editor._delete_index_sql(model, name))

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        schema_editor.execute(schema_editor._create_index_sql(model, fields=[model._meta.get_field(self.name)]))


class TuneIndex(migrations.AddIndex):
    """An index takes the storage parameters of ``index``, which is else as it was.

    Django would make it anew, which reads the whole table.
    """

    index: PostgresIndex

    def state_forwards(self, app_label: str, state: Any) -> None:
        state.remove_index(app_label, self.model_name_lower, self.index.name)
        super().state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._alter(schema_editor, f"SET ({', '.join(self.index.get_with_params())})")

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        names = (parameter.partition(" ")[0] for parameter in self.index.get_with_params())
        self._alter(schema_editor, f"RESET ({', '.join(names)})")

    def _alter(self, schema_editor: Any, what: str) -> None:
        schema_editor.execute(f"ALTER INDEX {schema_editor.quote_name(self.index.name)} {what}")

    def describe(self) -> str:
        return f"Tune index {self.index.name} on {self.model_name}"
