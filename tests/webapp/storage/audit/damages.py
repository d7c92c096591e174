"""Ways to damage a log, and a log to damage."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence

from benchmarks.audit import made_up_lines
from webapp.storage.canonical_json import canonical_json
from webapp.storage.events import line_hash

Damage = tuple[str, list[bytes]]
"""What was done, and the lines that are left."""


def log_of(events: int) -> list[bytes]:
    return list(made_up_lines(events))


def redacted(lines: list[bytes], number: int) -> list[bytes]:
    """The log after text was taken out of one of its lines: the line keeps its hash, and
    a new line at the end names it.
    """
    content = json.loads(lines[number - 1])
    content["by"]["name"] = "[redacted]"
    had = sha256_of(lines[number - 1])
    changed = canonical_json({**content, "redacted": had}).encode()
    named = {
        "table": "event",
        "number": number,
        "sha256": had,
        "now": sha256_of(changed),
    }
    event = {
        "at": content["at"],
        "before": sha256_of(lines[-1]),
        "by": {"name": "Mia", "role": "data-manager", "username": "mia"},
        "details": {"reason": "näme", "redacted": [named]},
        "kind": "text-redacted",
        "number": len(lines) + 1,
        "place": {"subject": "01-001"},
    }
    last = canonical_json(event).encode()
    return [*lines[: number - 1], changed, *lines[number:], last]


def sha256_of(line: bytes) -> str:
    return line_hash(line.decode())


def flipped(line: bytes, position: int, bits: int) -> bytes:
    """The line with some bits of one byte turned over."""
    changed = bytearray(line)
    changed[position] ^= bits
    return bytes(changed)


def split(lines: Sequence[bytes]) -> list[bytes]:
    """The lines as they are read from a file again: a flipped byte may be a line end."""
    return b"\n".join(lines).split(b"\n")


def with_flipped_bytes(lines: list[bytes], count: int, seed: int) -> Iterator[Damage]:
    chance = random.Random(seed)
    for _ in range(count):
        number = chance.randrange(len(lines))
        position = chance.randrange(len(lines[number]))
        bits = chance.randrange(1, 256)
        changed = flipped(lines[number], position, bits)
        name = f"byte {position} of line {number + 1} turned by {bits}"
        yield name, split([*lines[:number], changed, *lines[number + 1 :]])


def with_moved_lines(lines: list[bytes]) -> Iterator[Damage]:
    """Every line taken out, doubled, put elsewhere, and swapped with the next."""
    for index in range(len(lines)):
        here, rest = lines[index], lines[index + 1 :]
        before = lines[:index]
        yield f"line {index + 1} taken out", [*before, *rest]
        yield f"line {index + 1} doubled", [*before, here, here, *rest]
        yield f"line {index + 1} put in first", [here, *lines]
        if rest:
            yield f"line {index + 1} swapped", [*before, rest[0], here, *rest[1:]]


def cut(lines: list[bytes]) -> Iterator[Damage]:
    for left in range(len(lines)):
        yield f"all lines after {left} cut off", lines[:left]


def rebuilt(lines: list[bytes]) -> Iterator[Damage]:
    """Every line changed, with all later lines chained anew: no line looks wrong."""
    for index in range(len(lines)):
        yield f"rebuilt from line {index + 1} on", rebuilt_from(lines, index)


def rebuilt_from(lines: list[bytes], index: int) -> list[bytes]:
    kept = lines[:index]
    before = sha256_of(kept[-1]) if kept else ""
    for line in lines[index:]:
        content = {**json.loads(line), "before": before}
        if len(kept) == index:
            content["by"]["username"] = "somebody"
        kept.append(json.dumps(content, separators=(",", ":")).encode())
        before = sha256_of(kept[-1])
    return kept
