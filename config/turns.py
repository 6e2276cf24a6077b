"""How threads of a web process take turns at Python's one interpreter.

A page computes for tens of milliseconds. Whoever comes back from the database meanwhile, a poll or a webhook, asks for
its turn, and by Python's own setting gets it after 5 ms: at each statement anew. With shorter turns a poll takes about
half as long while pages are made, and pages lose nothing that can be measured.
"""

import sys

TURN_SECONDS = 0.001


def shorten() -> None:
    """Call it once, in a process that answers requests."""
    sys.setswitchinterval(TURN_SECONDS)
