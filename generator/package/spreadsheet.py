"""Tables for a spreadsheet, which takes a text that begins like a formula for one and
carries it out.
"""

from __future__ import annotations

import csv
import io
import operator
import re
from pathlib import Path

from generator.package.archive import open_sink

_NUMBER = re.compile(r"-[0-9]+(?:\.[0-9]+)?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"
"""Without it a spreadsheet reads the bytes in the code page of its computer."""


def harmless(cell: str) -> str:
    """The text, after an apostrophe where it begins like a formula; a negative number
    stays as it is.
    """
    is_formula = cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell)
    if not is_formula:
        return cell

    return f"'{cell}"


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
