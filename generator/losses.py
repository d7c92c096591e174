"""A loss: something that a target cannot say. It is always listed, never silent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WHOLE_STUDY = "*"


@dataclass(frozen=True, kw_only=True, slots=True)
class Loss:
    """Something of a study that a target does not carry.

    ``field`` is ``table.field``, a table, or ``*`` for the whole study. ``facet`` is
    the key of the dictionary, or a word for what is lost. ``harmless``: every answer
    keeps its meaning without it.
    """

    field: str
    facet: str
    why: str
    harmless: bool = False


LossCount = tuple[str, bool, int]
"""A facet, whether its losses are harmless, and how many there are."""


def count_losses(losses: Iterable[Loss]) -> list[LossCount]:
    """How often each facet is lost; those that are not harmless come first."""
    counter = Counter((loss.harmless, loss.facet) for loss in losses)
    return [
        (facet, harmless, count) for (harmless, facet), count in sorted(counter.items())
    ]


def list_losses(source: str, losses: Sequence[Loss]) -> str:
    """The losses as a Markdown table, to be written beside what ``source`` became."""
    lines = [f"# What is not in {source}", ""]
    if not losses:
        lines.append("Nothing is lost.")
    else:
        lines += ["| field | facet | why |", "|---|---|---|"]
        lines += [
            f"| {cell(loss.field)} | {cell(loss.facet)} | {cell(loss.why)} |"
            for loss in losses
        ]

    return "\n".join([*lines, ""])


def cell(text: str) -> str:
    """A text as a cell of a Markdown table, on one line."""
    escaped = text.replace("\\", "\\\\").replace("|", "\\|")
    return escaped.replace("\r", "").replace("\n", "⏎").strip()
