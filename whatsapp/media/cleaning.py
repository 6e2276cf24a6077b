"""Files whose rows are gone (a message, a person, a company was deleted), and what killed workers left."""

import itertools
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import structlog
from django.db.models import QuerySet

from whatsapp.media import storage
from whatsapp.models import Media, UploadedFile
from whatsapp.models.media import THUMBNAIL_SUFFIX

BATCH = 1000

log = structlog.get_logger(__name__)


def clean() -> int:
    """Deletes the stored files that no row names; answers how many.

    A name is on its row before the row's file is written, so a file that was seen before the rows were asked and has
    no row will never have one.
    """
    deleted = sum(_sweep(folder, orphans) for folder, orphans in SWEPT.items())
    abandoned = storage.sweep_incoming()
    log.info("media_cleaned", orphans=deleted, abandoned=abandoned)
    return deleted + abandoned


def _sweep(folder: str, orphans: Callable[[Iterable[str]], list[str]]) -> int:
    found = iter(storage.names(folder))
    deleted = 0
    while names := list(itertools.islice(found, BATCH)):
        for name in orphans(names):
            storage.delete(name)
            deleted += 1
    return deleted


def _orphans(names: Iterable[str]) -> list[str]:
    by_key = {name: name.rpartition("/")[2].removesuffix(THUMBNAIL_SUFFIX) for name in names}
    known = set(Media.objects.filter(key__in=set(by_key.values())).values_list("key", flat=True))
    return [name for name, key in by_key.items() if key not in known]


def of_no_row(folder: str, stored: QuerySet[Any], names: Iterable[str]) -> list[str]:
    """Of files named by their content, ``<folder>/<tenant>/<sha256>``, those that no row of ``stored`` names."""
    by_digest = {name: name.rpartition("/")[2] for name in names}
    rows = stored.filter(sha256__in=set(by_digest.values())).values_list("tenant_id", "sha256")
    known = {f"{folder}/{tenant}/{digest}" for tenant, digest in rows}
    return [name for name in by_digest if name not in known]


# By folder, which of its files no row names; whoever keeps files declares their folder here.
SWEPT: dict[str, Callable[[Iterable[str]], list[str]]] = {
    storage.FOLDER: _orphans,
    storage.GIVEN: partial(of_no_row, storage.GIVEN, UploadedFile.objects.all()),
}
