"""Runs the benchmarks named on the command line, or all of them, and prints their
ratios.
"""

from __future__ import annotations

import importlib
import sys

NAMES = (
    "dictionaries",
    "pages",
    "storage",
    "package",
    "export",
    "engine",
    "round_trip",
    "audit",
)


def main(names: list[str]) -> int:
    """Each benchmark is a module with ``main()``; unknown names are refused."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        print(
            f"No benchmark named {', '.join(unknown)}. There are: {', '.join(NAMES)}."
        )
        return 2
    for name in names or NAMES:
        print(f"\n== {name}")
        importlib.import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
