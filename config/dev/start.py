"""The first lines of ``make run``, before anything is imported that takes time.

Until the supervisor listens, Ctrl-C simply ends this process, which has started nothing yet.
"""

import runpy
import signal
import sys
from pathlib import Path

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.path[0] = str(Path(__file__).resolve().parents[2])
    runpy.run_module("config.dev.run", run_name="__main__")
