"""Removes the data of ``make run``, also the part that PostgreSQL's account could not keep below it."""

import os
import shutil
import sys
from pathlib import Path

from config.dev.servers import moved_folder


def main() -> int:
    data = Path(os.environ.get("RECADO_DATA") or ".recado").absolute()
    for folder in (moved_folder(data / "postgres"), data):
        shutil.rmtree(folder, ignore_errors=True)
    left = data.exists()
    print(f"Not everything in {data} could be removed." if left else "Removed.")
    return int(left)


if __name__ == "__main__":
    sys.exit(main())
