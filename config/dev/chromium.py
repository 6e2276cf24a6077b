"""Where the tests' browser is: CHROMIUM, else a name on the path."""

import os
import shutil
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW = "recado: no Chromium found: `apt-get install chromium`, `brew install --cask chromium`, or CHROMIUM=/path/to/it"


def find_chromium() -> str | None:
    """The path of an executable, or None."""
    given = os.environ.get("CHROMIUM")
    return next(filter(None, map(shutil.which, [given] if given else NAMES)), None)


if __name__ == "__main__":
    if not find_chromium():
        print(HOW, file=sys.stderr)
        sys.exit(1)
