#!/usr/bin/env python3
"""Django's command line for Recado.

Without DATABASE_URL it speaks to the copy that ``make run`` keeps in RECADO_DATA (.recado).
"""

import json
import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line


def borrow_settings() -> None:
    """Takes the settings of the development copy, if there is one and no database was named."""
    kept = Path(__file__).resolve().parent / os.environ.get("RECADO_DATA", ".recado") / "environment.json"
    if "DATABASE_URL" not in os.environ and kept.is_file():
        os.environ.update(json.loads(kept.read_text()) | os.environ)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    borrow_settings()
    execute_from_command_line(sys.argv)
