"""Reads the environment: typed values by django-environ, and any secret also from a file.

A secret named ``X`` may be given as ``X_FILE``, a path whose content (stripped) is the value, so that container
secrets need no shell tricks.
"""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def secret(name: str, default: str = "") -> str:
    """The value of ``name``, or the content of the file that ``<name>_FILE`` names."""
    path = env.str(f"{name}_FILE", default="")
    if not path:
        return env.str(name, default=default)
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error}") from error


def secret_list(name: str) -> list[str]:
    """A comma-separated secret as a list without empty parts (rotation: several values are valid at once)."""
    return [part.strip() for part in secret(name).split(",") if part.strip()]
