"""Where files are: Django's default storage, a folder or S3. Nothing half-written ever has a file's name.

A file is first received in a scratch file. In a folder that one is beside the others and is renamed when it is whole;
for S3 it is nameless, and the upload of an object is whole or not at all.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage
from django.utils.http import content_disposition_header

FOLDER = "media"
GIVEN = "given"  # copies of what we sent (whatsapp.uploads)
INCOMING = "incoming"
ABANDONED_SECONDS = 3600  # no download lasts that long
SIGNED_SECONDS = 60


class StorageFailed(OSError):
    """The storage did not take the file."""


class _Movable(File):
    """A file that a folder's storage renames instead of copying it."""

    def temporary_file_path(self) -> str:
        return str(self.name)


def is_folder() -> bool:
    return isinstance(default_storage, FileSystemStorage)


@contextmanager
def scratch() -> Iterator[File]:
    """An empty file to receive in; what was not ``put`` is gone after it. OSError where there is no room."""
    if not is_folder():
        with tempfile.TemporaryFile() as raw:
            yield File(raw)
        return
    folder = _incoming()
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    descriptor, path = tempfile.mkstemp(dir=folder)
    os.close(descriptor)
    try:
        with open(path, "w+b") as raw:
            yield _Movable(raw)
    finally:
        Path(path).unlink(missing_ok=True)


def put(name: str, file: File) -> None:
    """Stores a whole scratch file under ``name``, over what is there; StorageFailed."""
    try:
        file.flush()
        if is_folder():
            os.fsync(file.fileno())
        default_storage.save(name, file)
    except Exception as error:  # every storage has errors of its own
        raise StorageFailed(f"{type(error).__name__}: {error}") from error


def put_bytes(name: str, content: bytes) -> None:
    """Stores something small."""
    with scratch() as file:
        file.write(content)
        put(name, file)


def open_file(name: str) -> IO[bytes]:
    """The stored file, seekable; FileNotFoundError."""
    return default_storage.open(name)


def signed_url(name: str, *, content_type: str, file_name: str, as_attachment: bool) -> str:
    """An address at S3 that is good for a minute, and answers with exactly these headers."""
    storage: Any = default_storage
    answered = {
        "ResponseContentType": content_type,
        "ResponseContentDisposition": content_disposition_header(as_attachment, file_name) or "inline",
        "ResponseCacheControl": "private, no-store",
    }
    return str(storage.url(name, parameters=answered, expire=SIGNED_SECONDS))


def names(within: str = FOLDER) -> Iterator[str]:
    """Every stored file of a folder, one by one."""
    if not is_folder():
        storage: Any = default_storage
        yield from (found.key for found in storage.bucket.objects.filter(Prefix=f"{within}/"))
        return
    root = Path(default_storage.path(""))
    for folder, _folders, found in os.walk(root / within):
        yield from (str(Path(folder, name).relative_to(root)) for name in found)


def delete(name: str) -> None:
    default_storage.delete(name)


def sweep_incoming() -> int:
    """Removes what killed workers were receiving; answers how many."""
    if not is_folder() or not _incoming().exists():
        return 0
    before = time.time() - ABANDONED_SECONDS
    abandoned = [path for path in _incoming().iterdir() if path.stat().st_mtime < before]
    for path in abandoned:
        path.unlink(missing_ok=True)
    return len(abandoned)


def _incoming() -> Path:
    return Path(default_storage.path(INCOMING))
