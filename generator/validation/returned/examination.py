"""Finds out what programs did to the tables of a package, and writes the tables as they
were.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from forms_spec.findings.catalogue import finding
from forms_spec.model.captured_data import LOG
from forms_spec.model.study import Study
from generator.package.csv_records import CsvRecord
from generator.package.source import PackageSource
from generator.rewritings import explain
from generator.tables import layout
from generator.validation.audit_trail import (
    CHAINS,
    CHANGE,
    IDLE,
    SAVES,
    SITES,
    STATUS,
    VERSION,
    Column,
    compared,
    compared_columns,
    is_change_apart,
    is_idle,
    table_of,
)
from generator.validation.report.report import Collector, Reported
from generator.validation.returned.comparison import (
    STAMPS,
    CellComparison,
    SaveComparison,
)
from generator.validation.returned.expectations import Known, expectations, known_of
from generator.validation.returned.witness import Save, TrailChange, Witness
from generator.validation.returned.write_table import in_words, write_table
from generator.validation.returned_table import TableReturn
from generator.validation.table_plan import TablePlan


@dataclass(kw_only=True)
class Examination:
    """Goes through the tables of a package that are not as they were exported.

    ``suspects`` are the tables to look at, those that ``changed`` by their hash among
    them. ``differing`` are the columns that are not what the trail says, None without a
    trail. ``stated`` are the hashes by table. ``patterns`` are earlier ones of subject
    numbers. Findings on single cells and rows go to ``collector``.
    """

    study: Study
    source: PackageSource
    plans: Sequence[TablePlan]
    suspects: Collection[str]
    changed: Collection[str]
    differing: frozenset[Column] | None
    stated: Mapping[str, str]
    folder: Path
    collector: Collector
    patterns: Sequence[str] = ()
    known: Known = field(init=False)

    def __post_init__(self) -> None:
        self.known = Known(patterns=self.patterns)

    def run(self) -> tuple[TableReturn, ...]:
        """Every suspect, in the order of the package."""
        with closing(Witness(self.folder)) as witness:
            if self.differing is not None:
                self._hear(witness)
                self._missing_saves(witness)
                self._missing_changes(witness)

            suspects = [plan for plan in self.plans if plan.name in self.suspects]
            tables = [self._scanned(plan) for plan in suspects]

            for table in tables:
                if table.broken:
                    continue

                self._compare(table, witness)
                stated = self.stated.get(table.plan.name, "")
                write_table(table, witness, self.collector, self.folder, stated)

        return tuple(tables)

    # The trail

    def _hear(self, witness: Witness) -> None:
        """The trail's last values; its own keys are restored first."""
        plan = self._trail
        trail = TableReturn(plan=plan, source=self.source, changed=False)
        trail.find_delimiter()
        self.known = self._known(trail)
        trail.scan(expectations(plan, self.study, self.known))

        differing = self.differing or frozenset()
        known = frozenset(compared_columns(self.plans))
        has_broken_chains = CHAINS in differing

        def is_wanted(column: Column) -> bool:
            if column in differing:
                return True

            return has_broken_chains and is_change_apart(column, known)

        witness.take(_changes(trail, is_wanted))

        # A trail without a line that can be read is no witness.
        if not witness.changes:
            self.differing = None

    @property
    def _trail(self) -> TablePlan:
        return next(plan for plan in self.plans if plan.name == layout.AUDIT)

    def _known(self, trail: TableReturn) -> Known:
        pairs: set[tuple[str, str]] = set()
        with trail.records() as records:
            header = records.next()
            names = header.cells if header else []
            if not {layout.SITE, layout.SUBJECT} <= set(names):
                return self.known

            site = names.index(layout.SITE)
            subject = names.index(layout.SUBJECT)

            for record in records:
                if len(record.cells) == len(names):
                    pairs.add((record.cells[site], record.cells[subject]))

        is_as_exported = layout.AUDIT not in self.changed

        return known_of(self.study, pairs, self.patterns, every=is_as_exported)

    # The tables

    def _scanned(self, plan: TablePlan) -> TableReturn:
        is_witnessed = self.differing is not None
        table = TableReturn(
            plan=plan,
            source=self.source,
            changed=plan.name in self.changed,
            heard=is_witnessed,
        )
        expected = expectations(plan, self.study, self.known)

        # What the trail tells needs no guess from the looks of a column.
        if is_witnessed:
            for name in STAMPS if plan.name == layout.FORMS else compared(plan):
                expected.pop(name, None)

        table.scan(expected)
        if not table.broken:
            tally_columns(table)

        return table

    def _compare(self, table: TableReturn, witness: Witness) -> None:
        """Every cell with the trail's last value."""
        match table.plan.name:
            case layout.SUBJECTS:
                self._sites(table, witness)
            case layout.AUDIT:
                self._idle(table)
            case layout.FORMS:
                self._compare_saves(table, witness)

        differing = self.differing or frozenset()
        plan = table.plan
        if plan.table and table.heard:
            _compare_cells(table, witness, differing)

        table.repeated = witness.repeated[plan.name]

        # A column that agrees has a cell for every row.
        if plan.table and plan.name in map(table_of, differing):
            self._unseen(table, witness)

    def _compare_saves(self, table: TableReturn, witness: Witness) -> None:
        """Every version, time stamp and status with the last save."""
        if not witness.changes:
            return

        forms = _forms_of(self.differing or ())
        _compare_rows(table, SaveComparison(table, witness, self.collector, forms))
        self._unseen_forms(table, witness)

    def _sites(self, table: TableReturn, witness: Witness) -> None:
        """Subjects whose forms were saved at another site."""
        if SITES not in (self.differing or ()):
            return

        for _, row in _whole_rows(table):
            subject, there = row.get(layout.SUBJECT, ""), row.get(layout.SITE, "")
            here, line = witness.site(subject) or (there, 0)
            if here == there:
                continue

            # The line of the first save there is what a person has to look at.
            result = finding("other-site", value=subject, here=here, there=there)
            self.collector.add(
                Reported(
                    finding=result,
                    file=self._trail.path,
                    table=layout.AUDIT,
                    row=line,
                    field=layout.SITE,
                    key={layout.SITE: here, layout.SUBJECT: subject},
                )
            )

    def _idle(self, table: TableReturn) -> None:
        """Changes in which a value was erased."""
        if IDLE not in (self.differing or ()):
            return

        for line, change in _whole_rows(table):
            if not is_idle(change):
                continue

            result = finding(
                "change-erased", value=change["new"], field=change["field"]
            )
            key: dict[str, str | int] = {}
            for name in layout.FORM_KEY[:-1]:
                key[name] = change.get(name, "")

            self.collector.add(
                Reported(
                    finding=result,
                    file=table.plan.path,
                    table=layout.AUDIT,
                    row=line,
                    field="new",
                    key=key,
                )
            )

    def _missing_saves(self, witness: Witness) -> None:
        """Versions of forms that the trail skips."""
        if SAVES not in (self.differing or ()):
            return

        for save in witness.saves_after_a_gap():
            missing = finding(
                "save-missing",
                value=save.form,
                version=save.version,
                missing=int(save.version) - 1,
            )
            self.collector.add(
                Reported(
                    finding=missing,
                    file=self._trail.path,
                    table=layout.AUDIT,
                    row=save.line,
                    field=VERSION,
                    key=_form_key(save),
                )
            )

    def _missing_changes(self, witness: Witness) -> None:
        """Changes that do not go on from where the change before them ended."""
        is_rewritten = layout.AUDIT in self.changed

        for change, before in witness.broken_links():
            # A program that saved the file spells both sides of a change its own way.
            if is_rewritten and _are_spellings(before, change.old):
                continue

            missing = finding(
                "change-missing",
                value=change.form,
                version=change.version,
                field=change.field,
                old=in_words(change.old),
                before=in_words(before),
            )
            key = _form_key(change)
            if change.rowno:
                key[layout.ROW] = change.rowno

            self.collector.add(
                Reported(
                    finding=missing,
                    file=self._trail.path,
                    table=layout.AUDIT,
                    row=change.line,
                    field="old",
                    key=key,
                )
            )

    def _unseen_forms(self, table: TableReturn, witness: Witness) -> None:
        """Forms that were saved, and that ``forms.csv`` does not have."""
        path = table.plan.path
        for save in witness.unseen_forms():
            gone = finding("form-gone", value=save.form, path=path)
            self.collector.add(
                Reported(
                    finding=gone, file=path, table=layout.FORMS, key=_form_key(save)
                )
            )
            table.edited += 1

    def _unseen(self, table: TableReturn, witness: Witness) -> None:
        """Rows that were saved, and that the table does not have."""
        name, path = table.plan.name, table.plan.path
        for (_, subject, visit, unsno, rowno), count in witness.unseen(name):
            if not self._has_place(table, visit):
                continue

            key: dict[str, str | int] = {
                layout.SUBJECT: subject,
                layout.VISIT: visit,
                layout.UNSNO: unsno,
            }
            if rowno:
                key[layout.ROW] = rowno

            result = finding("row-gone", value=subject, path=path, count=count)
            self.collector.add(Reported(finding=result, file=path, table=name, key=key))
            table.edited += 1

    @staticmethod
    def _has_place(table: TableReturn, visit: str) -> bool:
        # A form that an amendment moved between a visit and the log keeps its answers
        # in the trail, and has no row in a table any more.
        assert table.plan.table is not None
        return table.plan.table.form.log == (visit == LOG)


def _whole_rows(table: TableReturn) -> Iterator[tuple[int, dict[str, str]]]:
    """The line and the cells of every row with as many cells as the header, its key
    restored.
    """
    with table.records() as records:
        records.next()
        for record in records:
            if len(record.cells) != len(table.header):
                continue

            row = dict(zip(table.header, record.cells, strict=True))
            yield record.line, row | table.restored_keys(record.cells)


def _are_spellings(left: str, right: str) -> bool:
    """Whether a program may have written one of two texts as the other."""
    return bool(explain(left, right) or explain(right, left))


def _form_key(save: Save | TrailChange) -> dict[str, str | int]:
    return {
        layout.SITE: save.site,
        layout.SUBJECT: save.subject,
        layout.VISIT: save.visit,
        layout.UNSNO: save.unsno,
    }


def _compare_cells(
    table: TableReturn, witness: Witness, differing: Collection[Column]
) -> None:
    """Every cell with its last value; a column that agrees only bears witness."""
    differ: list[str] = []
    others: list[str] = []
    for name in compared(table.plan):
        if name not in table.header:
            continue

        if (table.plan.name, name) in differing:
            differ.append(name)
        else:
            others.append(name)

    _compare_rows(table, CellComparison(table, witness, differ, others))


def _compare_rows(
    table: TableReturn, comparison: CellComparison | SaveComparison
) -> None:
    with table.records() as records:
        # The header is no row.
        records.next()
        for record in records:
            if any(record.cells):
                comparison.row(record)

    comparison.settle()


def tally_columns(table: TableReturn) -> None:
    """The cells that a list or a grammar speaks of."""
    for name, habits in table.habits.items():
        for habit in habits.habits():
            tally = table.tally(name, habit.rewriting.name)
            tally.now = habit.example
            tally.before = habits.restored(habit.example) or ""

            # A cell that could have been either of two texts is lost.
            if habit.sure:
                tally.restored += habit.cells
            else:
                tally.lost += habit.cells


def _changes(
    trail: TableReturn, is_wanted: Callable[[Column], bool]
) -> Iterator[tuple[TrailChange | None, Save]]:
    """The lines of the trail; only the wanted columns are kept cell by cell."""
    names = trail.header
    needed = {*CHANGE, *layout.FORM_KEY, "version", *STAMPS}
    if trail.broken or not needed <= set(names):
        return

    with trail.records() as records:
        records.next()
        for record in records:
            if len(record.cells) == len(names):
                yield _change(trail, record, is_wanted)


def _change(
    trail: TableReturn, record: CsvRecord, is_wanted: Callable[[Column], bool]
) -> tuple[TrailChange | None, Save]:
    values = dict(zip(trail.header, record.cells, strict=True)) | trail.restored_keys(
        record.cells
    )
    place = values[layout.SUBJECT], values[layout.VISIT], values[layout.UNSNO]
    version = values["version"]
    save = Save(
        *place,
        values["form"],
        version,
        values["saved_at"],
        values["saved_by"],
        values[layout.SITE],
        record.line,
    )
    column = values["table"], values["field"]
    if not is_wanted(column):
        return None, save

    change = TrailChange(
        table=column[0],
        subject=save.subject,
        visit=save.visit,
        unsno=save.unsno,
        form=save.form,
        rowno=values[layout.ROW],
        field=column[1],
        version=int(version) if version.isdecimal() else 0,
        old=values["old"],
        new=values["new"],
        site=save.site,
        line=save.line,
    )

    return change, save


def _forms_of(differing: Collection[Column]) -> frozenset[str]:
    """The forms of which a status is not what the trail says."""
    return frozenset(form for form, field in differing if field == STATUS)
