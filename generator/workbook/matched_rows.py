"""Which old row each row of a sheet comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from generator.workbook.sheet_table import ReadRow
from generator.workbook.study_rows import StudyRow


def matched(
    old: Sequence[StudyRow], new: Sequence[ReadRow]
) -> dict[tuple[str, ...], StudyRow]:
    """The old row of each new one, by its key; a renamed entry is the one in its place.

    Rows without a name go by what they say, and by their number in the sheet.
    """
    if any(row.key == () for row in old):
        return dict(_unnamed(old, new))

    known = {row.key: row for row in old}
    keys, new_keys = [*known], [row.key for row in new]
    present = set(new_keys)
    matcher = SequenceMatcher(None, keys, new_keys, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag != "replace":
            continue

        gone = [known[key] for key in keys[start:end] if key not in present]
        added = [row for row in new[new_start:new_end] if row.key not in known]
        known.update(_paired(gone, added))

    return known


def _paired(
    gone: Sequence[StudyRow], added: Sequence[ReadRow]
) -> Iterator[tuple[tuple[str, ...], StudyRow]]:
    """New rows with the old ones in whose place they are."""
    if len(gone) == len(added):
        for before, row in zip(gone, added, strict=True):
            yield row.key, before
        return

    # Rows beside a renamed one were added or deleted: it is the one that says the same.
    by_cells = {_cells(before): before for before in gone}
    for row in added:
        before_it = by_cells.pop(_cells(row), None)
        if before_it is not None:
            yield row.key, before_it


def renamed(
    old: Sequence[StudyRow], new: Sequence[ReadRow]
) -> Iterator[tuple[StudyRow, ReadRow]]:
    """The rows that have another name than the old row in their place."""
    known = matched(old, new)
    for row in new:
        before = known.get(row.key)
        if before is not None and row.key and before.key != row.key:
            yield before, row


def _unnamed(
    old: Sequence[StudyRow], new: Sequence[ReadRow]
) -> Iterator[tuple[tuple[str, ...], StudyRow]]:
    by_cells = {_cells(row): row for row in old}
    for row in new:
        known = by_cells.get(_cells(row))
        if known is not None:
            yield (str(row.number),), known


def _cells(row: StudyRow | ReadRow) -> str:
    return repr(sorted(row.cells.items()))
