"""What other programs did to a file of records: told once, and undone in memory where it is beyond doubt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from forms_spec.catalogue import finding
from forms_spec.findings import Finding
from generator.redcap.record_expected import ColumnExpected
from generator.redcap.sheet import Row, Sheet
from generator.rewritings import REWRITINGS, ColumnHabits, Expected, RowNumbers, saved_by
from generator.rewritings.known import BY_NAME
from generator.rewritings.numbers import has_zeros_in_front, is_exponent, number, plain
from generator.rewritings.texts import NOTHING

LABELS, ROW_NUMBERS, BLANKS = "labels", "row-numbers", "blank-became-na"
_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?", re.ASCII)
"""A number of which only the sign or the zeros can be spelled otherwise: ``1,805`` may be one and a bit."""

BINARY_DIGITS = 15
MOST_COLUMNS = 12
"""So many columns are named for one habit, and the others counted."""

_SAYS = {
    LABELS: "labels for codes",
    ROW_NUMBERS: "rows are counted",
    "zeros-gone": "zeros in front are gone",
}
_MAY_SAY = {
    "zeros-gone": "zeros in front may be gone",
    "digits-lost": "digits of long numbers may be others",
}
_ORDER = {name: at for at, name in enumerate((LABELS, ROW_NUMBERS, *(one.name for one in REWRITINGS)))}


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """The columns of a file: the record id, and where one line holds one value, the fields and the values."""

    record: str
    field: str | None = None
    value: str | None = None

    def logical(self, row: Row, column: str) -> str:
        """The column of a flat export that a cell belongs to; none for what says where a value belongs."""
        if self.field is None or column == self.record:
            return column
        return row[self.field].strip() if column == self.value else ""


@dataclass(kw_only=True)
class Tally:
    """The cells of one column that one habit explains; ``row`` is the first, which says ``now``."""

    cells: int = 0
    row: int = 0
    now: str = ""
    before: str | None = None

    def add(self, row: int, now: str, before: str | None = None) -> None:
        if not self.cells:
            self.row, self.now, self.before = row, now, before
        self.cells += 1

    @property
    def example(self) -> str:
        if self.before is None:
            return f' ("{self.now}")'
        return f' ("{self.now}" is {self.before or "a blank"})'


Tallies = dict[str, dict[str, Tally]]
"""By habit and column."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """The file as it was, as far as that is beyond doubt, and what was done to it.

    ``nothing`` are the words that stand for a blank in this file: such a word is one also where it could
    be a missing code, as long as a row holds nothing else of its form. ``doubtful`` are the columns in which
    nobody can tell the two apart, ``row_numbers`` is the column in which a program counts the rows.
    """

    sheet: Sheet
    findings: tuple[Finding, ...] = ()
    nothing: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()
    row_numbers: str | None = None


def restored(sheet: Sheet, expected: Mapping[str, ColumnExpected], layout: Layout) -> Restored:
    """Looks at the columns as wholes. Never raises for what they say."""
    return _Examination(sheet=sheet, expected=expected, layout=layout).result()


@dataclass(kw_only=True)
class _Examination:
    sheet: Sheet
    expected: Mapping[str, ColumnExpected]
    layout: Layout
    habits: dict[str, ColumnHabits] = field(default_factory=dict)
    texts: dict[str, Counter[str]] = field(default_factory=dict)
    undone: Tallies = field(default_factory=dict)
    lost: Tallies = field(default_factory=dict)
    nothing: frozenset[str] = frozenset()
    explained: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def result(self) -> Restored:
        for column, text, _ in self._cells(self.sheet.rows):
            self.texts.setdefault(column, Counter())[text] += 1
        for column, texts in self.texts.items():
            self.habits[column] = self._habits(column, texts)
        self.nothing = frozenset(self._words_for_nothing())
        rows = tuple(self._row(row) for row in self.sheet.rows)
        row_numbers = self._row_numbers()
        if any(self.undone.values()):
            self._suspicions()
        return Restored(
            sheet=replace(self.sheet, rows=rows),
            findings=tuple(self._findings()),
            nothing=self.nothing,
            doubtful=frozenset(self._doubtful()),
            row_numbers=row_numbers,
        )

    def _cells(self, rows: Iterable[Row]) -> Iterator[tuple[str, str, Row]]:
        """Every cell of a column that is read, with the column that it belongs to."""
        for row in rows:
            for physical, text in row.cells.items():
                column = self.layout.logical(row, physical)
                if column in self.expected or physical == self.layout.record:
                    yield column, text, row

    def _habits(self, column: str, texts: Counter[str]) -> ColumnHabits:
        """What explains a column; labels are nobody's habit but REDCap's own."""
        spec = self.expected.get(column, _RECORD_ID)
        found = ColumnHabits(expected=spec.expected)
        for text, count in texts.items():
            if spec.expected.accepts(text) or spec.by_label(text) is None:
                found.add(text.strip() if text.strip() in NOTHING else text, count)
        return found

    def _words_for_nothing(self) -> Iterator[str]:
        """``NA`` where it cannot be an answer, or where a column holds nothing else."""
        for column, texts in self.texts.items():
            words = {text for text in texts if text.strip() in NOTHING}
            accepts = self.expected.get(column, _RECORD_ID).expected.accepts
            missing = self.expected.get(column, _RECORD_ID).expected.missing
            for word in words:
                alone = len(texts) == 1 and texts[word] > 1
                if not accepts(word) or (alone and word not in missing):
                    yield word.strip()

    def _doubtful(self) -> Iterator[str]:
        """Columns that take a word for a missing code, and that have no blank beside it."""
        for column, texts in self.texts.items():
            spec = self.expected.get(column)
            if spec is None or not self.nothing & set(spec.expected.missing) & set(texts):
                continue
            if BLANKS not in self.habits[column].spared:
                yield column

    # The rows as they were

    def _row(self, row: Row) -> Row:
        cells = {physical: self._cell(row, physical, text) for physical, text in row.cells.items()}
        return replace(row, cells=cells)

    def _cell(self, row: Row, physical: str, text: str) -> str:
        column = self.layout.logical(row, physical)
        if physical == self.layout.record:
            return self._record(row, column, text)
        spec = self.expected.get(column)
        if spec is None or not text:
            return text
        if self._is_nothing(column, text):
            return self._undo(BLANKS, row, column, text, "")
        if spec.expected.accepts(text):
            return text
        if (code := spec.by_label(text)) is not None:
            return self._undo(LABELS, row, column, text, code)
        return self._rewritten(row, column, text)

    def _is_nothing(self, column: str, text: str) -> bool:
        """Whether a word stands for a blank, as others of its kind in this file do."""
        word, expected = text.strip(), self.expected[column].expected
        if word not in self.nothing or word in expected.missing:
            return False
        return not expected.accepts(text) or self.habits[column].may_be_blank(word)

    def _rewritten(self, row: Row, column: str, text: str) -> str:
        """A failing text as it was; as it is where that is not beyond doubt."""
        habits = self.habits[column]
        if (column, text) not in self.explained:
            self.explained[column, text] = _explaining(habits, text)
        explained = self.explained[column, text]
        if explained is None or (explained == "number-respelled" and not _PLAIN.fullmatch(text)):
            return text
        before = habits.restored(text)
        if before is None:
            self.lost.setdefault(explained, {}).setdefault(column, Tally()).add(row.number, text)
            return text
        return self._undo(explained, row, column, text, before)

    def _record(self, row: Row, column: str, text: str) -> str:
        """A record id that a program took for a number: ``1e+05``, or ``1.0`` where all of them are so."""
        word = text.strip()
        if word in self.nothing and number(word) is None:
            return self._undo(BLANKS, row, column, text, "")
        value = number(word)
        if value is None or value != value.to_integral_value():
            return text
        if is_exponent(word) and "e+" in word:
            return self._undo("exponent", row, column, text, plain(value))
        if word.endswith(".0") and all(one.strip().endswith(".0") for one in self.texts[column] if one):
            return self._undo("point-zero", row, column, text, plain(value))
        return text

    def _undo(self, habit: str, row: Row, column: str, text: str, before: str) -> str:
        self.undone.setdefault(habit, {}).setdefault(column, Tally()).add(row.number, text, before)
        return before

    # What cannot be undone

    def _row_numbers(self) -> str | None:
        name = self.sheet.headers[0] if self.sheet.headers else ""
        if name in self.expected or name == self.layout.record:
            return None
        counter = RowNumbers(name=name)
        for row in self.sheet.rows:
            counter.add(row.extra.get(name, row[name]))
        if not counter.proven:
            return None
        tally = Tally(cells=len(self.sheet.rows), row=1, now=name)
        self.undone.setdefault(ROW_NUMBERS, {})[name or "the first column"] = tally
        return name

    def _suspicions(self) -> None:
        """Texts that the same program would have rewritten too, and that nothing can give back."""
        zeros = "zeros-gone" in self.undone or "zeros-gone" in self.lost
        for column, texts in self.texts.items():
            spec = self.expected.get(column)
            said = {text: count for text, count in texts.items() if text and text not in self.nothing}
            if spec is None or spec.expected.kind != "text" or spec.expected.texts or not said:
                continue
            if any(number(text) is None for text in said):
                continue
            self._suspect("digits-lost", column, _may_have_lost_digits)
            if zeros and not any(has_zeros_in_front(text) for text in said):
                self._suspect("zeros-gone", column, _may_have_lost_zeros)

    def _suspect(self, habit: str, column: str, wanted: Callable[[str], bool]) -> None:
        for name, text, row in self._cells(self.sheet.rows):
            if name == column and text and text not in self.nothing and wanted(text):
                self.lost.setdefault(habit, {}).setdefault(column, Tally()).add(row.number, text)

    # What is said

    def _findings(self) -> Iterator[Finding]:
        cells: Counter[str] = Counter()
        for tallies in (self.undone, self.lost):
            cells.update({name: sum(one.cells for one in held.values()) for name, held in tallies.items()})
        if cells.pop(LABELS, 0):
            cause = "This file was exported with labels"
            yield self._finding("redcap-rewritten", cause, self.undone, (LABELS,))
        spared = [one.decisive for column, one in self.habits.items() if column in self.expected]
        for suspect in saved_by(cells, frozenset().union(*spared)):
            cause = f"This file was saved by {suspect.said}"
            if any(name in self.undone for name in suspect.habits):
                yield self._finding("redcap-rewritten", cause, self.undone, suspect.habits)
            if any(name in self.lost for name in suspect.habits):
                yield self._finding("redcap-values-lost", cause, self.lost, suspect.habits)

    def _finding(self, code: str, cause: str, tallies: Tallies, habits: Collection[str]) -> Finding:
        named = [name for name in sorted(habits, key=_ORDER.__getitem__) if name in tallies]
        column, first = min(
            ((column, one) for name in named for column, one in tallies[name].items()),
            key=lambda pair: (pair[1].row, self.sheet.places.get(pair[0], 0)),
        )
        place = self.sheet.place(first.row, column if column in self.sheet.places else self.layout.value)
        says = _says if tallies is self.undone else _may_say
        what = "; ".join(
            f"{says(name)}{self._example(tallies[name])} in {self._columns(tallies[name])}" for name in named
        )
        cells = sum(one.cells for name in named for one in tallies[name].values())
        return finding(code, text=place, value=column, cause=cause, cells=_cells(cells), what=what)

    def _example(self, held: Mapping[str, Tally]) -> str:
        """What the first of the cells says, and what it is read as."""
        _, first = min(held.items(), key=lambda pair: (pair[1].row, self.sheet.places.get(pair[0], 0)))
        return first.example

    def _columns(self, held: Mapping[str, Tally]) -> str:
        """``w (31 cells from row 2), n (row 4)``"""
        ordered = sorted(held.items(), key=lambda pair: self.sheet.places.get(pair[0], 0))
        named = [
            f"{column} ({'' if one.cells == 1 else f'{_cells(one.cells)} from '}row {one.row})"
            for column, one in ordered[:MOST_COLUMNS]
        ]
        if rest := ordered[MOST_COLUMNS:]:
            columns = f"{len(rest):,} more column{'' if len(rest) == 1 else 's'}"
            named.append(f"{columns} ({_cells(sum(one.cells for _, one in rest))})")
        return ", ".join(named)


def _cells(count: int) -> str:
    return f"{count:,} cell{'' if count == 1 else 's'}"


def _may_have_lost_digits(text: str) -> bool:
    return is_exponent(text) or sum(one.isdigit() for one in text) > BINARY_DIGITS


def _may_have_lost_zeros(text: str) -> bool:
    return text.isdecimal() and len(text) <= BINARY_DIGITS


def _explaining(habits: ColumnHabits, text: str) -> str | None:
    """The surest rewriting that explains a text."""
    alone = ColumnHabits(expected=habits.expected)
    alone.add(text)
    names = (one.rewriting.name for one in alone.habits())
    return next((name for name in names if name not in habits.spared), None)


def _says(habit: str) -> str:
    return _SAYS.get(habit) or BY_NAME[habit].says


def _may_say(habit: str) -> str:
    return _MAY_SAY.get(habit) or _says(habit)


_RECORD_ID = ColumnExpected(expected=Expected(accepts=lambda text: text.strip() not in NOTHING))
