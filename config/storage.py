"""Where files are kept: a folder, or what MEDIA_STORAGE_URL names."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

FORM = "s3://KEY:SECRET@ENDPOINT/BUCKET?region=…"
OPTIONS: dict[str, set[str] | None] = {
    "region": None,
    "tls": {"on", "off"},
    "addressing": {"path", "virtual"},
}  # None: any value

FOLDER: dict[str, Any] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"allow_overwrite": True, "file_permissions_mode": 0o640, "directory_permissions_mode": 0o750},
}


def storage_of(url: str) -> dict[str, Any]:
    """The entry of Django's STORAGES for ``url``; a folder (MEDIA_ROOT) when it is empty.

    Without KEY:SECRET the machine's own role is asked. ``tls=off`` speaks plain http; ``addressing=virtual`` puts the
    bucket into the host's name. ImproperlyConfigured names what is wrong, never the secret.
    """
    if not url:
        return FOLDER
    try:
        parts = urlsplit(url)
        endpoint = parts.netloc.rpartition("@")[2]
        bucket, options = parts.path.strip("/"), dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        parts.port  # noqa: B018 - raises for what is no port
    except ValueError:
        raise ImproperlyConfigured(f"MEDIA_STORAGE_URL cannot be read. Its form is {FORM}") from None
    if parts.scheme != "s3" or not parts.hostname or not bucket or "/" in bucket:
        raise ImproperlyConfigured(f"MEDIA_STORAGE_URL needs an endpoint and one bucket. Its form is {FORM}")
    if wrong := [name for name, value in options.items() if not _is_option(name, value)]:
        raise ImproperlyConfigured(f"MEDIA_STORAGE_URL has options that are not known: {', '.join(sorted(wrong))}")
    return {
        "BACKEND": "whatsapp.media.s3.PrivateS3Storage",
        "OPTIONS": {
            "access_key": unquote(parts.username or "") or None,
            "secret_key": unquote(parts.password or "") or None,
            "bucket_name": bucket,
            "endpoint_url": f"{'http' if options.get('tls') == 'off' else 'https'}://{endpoint}",
            "region_name": options.get("region") or None,
            "addressing_style": options.get("addressing", "path"),
        },
    }


def _is_option(name: str, value: str) -> bool:
    allowed = OPTIONS.get(name)
    return name in OPTIONS and (allowed is None or value in allowed)
