"""Operations of migrations that Django's own would do at too high a price on tables of millions of rows."""

from typing import Any

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
