"""What a worker's process keeps from task to task: libraries, and the study.

Spark's daemon looks through all objects of a worker for garbage after each of its tasks.
With a large study that takes longer than a small task does, and what stays is no
garbage.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache


@contextmanager
def lasting() -> Iterator[None]:
    """What is made inside stays for the next tasks; what was to stay before may go."""
    gc.unfreeze()
    yield
    gc.collect()
    gc.freeze()


@cache
def keep_libraries() -> None:
    """Call it at the end of a task, when all libraries are loaded; the first counts."""
    gc.collect()
    gc.freeze()
