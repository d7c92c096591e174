"""What is stored already: it has what a file of records cannot hold, and knows what a
program did to one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from forms_spec.model.captured_data import CellKey, FormKey, Record, Row
from forms_spec.model.captured_forms import CapturedForm
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from generator.rewritings import explain

_ANYTHING = frozenset({"erased", "formula-evaluated", "case-changed"})
"""Habits that would explain nearly every change, also one that somebody made."""


@dataclass(kw_only=True)
class RecordMerge:
    """``habits`` are those of the program that saved the file; ``kept`` counts the
    cells of each.
    """

    study: Study
    habits: Collection[str]
    kept: Counter[str] = field(default_factory=Counter)

    def merged(
        self, form: CapturedForm, stored: Mapping[FormKey, Record]
    ) -> CapturedForm:
        """The form with what is stored of it, wherever the file is no evidence of a
        change.

        A file of records has the names of documents and not the documents, and no
        reasons of kept warnings: these stay. So does a text of which the program makes
        what the file has.
        """
        before = stored.get(form.key, Record())
        spec = self.study.forms[form.key.form]
        rows = {
            group.name: tuple(
                self._row(group.fields, before.rows.get(group.name, ()), row)
                for row in form.record.rows[group.name]
            )
            for group in spec.row_groups
            if group.name in form.record.rows
        }
        texts = self._texts(spec.fields, before.texts, form.record.texts)
        record = replace(form.record, texts=texts, rows=rows)

        return replace(
            form, record=replace(record, kept=_reasons(form.key.form, before, record))
        )

    def _row(self, fields: Collection[Field], before: tuple[Row, ...], row: Row) -> Row:
        stored = next((old.texts for old in before if old.number == row.number), {})
        return replace(row, texts=self._texts(fields, stored, row.texts))

    def _texts(
        self,
        fields: Collection[Field],
        before: Mapping[str, str],
        after: Mapping[str, str],
    ) -> dict[str, str]:
        texts = dict(after)
        for spec in fields:
            stored, given = before.get(spec.name, ""), after.get(spec.name, "")
            if spec.kind.name == "file":
                texts.pop(spec.name, None)
                texts |= {spec.name: stored} if given and stored else {}
                continue

            if not stored or stored == given:
                continue
            if (habit := explain(stored, given)) is not None and self._is_known(
                habit.name
            ):
                texts[spec.name] = stored
                self.kept[habit.says] += 1

        return texts

    def _is_known(self, habit: str) -> bool:
        return habit in self.habits and habit not in _ANYTHING

    def note(self) -> str | None:
        """What was kept, in one sentence."""
        if not self.kept:
            return None
        cells = self.kept.total()
        stay = "1 cell stays" if cells == 1 else f"{cells:,} cells stay"
        what = ", ".join(
            f"{says} ({count:,})" for says, count in self.kept.most_common()
        )

        return f"{stay} as stored. A program changed the file: {what}."


def _reasons(
    form: str, before: Record, after: Record
) -> dict[tuple[CellKey, str], str]:
    """The reasons of kept warnings whose cells say what they said."""
    return {
        (cell, code): reason
        for (cell, code), reason in before.kept.items()
        if _text(form, before, cell) == _text(form, after, cell)
    }


def _text(form: str, record: Record, cell: CellKey) -> str:
    if cell.table == form:
        return record.texts.get(cell.field, "")
    rows = record.rows.get(cell.table, ())
    return next(
        (row.texts.get(cell.field, "") for row in rows if row.number == cell.row), ""
    )
