"""Flips every byte of a log, one after another, and looks for each.

``python -m tests.webapp.storage.audit.every_byte 1000`` tries all bytes of so many
events; the suite tries a sample of them. Lines before the flipped one are known to be
right, and are not verified again and again.
"""

from __future__ import annotations

import sys

from tests.webapp.storage.audit.damages import flipped, log_of, sha256_of, split
from webapp.storage.audit.chain import verify_lines
from webapp.storage.events import NO_LINE, LogHead


def main(events: int) -> int:
    """0 if every flipped byte was found at its line."""
    lines = log_of(events)
    missed, count, known = 0, 0, NO_LINE
    for index, line in enumerate(lines):
        rest = lines[index + 1 : index + 3]
        end = index + 1 + len(rest)
        signed = {end: sha256_of(lines[end - 1])}
        for position in range(len(line)):
            bits = 1 << (position + index) % 8
            left = split([flipped(line, position, bits), *rest])
            fault = verify_lines(left, signed, after=known).fault
            count += 1
            missed += fault is None or fault.number != index + 1
        known = LogHead(number=index + 1, sha256=sha256_of(line))

    print(f"{count:,} bytes of {events:,} events flipped, {missed:,} not found")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
