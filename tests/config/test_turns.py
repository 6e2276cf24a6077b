"""A web process lets its threads take short turns."""

import subprocess
import sys
from pathlib import Path

from config.turns import TURN_SECONDS

ROOT = Path(__file__).resolve().parents[2]


def test_a_web_process_takes_short_turns():
    program = "import config.wsgi, sys; print(sys.getswitchinterval())"
    told = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert float(told.stdout) == TURN_SECONDS
