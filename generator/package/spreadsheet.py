"""The tables of a package for a spreadsheet."""

from __future__ import annotations

import csv
import io
import operator
from pathlib import Path

from generator.package.archive import open_sink
from generator.spreadsheet_cells import BOM, harmless


def write_copy(package: Path, target: Path) -> int:
    """The tables of a package in a folder, for a spreadsheet: a zip or a folder. Gives
    how many cells differ.

    There is no ``datapackage.json`` beside them: a copy with apostrophes is no package,
    and is not imported.
    """
    changed = 0
    with open_sink(target) as sink:
        for path in sorted(package.rglob("*.csv")):
            name = path.relative_to(package).as_posix()
            # Uploads and former states are no tables of this package.
            if name.startswith(("files/", "earlier/", "dictionary/")):
                continue

            text, cells = _harmless_text(path)
            changed += cells
            content = (BOM + text).encode("utf-8")
            sink.add(name, io.BytesIO(content), len(content))

    return changed


def _harmless_text(path: Path) -> tuple[str, int]:
    """A table for a spreadsheet, and how many of its cells differ."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    changed = 0

    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            safe = [harmless(cell) for cell in row]
            changed += sum(map(operator.ne, row, safe))
            writer.writerow(safe)

    return text.getvalue(), changed
