"""Python's collector of reference cycles, set for processes that make thousands of rows at once.

A batch of webhook events makes some ten thousand objects that all die with it, by their counts alone. With Python's own
threshold the collector walks them again and again, and finds nothing: an eighth of the time of a batch.
"""

import gc

YOUNG, MIDDLE, OLD = 50_000, 20, 50


def seldom() -> None:
    """Call it first: what is imported stays, and to walk it while it grows takes a fifth of a program's start."""
    gc.set_threshold(YOUNG, MIDDLE, OLD)


def relax() -> None:
    """What the program consists of is never walked again. Call it once, when all is imported."""
    gc.collect()
    gc.freeze()
