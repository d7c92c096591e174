"""The data of an entry from its cells, in the shape and the order that it had."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from forms_spec.yaml_source.document import Data, Path
from generator.dictionary.yaml_patch import same_data
from generator.workbook.layout import FILE, OTHER, WorkbookSheet
from generator.workbook.sheet_table import ReadRow
from generator.workbook.study_rows import entry_cells, mapping

NESTED = ("fields", "groups")


class _Absent:
    """Stands for an entry that was not there."""


ABSENT = _Absent()


def entry_data(sheet: WorkbookSheet, row: ReadRow, old: Data | _Absent) -> Data:
    """The entry that a row says, in the shape and the order of the old one."""
    cells = {name: value for name, value in row.cells.items() if name != FILE}
    if not isinstance(old, _Absent):
        before = entry_cells(sheet, old)
        if set(before) == set(cells) and all(
            same_data(before[name], cells[name]) for name in cells
        ):
            return old

    names = [column.name for column in sheet.columns]
    if OTHER not in names:
        return cells.get(names[0])

    may_be_short = isinstance(old, str) or (old is ABSENT and sheet.new_short)
    if sheet.short and may_be_short and set(cells) == {sheet.short}:
        return cells[sheet.short]

    rest = cells.pop(OTHER, None)
    own = {name: cells[name] for name in names if name in cells}
    entry = {**own, **rest} if isinstance(rest, dict) else own
    return ordered(entry, old if isinstance(old, dict) else {})


def ordered(new: Mapping[str, Data], old: Mapping[str, Data]) -> dict[str, Data]:
    """The keys in their old order; new ones stand behind, but before what is nested."""
    known = [key for key in old if key in new]
    added = [key for key in new if key not in old]
    head = [key for key in added if key not in NESTED]
    cut = next((i for i, key in enumerate(known) if key in NESTED), len(known))
    order = [*known[:cut], *head, *known[cut:]]
    order += [key for key in added if key in NESTED]
    return {key: new[key] for key in order}


def replaced(data: dict[str, Data], path: Path, new: Data) -> dict[str, Data]:
    """A copy with another value at a path."""
    key, *rest = map(str, path)
    inner = replaced(mapping(data, key), tuple(rest), new) if rest else new
    return {**data, key: inner}


def without(data: dict[str, Data], path: Path) -> dict[str, Data]:
    """A copy without the value at a path."""
    key, *rest = map(str, path)
    if rest:
        return {**data, key: without(mapping(data, key), tuple(rest))}

    return {name: value for name, value in data.items() if name != key}


def spaced(old: Data, words: Sequence[str]) -> str:
    """Words in a line, in the spaces of the old line where they fit."""
    if not isinstance(old, str):
        return "  ".join(words)
    if old.split() == [*words]:
        return old

    lengths = [len(word) for word in old.split()]
    if lengths != [len(word) for word in words]:
        return "  ".join(words)

    following = iter(words)
    return re.sub(r"\S+", lambda _: next(following), old)
