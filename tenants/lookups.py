"""``field__among=[…]``: as ``in``, by ``= ANY(array)``.

One parameter whatever the number of values, where ``in`` makes one each: less to build, to send and to plan, and no end
at the 65 535 parameters that a statement may have.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Field, Lookup
from django.db.models.fields.related import ForeignObject
from django.db.models.sql.compiler import SQLCompiler


@Field.register_lookup
@ForeignObject.register_lookup
class Among(Lookup):
    lookup_name = "among"

    def get_prep_lookup(self) -> list[Any]:
        values: Iterable[Any] = self.rhs
        return [self.lhs.output_field.get_prep_value(value) for value in values]

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} = ANY(%s)", (*params, self.rhs)
