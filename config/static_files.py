"""Where a page finds its style sheets, scripts and fonts."""

from typing import Any

from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class SourceFiles(StaticFilesStorage):
    """The files as they lie in the source.

    An address is reckoned once: a page asks for thirty of them, and none changes while the process lives.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._addresses: dict[str | None, str] = {}

    def url(self, name: str | None, *args: Any) -> str:
        if name not in self._addresses:
            self._addresses[name] = super().url(name, *args)
        return self._addresses[name]


class CollectedFiles(SourceFiles, CompressedManifestStaticFilesStorage):
    """The files that ``collectstatic`` left, with a digest in their names."""
