"""Cells that a dictionary without REDCap's own files would write in another way than
they were written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from forms_spec.model.study import Study
from generator.redcap.losses import CellLoss
from generator.redcap.reading.columns import COLUMNS, HEADERS
from generator.redcap.reading.dictionary_rows import Item
from generator.redcap.writing.cell_context import Cells, Key
from generator.redcap.writing.write_rows import study_rows

LONGEST = 200
"""Characters of a cell that a loss shows."""


def spellings(
    study: Study | None,
    names: Mapping[Key, str],
    items: Iterable[Item],
    listed: Iterable[CellLoss],
) -> tuple[CellLoss, ...]:
    """One loss for each cell that comes back otherwise and is not ``listed`` yet.

    It is harmless where only the spelling differs, and not where REDCap has no words
    for what the dictionary says by now. ``names`` are those of the project.
    """
    if study is None:
        return ()

    rows, lost = study_rows(study, names)
    reasons = {(loss.field, loss.column): loss.why for loss in lost}
    cells_by_name = {cells["name"]: cells for _, cells in rows}
    # A cell that is kept or lost is listed already, with a better reason.
    known = {(loss.field, loss.column) for loss in listed}

    losses: list[CellLoss] = []
    for item in items:
        cells = cells_by_name.get(item.name)
        if cells is None:
            continue

        for loss in _respelled(item, cells, reasons):
            if (loss.field, loss.column) not in known:
                losses.append(loss)

    return tuple(losses)


def _respelled(
    item: Item, cells: Cells, reasons: Mapping[tuple[str, str], str]
) -> Iterator[CellLoss]:
    """The cells of a field that are written in another way than they were."""
    for column in COLUMNS:
        before = item.cell(column)
        after = cells[column]
        if before == after:
            continue

        header = HEADERS[column]
        reason = reasons.get((item.name, header))
        yield CellLoss(
            kind="spelling" if reason is None else "way-back",
            row=item.row,
            field=item.name,
            column=header,
            original=before,
            why=reason or f"written back as: {after[:LONGEST] or 'nothing'}",
            harmless=reason is None,
        )
