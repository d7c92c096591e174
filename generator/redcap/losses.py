"""What a conversion could not say in the other language, or says in another way: always
listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Loss:
    """A cell that means less after the conversion, or (``harmless``) the same in
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


def counts(losses: Iterable[Loss]) -> list[tuple[str, bool, int]]:
    """Kinds with whether they are harmless and how often they occur; real losses first."""
    counter = Counter((loss.harmless, loss.kind) for loss in losses)
    return [
        (kind, harmless, count) for (harmless, kind), count in sorted(counter.items())
    ]


def as_markdown(source: str, losses: Iterable[Loss]) -> str:
    """The list that is written beside a converted dictionary."""
    listed = list(losses)
    return "\n".join([*_lines(source, listed), ""])


def _lines(source: str, losses: list[Loss]) -> Iterator[str]:
    yield f"# Conversion of {source}"
    yield ""
    if not losses:
        yield "Nothing is lost, and nothing is written differently."
        return

    yield "| kind | cells |"
    yield "|---|---|"
    for kind, harmless, count in counts(losses):
        yield f"| {kind}{' (same meaning)' if harmless else ''} | {count} |"

    for harmless, title in (
        (False, "Losses"),
        (True, "Written differently, same meaning"),
    ):
        chosen = [loss for loss in losses if loss.harmless is harmless]
        if not chosen:
            continue
        yield from (
            "",
            f"## {title}",
            "",
            "| row | field | column | kind | why | original |",
            "|---|---|---|---|---|---|",
        )

        for item in chosen:
            cells = (
                str(item.row or ""),
                item.field,
                item.column,
                item.kind,
                item.why,
                item.original,
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
