"""The cells of a table beside the last values of the audit trail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from forms_spec.findings.catalogue import finding
from generator.package.csv_records import CsvRecord
from generator.rewritings import REWRITINGS, explain
from generator.rewritings.columns import of_other_kind
from generator.rewritings.known import BY_NAME
from generator.tables import layout
from generator.validation.audit_trail import (
    NO_KEY,
    ROW_KEY,
    STATUS,
    STATUS_KEY,
    STATUS_WORDS,
    VERSION,
    VERSION_KEY,
)
from generator.validation.report.report import Collector, Reported
from generator.validation.returned.witness import RowPlace, TrailDifference, Witness
from generator.validation.returned_table import TableReturn

_REMEMBERED = 1 << 14
STAMPS = ("saved_at", "saved_by")
_CODES_OF_STATUS = {word: code for code, word in STATUS_WORDS.items()}


class Told(NamedTuple):
    """Cells of a column that one habit explains, or none (``habit`` is empty)."""

    field: str
    habit: str
    sure: bool


class Comparison:
    """Finds the cells that differ, and what explains them."""

    def __init__(self, table: TableReturn, witness: Witness) -> None:
        self.table = table
        self.witness = witness
        self._counts: Counter[Told] = Counter()
        self._examples: dict[tuple[str, str], tuple[str, str]] = {}
        self._untouched: dict[str, tuple[frozenset[str], frozenset[str]]] = {}

    def cell(
        self, line: int, name: str, before: str, now: str, *, stamp: bool = False
    ) -> None:
        """One cell.

        A time stamp is known by its form and version, whatever is left of it.
        """
        if before == now:
            self.same(name, now)
            return

        _, other_kinds = self._spared(now)
        self.table.mixed.setdefault(name, set()).update(other_kinds)

        rewriting = explain(before, now)
        habit = rewriting.name if rewriting else ""
        is_certain = bool(habit) and (stamp or is_sure(habit, before, now))
        self._counts[Told(name, habit, is_certain)] += 1
        self._examples.setdefault((name, habit), (before, now))

        difference = TrailDifference(
            self.table.plan.name, line, name, before, habit, is_certain
        )
        self.witness.differ(difference)

    def same(self, name: str, text: str) -> None:
        """A cell that is as it was."""
        spared, mixed = self._spared(text)
        self.table.spared.setdefault(name, set()).update(spared)
        self.table.mixed.setdefault(name, set()).update(mixed)

    def _spared(self, text: str) -> tuple[frozenset[str], frozenset[str]]:
        """The rewritings that would change a text, and those that leave a column alone
        for its sake.
        """
        if text not in self._untouched:
            # A column of free texts has as many as it has cells.
            if len(self._untouched) >= _REMEMBERED:
                self._untouched.clear()

            spared = [item.name for item in REWRITINGS if item.untouched(text)]
            self._untouched[text] = frozenset(spared), frozenset(of_other_kind(text))

        return self._untouched[text]

    def settle(self) -> None:
        """Every cell was seen: what a program would have done to other cells, too, was
        no program.
        """
        for (name, habit, sure), count in self._counts.items():
            is_spared = habit in self.table.spared.get(name, ())
            if not habit or is_spared:
                self.table.edited += count
                continue

            tally = self.table.tally(name, habit)
            tally.before, tally.now = self._examples[name, habit]
            if sure:
                tally.restored += count
            else:
                tally.lost += count


def is_sure(habit: str, before: str, now: str) -> bool:
    """True where the cell still says the same.

    Lines are left as they are, so that places stay right.
    """
    return BY_NAME[habit].keeps and before.count("\n") == now.count("\n")


class CellComparison(Comparison):
    """The answers of a form's own table or of a repeating group's."""

    def __init__(
        self,
        table: TableReturn,
        witness: Witness,
        fields: Sequence[str],
        others: Sequence[str],
    ) -> None:
        """``fields`` differ somewhere, ``others`` are as the trail says."""
        super().__init__(table, witness)
        plan = table.plan
        assert plan.table is not None
        self._form = plan.table.form.name
        self._fields = [(name, table.header.index(name)) for name in fields]
        self._others = [(name, table.header.index(name)) for name in others]

    def row(self, record: CsvRecord) -> None:
        for name, index in self._others:
            self.same(name, record.cells[index])

        if not self._fields:
            return

        # Of a form that nobody saved, the trail has no values to compare with.
        place = row_place(self.table, record.cells)
        _, subject, visit, unsno, _ = place
        if not self.witness.knows_form((subject, visit, unsno, self._form)):
            return

        values = self.witness.values(place)
        for name, index in self._fields:
            self.cell(record.line, name, values.get(name, ""), record.cells[index])


def row_place(table: TableReturn, cells: Sequence[str]) -> RowPlace:
    """Which row of which table, by its restored key."""
    keys = table.restored_keys(cells)
    columns = table.key_columns
    subject, visit, unsno, rowno = (
        keys.get(name, "") if name in columns else NO_KEY[name] for name in ROW_KEY
    )

    return table.plan.name, subject, visit, unsno, rowno


class SaveComparison(Comparison):
    """When each form was saved, by whom and how far it was; forms that nobody saved are
    findings.
    """

    def __init__(
        self,
        table: TableReturn,
        witness: Witness,
        collector: Collector,
        differing: Collection[str],
    ) -> None:
        """``differing`` are the forms of which a status is not what the trail says."""
        super().__init__(table, witness)
        self._collector = collector
        self._differing = differing if STATUS in table.header else ()

    def row(self, record: CsvRecord) -> None:
        cells = dict(zip(self.table.header, record.cells, strict=True))
        key = cells | self.table.restored_keys(record.cells)
        subject, visit, unsno, form = (key.get(name, "") for name in VERSION_KEY)
        place = (subject, visit, unsno, form)

        last = self.witness.last_save(place)
        if last is None:
            self._unsaved(record.line, key)
            return

        if form in self._differing:
            self._status(record.line, key)

        self.witness.see_form(place)

        version = key.get(VERSION, "")
        if version != last.version and VERSION in cells:
            self.cell(record.line, VERSION, last.version, version)

        stamps = {"saved_at": last.saved_at, "saved_by": last.saved_by}
        for name, before in stamps.items():
            if name in cells:
                self.cell(record.line, name, before, cells[name], stamp=True)

    def _status(self, line: int, key: Mapping[str, str]) -> None:
        place = [key.get(name, "") for name in STATUS_KEY[:-1]]
        subject, visit, unsno, form = place
        values = self.witness.values((layout.FORMS, subject, visit, unsno, form))
        word = values.get(STATUS, "")
        if not word or STATUS_WORDS.get(key[STATUS]) == word:
            return

        code = _CODES_OF_STATUS.get(word, word)
        self.table.edited += 1
        self.witness.differ(
            TrailDifference(self.table.plan.name, line, STATUS, code, "", False)
        )

    def _unsaved(self, line: int, key: Mapping[str, str]) -> None:
        plan = self.table.plan
        result = finding("form-without-trail", value=key.get("form", ""))
        named: dict[str, str | int] = {
            name: key.get(name, "") for name in layout.FORM_KEY[:-1]
        }
        self._collector.add(
            Reported(
                finding=result,
                file=plan.path,
                table=plan.name,
                row=line,
                field="form",
                key=named,
            )
        )
