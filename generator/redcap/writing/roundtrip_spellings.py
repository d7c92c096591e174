"""Cells that a dictionary without REDCap's own files would write in another way than
they were written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from forms_spec.model.study import Study
from generator.redcap.losses import Loss
from generator.redcap.reading.columns import COLUMNS, HEADERS
from generator.redcap.reading.dictionary_rows import Item
from generator.redcap.writing.write_rows import study_rows

LONGEST = 200


def spellings(
    study: Study | None,
    names: Mapping[tuple[str, str], str],
    items: Iterable[Item],
    listed: Iterable[Loss],
) -> tuple[Loss, ...]:
    """One Loss for each cell that comes back otherwise and is not listed yet: harmless
    where only the spelling differs, none where REDCap has no words for what the
    dictionary says by now.
    """
    if study is None:
        return ()
    rows, lost = study_rows(study, names)
    why = {(item.field, item.column): item.why for item in lost}
    cells = {data["name"]: data for _, data in rows}
    known = {(item.field, item.column) for item in listed}

    return tuple(_spelled(items, cells, known, why))


def _spelled(
    items: Iterable[Item],
    cells: Mapping[str, Mapping[str, str]],
    known: set[tuple[str, str]],
    why: Mapping[tuple[str, str], str],
) -> Iterator[Loss]:
    for item in items:
        cell = cells.get(item.name)
        if cell is None:
            continue
        for column in COLUMNS:
            before, after = item.cell(column), cell[column]
            spot = (item.name, HEADERS[column])
            if before == after or spot in known:
                continue
            lost = why.get(spot)
            yield Loss(
                kind="way-back" if lost else "spelling",
                row=item.row,
                field=item.name,
                column=HEADERS[column],
                original=before,
                why=lost or f"written back as: {after[:LONGEST] or 'nothing'}",
                harmless=lost is None,
            )
