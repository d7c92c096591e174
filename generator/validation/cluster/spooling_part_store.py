"""The scratch rows of a worker that judges its subjects all at once."""

from __future__ import annotations

import polars as pl

from generator.tables import layout
from generator.validation.columnar.forms.column_names import LINE
from generator.validation.columnar.forms.spooling_store import SpoolingStore

_ROW_KEY = (layout.SITE, layout.SUBJECT, layout.VISIT, layout.UNSNO, layout.ROW)


class SpoolingPartStore(SpoolingStore):
    """A store for many subjects that can tell whose a row is."""

    def __enter__(self) -> SpoolingPartStore:
        return self

    def row_key(self, position: int, line: int) -> dict[str, str | int]:
        """The key columns of a row that was kept."""
        rows = self.scan(self.plans[position]).filter(pl.col(LINE) == line)
        keys = rows.select(_ROW_KEY).collect().to_dicts()
        if not keys:
            return {}

        return {name: part for name, part in keys[0].items() if part is not None}
