"""Where the text report is written: a terminal has colours and a width, a file neither."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from typing import Literal, Protocol, TextIO

from generator.heavy_libraries import rich

Part = str | tuple[str, str]
"""Some words of a line, alone or with their style: ``("vs", "bold")``."""
_GAP = "    "
_CONTROL = dict.fromkeys(map(ord, "\a\b\v\f\r"))
"""Rich leaves out these characters as well."""


class TextOutput(Protocol):
    """Takes a report line by line."""

    def line(self, *parts: Part) -> None:
        """Writes a line, however long it is."""

    def short_line(self, *parts: Part) -> None:
        """Writes a line, cut off with an ellipsis where it is wider than the output."""

    def table(self, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Writes a table whose columns are right-aligned, but for the first."""


def text_output(out: TextIO, *, width: int | None = None) -> TextOutput:
    """The output for a stream: a given ``width`` is kept to as on a terminal."""
    if width is None and not out.isatty():
        return FileOutput(out)

    return TerminalOutput(out, width)


class FileOutput:
    """Writes without colours. Rich could do so too, but takes long to load."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._width = shutil.get_terminal_size().columns

    def line(self, *parts: Part) -> None:
        self._out.write(_plain(parts) + "\n")

    def short_line(self, *parts: Part) -> None:
        text = _plain(parts)
        if len(text) > self._width:
            text = f"{text[: self._width - 1]}…"

        self._out.write(text + "\n")

    def table(self, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        lines = [header, *rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        name_width, *number_widths = widths

        for name, *numbers in lines:
            cells = [name.ljust(name_width)]
            cells += map(str.rjust, numbers, number_widths)
            self.line(f"  {_GAP.join(cells)}".rstrip())


class TerminalOutput:
    """Writes in colours, and breaks lines between words."""

    def __init__(self, out: TextIO, width: int | None) -> None:
        self._console = rich.console.Console(file=out, width=width, highlight=False)

    def line(self, *parts: Part) -> None:
        self._console.print(rich.text.Text.assemble(*parts))

    def short_line(self, *parts: Part) -> None:
        text = rich.text.Text.assemble(*parts)
        self._console.print(text, no_wrap=True, overflow="ellipsis", crop=False)

    def table(self, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        table = rich.table.Table(box=None, padding=(0, 2, 0, 2))
        for name in header:
            # The first column names the row, the others count.
            justify: Literal["left", "right"] = "right" if table.columns else "left"
            table.add_column(rich.text.Text(name), justify=justify)

        for cells in rows:
            # As Text, or Rich would read square brackets in a cell as its own markup.
            table.add_row(*map(rich.text.Text, cells))

        self._console.print(table)


def _plain(parts: Iterable[Part]) -> str:
    words = "".join(part if isinstance(part, str) else part[0] for part in parts)
    return words.translate(_CONTROL)
