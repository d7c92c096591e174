"""The scratch rows of a worker: of a part on their way to their subjects, or of some
subjects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from generator.tables import layout
from generator.validation.row_store import (
    DataLine,
    FormLine,
    KeptLine,
    Line,
    SchemaFailure,
    Store,
    SubjectLine,
    UnreadableCell,
)

_ROW_KEY = (layout.SITE, layout.SUBJECT, layout.VISIT, layout.UNSNO, layout.ROW)
_OF_ROWS: dict[type[Line], str] = {
    SubjectLine: "select *, subject from subject",
    FormLine: "select *, subject from form",
    DataLine: "select *, subject from data",
    KeptLine: "select *, subject from kept",
    UnreadableCell: "select damage.*, data.subject from damage join data using (at, line)",
    SchemaFailure: "select doubt.*, data.subject from doubt left join data using (at, line)",
}


class PartStore(Store):
    """A store that can tell what belongs to whom, and in which lines come in any order."""

    def _of(self, name: str, subject: str) -> Iterable[tuple[Any, ...]]:
        order = "at, line" if name == "data" else "line"
        return self._db.execute(
            f"select * from {name} where subject = ? order by {order}", (subject,)
        )

    def __enter__(self) -> PartStore:
        return self

    def by_subject(self) -> Iterator[tuple[str | None, Line]]:
        """Every line with its subject; None for a doubt about a row that was not kept."""
        # Damage and doubts are joined with the rows that they are about.
        self._db.execute("create index row_of on data (at, line)")
        for kind, query in _OF_ROWS.items():
            for *line, subject in self._db.execute(query):
                yield subject, kind(*line)

    def row_key(self, position: int, line: int) -> dict[str, str | int]:
        """The key columns of a row that was kept."""
        query = (
            "select site, subject, visit, unsno, rowno from data where at = ? and "
            "line = ?"
        )
        row = self._db.execute(query, (position, line)).fetchone() or ()
        parts = zip(_ROW_KEY, row, strict=False)

        return {name: part for name, part in parts if part is not None}
