"""Prints what was measured, as a table that can be pasted into a note."""

from collections.abc import Mapping

from tests.bench.load import Result


def table(title: str, medians: Mapping[str, Result]) -> None:
    """Rates and latencies of each stand, and its ratio to the first one."""
    first = next(iter(medians.values()))
    print(f"\n{title}")
    for name, result in medians.items():
        ratio = result.rate / first.rate
        print(
            f"  {name:8} {result.rate:8.0f}/s  x{ratio:5.2f}  p50 {result.p50_ms:7.2f} ms  p95 {result.p95_ms:7.2f} ms"
        )
