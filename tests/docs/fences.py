"""The fenced blocks of a Markdown file, and the shown output of its commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One fenced block; ``line`` is where its text begins in the file."""

    language: str
    text: str
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A line after ``$`` and the output that the document shows for it."""

    line: str
    shown: str


def blocks(path: Path) -> Iterator[Block]:
    text = path.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        yield Block(
            language=found[1],
            text=found[2],
            line=text.count("\n", 0, found.start()) + 2,
        )


def commands(block: Block) -> Iterator[Command]:
    """The commands of a ``console`` block."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        line, _, shown = part.partition("\n")
        yield Command(line=line, shown=shown.rstrip("\n"))


def matches(shown: str, output: str) -> bool:
    """True when the output is what is shown; ``...`` in the document stands for any
    text.
    """
    pattern = re.escape(_tidy(shown)).replace(re.escape("..."), ".*?")
    return re.fullmatch(pattern, _tidy(output), re.DOTALL) is not None


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
