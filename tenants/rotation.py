"""Every stored secret under the first encryption key, while everybody goes on working.

A secret that is under it already is left alone: a run that was stopped goes on where it was, and one that finds
nothing to do proves that the old key may go. A batch holds its rows' locks for some milliseconds; a secret that is set
meanwhile is another row, under the first key from the start.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models, transaction

from tenants import vault


@dataclass
class Report:
    """How many secrets were encrypted anew, were under the first key already, or fit none of the keys."""

    rotated: int = 0
    current: int = 0
    unreadable: int = 0


def rotate(batch: int = 500) -> Report:
    """All places of settings.SEALED. An unreadable secret is counted, left as it is and stops nothing."""
    report = Report()
    for model, field in _places():
        for keys in _batches(model, batch):
            _rotate_batch(model, field, keys, report)
    return report


def _places() -> Iterator[tuple[type[models.Model], str]]:
    for place in settings.SEALED:
        label, _dot, field = place.rpartition(".")
        yield apps.get_model(label), field


def _batches(model: type[models.Model], size: int) -> Iterator[list[Any]]:
    """The primary keys of all rows, in order."""
    rows, last = model._base_manager.order_by("pk"), None
    while keys := list((rows.filter(pk__gt=last) if last else rows).values_list("pk", flat=True)[:size]):
        yield keys
        last = keys[-1]


def _rotate_batch(model: type[models.Model], field: str, keys: list[Any], report: Report) -> None:
    with transaction.atomic():
        rows = model._base_manager.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk").only("pk", field)
        changed = [row for row in rows if _reseal(row, field, report)]
        model._base_manager.bulk_update(changed, [field])


def _reseal(row: models.Model, field: str, report: Report) -> bool:
    """Puts the row's secret under the first key; whether there is something to save."""
    old = getattr(row, field)
    try:
        new = resealed(old)
    except vault.SecretUnreadable:
        report.unreadable += 1
        return False
    if new == old:
        report.current += bool(old)
        return False
    setattr(row, field, new)
    report.rotated += 1
    return True


def resealed(value: Any) -> Any:
    """``value`` with every secret in it under the first key: bytes, text, or a library's JSON of them."""
    if isinstance(value, dict):
        return {name: resealed(item) for name, item in value.items()}
    if isinstance(value, list):
        return [resealed(item) for item in value]
    if isinstance(value, str) and value.startswith(vault.FERNET):
        return (vault.reseal(value.encode()) or value.encode()).decode()
    if isinstance(value, bytes | memoryview) and value:
        return vault.reseal(bytes(value)) or value
    return value
