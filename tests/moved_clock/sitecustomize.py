"""Python reads this when it starts, in every process of ``python -m tests.clock``.

libfaketime 0.9.10 fails the call by which ``time.sleep`` waits, when the monotonic
clock is left alone: no pause would ever last. Moving that clock too leaves locks
waiting for ever. ``select`` waits as it should.
"""

import select
import time


def _sleep(seconds: float) -> None:
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select([], [], [], seconds)


time.sleep = _sleep
