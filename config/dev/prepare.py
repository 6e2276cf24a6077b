"""Brings the development database up to date and seeds the demonstration, in one process to start quickly.

python -m config.dev.prepare DATA_FOLDER SIMULATOR_URL
"""

import os
import sys
from pathlib import Path

import django
from django.core.management import call_command
from django.utils.module_loading import import_string


def main(data: str, simulator_url: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    seed = import_string("config.dev.demo.seed")  # it imports models, which is possible only now
    seed(Path(data), simulator_url)


if __name__ == "__main__":
    main(*sys.argv[1:])
