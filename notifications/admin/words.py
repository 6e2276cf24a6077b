"""Codes of the queue as people call them, wherever the admin lists them."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from notifications import kinds, reasons
from tenants.adminbase import CodeFilter


class Worded:
    """Columns ``shown_kind`` and ``shown_reason``, of rows with a ``kind`` or a ``reason_code``."""

    worded: ClassVar[dict[str, str]] = {"kind": "shown_kind", "reason_code": "shown_reason"}

    @admin.display(description=_("Kind"), ordering="kind")
    def shown_kind(self, row: Any) -> str:
        return str(kinds.word(row.kind))

    @admin.display(description=_("Reason"), ordering="reason_code")
    def shown_reason(self, row: Any) -> str:
        detail = row.reason_detail if isinstance(row.reason_detail, Mapping) else {}  # old rows may hold anything
        return reasons.explain(row.reason_code, detail).sentence if row.reason_code else ""


class KindFilter(CodeFilter):
    title = _("Kind")
    parameter_name = "kind"

    def words(self) -> Mapping[str, Any]:
        return {name: kind.label for name, kind in kinds.KINDS.items()}
