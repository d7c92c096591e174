"""What a conversion could not say in the other language, or says in another way: always
listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(
    frozen=True,
    kw_only=True,
    slots=True,
)
class CellLoss:
    """A cell of REDCap that means less after the conversion, or (``harmless``) the same in
    another spelling.

    ``kind`` groups alike losses. ``row`` is the row of the file, the header being row
    1; 0 where there is none. ``column`` is the header of the cell, and ``original`` its
    text. ``field`` may also be a form, a group, a visit, or ``*`` for the whole.
    """

    kind: str
    row: int = 0
    field: str
    column: str = ""
    original: str
    why: str
    harmless: bool = False


def as_markdown(source: str, losses: Iterable[CellLoss]) -> str:
    """The list that is written beside a converted dictionary."""
    listed = list(losses)
    lines = [f"# Conversion of {source}", ""]
    if not listed:
        lines.append("Nothing is lost, and nothing is written differently.")
    else:
        lines += _count_table(listed)
        real = [loss for loss in listed if not loss.harmless]
        lines += _loss_table("Losses", real)
        harmless = [loss for loss in listed if loss.harmless]
        lines += _loss_table("Written differently, same meaning", harmless)

    return "\n".join([*lines, ""])


def _count_table(losses: list[CellLoss]) -> Iterator[str]:
    """Kinds and how often they occur; real losses first."""
    counter = Counter((loss.harmless, loss.kind) for loss in losses)
    yield "| kind | cells |"
    yield "|---|---|"

    for (harmless, kind), count in sorted(counter.items()):
        remark = " (same meaning)" if harmless else ""
        yield f"| {kind}{remark} | {count} |"


def _loss_table(title: str, losses: list[CellLoss]) -> Iterator[str]:
    """A heading and a table; nothing at all without losses."""
    if not losses:
        return

    yield ""
    yield f"## {title}"
    yield ""
    yield "| row | field | column | kind | why | original |"
    yield "|---|---|---|---|---|---|"

    for loss in losses:
        cells = (
            str(loss.row or ""),
            loss.field,
            loss.column,
            loss.kind,
            loss.why,
            loss.original,
        )
        yield f"| {' | '.join(_cell(text) for text in cells)} |"


def _cell(text: str) -> str:
    """A text as a cell of a Markdown table, on one line."""
    return (
        text.replace("\\", "\\\\")
        .replace("|", "\\|")
        .replace("\r", "")
        .replace("\n", "⏎")
        .strip()
    )
