"""Timing shared by the benchmarks: medians of interleaved rounds, so that noise hits
both sides.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping


def medians(
    works: Mapping[str, Callable[[], object]], *, rounds: int = 15
) -> dict[str, float]:
    """The median seconds of each work. Every round runs each work once, in turn."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            taken[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in taken.items()}


def show(
    label: str, seconds: float, *, against: tuple[str, float] | None = None
) -> None:
    """One line: milliseconds, and the ratio where there is something to compare with."""
    ratio = f"  {seconds / against[1]:.2f} x {against[0]}" if against else ""
    print(f"{label:<64} {seconds * 1000:>10.2f} ms{ratio}")
