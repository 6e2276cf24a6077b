"""S3 and its likes, as private as files of customers must be."""

from typing import Any

from botocore.config import Config
from storages.backends.s3 import S3Storage

IN_MEMORY = 1024 * 1024  # bytes of an opened object; more goes through the disk


class PrivateS3Storage(S3Storage):
    """Objects without a public address, read by signed ones; calls that end within seconds, and are repeated thrice.

    Checksums only where S3 demands them: many of its likes do not know the newer ones.
    """

    def get_default_settings(self) -> dict[str, Any]:
        addressing = self._options["addressing_style"]
        return super().get_default_settings() | {
            "default_acl": None,
            "querystring_auth": True,
            "file_overwrite": True,
            "max_memory_size": IN_MEMORY,
            "client_config": Config(
                signature_version="s3v4",
                s3={"addressing_style": addressing},
                connect_timeout=5,
                read_timeout=20,
                retries={"mode": "standard", "max_attempts": 3},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        }

    def __init__(self, **options: Any) -> None:
        self._options = options
        super().__init__(**options)
