"""Python's collector of reference cycles, set for processes that make thousands of rows at once.

A batch of webhook events makes some ten thousand objects that all die with it, by their counts alone. With Python's own
threshold the collector walks them again and again, and finds nothing: an eighth of the time of a batch.

A page is the other way round: of its two thousand objects most are tied in rings (a template's contexts, a form and its
fields) and lie there until the collector comes. Thirty pages' rings at once take 30 ms, out of one person's page; those
of one page take half a millisecond, once its answer has gone out.
"""

import gc
from typing import Any

from django.core.signals import request_finished

YOUNG, MIDDLE, OLD = 50_000, 20, 50


def seldom() -> None:
    """Call it first: what is imported stays, and to walk it while it grows takes a fifth of a program's start."""
    gc.set_threshold(YOUNG, MIDDLE, OLD)


def relax() -> None:
    """What the program consists of is never walked again. Call it once, when all is imported."""
    gc.collect()
    gc.freeze()


def sweep_after_requests() -> None:
    """Call it once, in a process that answers requests."""
    request_finished.connect(_sweep)


def _sweep(**_signal: Any) -> None:
    """What other threads were at work on meanwhile grows older, and is looked at again as seldom as always."""
    _, middle, old = gc.get_count()
    gc.collect(2 if old > OLD else 1 if middle > MIDDLE else 0)
