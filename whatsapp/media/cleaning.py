"""Files whose rows are gone (a message, a person, a company was deleted), and what killed workers left."""

import itertools
from collections.abc import Callable, Iterable

import structlog

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


def _given_by_nobody(names: Iterable[str]) -> list[str]:
    """Copies of uploads: ``<folder>/<tenant>/<sha256>``."""
    by_digest = {name: name.rpartition("/")[2] for name in names}
    rows = UploadedFile.objects.filter(sha256__in=set(by_digest.values())).values_list("tenant_id", "sha256")
    known = {f"{storage.GIVEN}/{tenant}/{digest}" for tenant, digest in rows}
    return [name for name in by_digest if name not in known]


# By folder, which of its files no row names; whoever keeps files declares their folder here.
SWEPT: dict[str, Callable[[Iterable[str]], list[str]]] = {
    storage.FOLDER: _orphans,
    storage.GIVEN: _given_by_nobody,
}
