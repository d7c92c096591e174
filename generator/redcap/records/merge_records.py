"""What is stored already: it has what a file of records cannot hold, and knows what a
program did to one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from forms_spec.model.captured_data import CellKey, FormKey, Record, Row, text_at
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
        rows: dict[str, tuple[Row, ...]] = {}

        for group in spec.row_groups:
            if group.name not in form.record.rows:
                continue

            stored_rows = before.rows.get(group.name, ())
            rows[group.name] = tuple(
                self._row(group.fields, stored_rows, row)
                for row in form.record.rows[group.name]
            )

        texts = self._texts(spec.fields, before.texts, form.record.texts)
        record = replace(form.record, texts=texts, rows=rows)
        # A reason stands for the texts as they are now, so it is looked at last.
        record = replace(record, kept=_reasons(before, record))

        return replace(form, record=record)

    def _row(self, fields: Collection[Field], before: tuple[Row, ...], row: Row) -> Row:
        stored = {old.number: old.texts for old in before}.get(row.number, {})
        return replace(row, texts=self._texts(fields, stored, row.texts))

    def _texts(
        self,
        fields: Collection[Field],
        before: Mapping[str, str],
        after: Mapping[str, str],
    ) -> dict[str, str]:
        texts = dict(after)
        for spec in fields:
            stored = before.get(spec.name, "")
            given = after.get(spec.name, "")
            if spec.kind.name == "file":
                texts.pop(spec.name, None)
                # The file's name says that there is a document: the stored one stays.
                if given and stored:
                    texts[spec.name] = stored

                continue

            is_changed = stored not in ("", given)
            if is_changed and self._is_rewritten(stored, given):
                texts[spec.name] = stored

        return texts

    def _is_rewritten(self, stored: str, given: str) -> bool:
        """Whether the program makes the file's text of the stored one; then it counts."""
        habit = explain(stored, given)
        if habit is None or habit.name in _ANYTHING:
            return False

        # Another program's habit is no excuse: somebody made that change.
        if habit.name not in self.habits:
            return False

        self.kept[habit.says] += 1
        return True

    def note(self) -> str | None:
        """What was kept, in one sentence."""
        if not self.kept:
            return None

        cells = self.kept.total()
        stay = "1 cell stays"
        if cells != 1:
            stay = f"{cells:,} cells stay"

        counts = [f"{says} ({count:,})" for says, count in self.kept.most_common()]

        return f"{stay} as stored. A program changed the file: {', '.join(counts)}."


def _reasons(before: Record, after: Record) -> dict[tuple[CellKey, str], str]:
    """The reasons of kept warnings whose cells say what they said."""
    reasons = {}
    for (cell, code), reason in before.kept.items():
        is_unchanged = text_at(before, cell) == text_at(after, cell)
        if is_unchanged:
            reasons[cell, code] = reason

    return reasons
