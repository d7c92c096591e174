"""What other programs did to a file of records, and the file as it was where that is
beyond doubt.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from forms_spec.findings.finding import Finding
from generator.redcap.reading.csv_sheet import CsvSheet, SheetRow
from generator.redcap.records.causes import LABELS, Causes, HabitTally
from generator.redcap.records.expectations import ColumnExpected
from generator.rewritings import ColumnHabits, Expected, RowNumbers
from generator.rewritings.numbers import (
    has_zeros_in_front,
    is_exponent,
    is_surely_decimal_comma,
    number,
    plain,
)
from generator.rewritings.texts import NOTHING

BLANKS, ERASED = "blank-became-na", "code-erased"
BINARY_DIGITS = 15
BLOCK = 256
_SIGNED = re.compile(r"[eE]\+[0-9]+$", re.ASCII)
"""The exponent of a program: people call a record 1E5, and none of them 1E+05."""

_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?", re.ASCII)
"""A number of which only the sign or the zeros can be spelled otherwise: ``1,805`` may
be one and a bit.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """The columns of a file: the record id, and where one line holds one value, the
    fields and the values.
    """

    record: str
    field: str | None = None
    value: str | None = None

    def logical(self, row: SheetRow, column: str) -> str:
        """The column of a flat export that a cell belongs to; none for what says where
        a value belongs.
        """
        if self.field is None or column == self.record:
            return column

        if column == self.value:
            return row[self.field].strip()

        return ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RestoredSheet:
    """The file as it was, as far as that is beyond doubt, and what was done to it.

    ``nothing`` are the words that stand for a blank in this file: such a word is one
    also where it could be a missing code, as long as a row holds nothing else of its
    form. ``doubtful`` are the columns in which nobody can tell the two apart,
    ``unsure`` the failing texts by column that a finding has told already;
    ``row_numbers`` is the column in which a program counts the rows. ``habits`` is all
    that the program is known to do.
    """

    sheet: CsvSheet
    findings: tuple[Finding, ...] = ()
    nothing: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()
    unsure: frozenset[tuple[str, str]] = frozenset()
    row_numbers: str | None = None
    habits: frozenset[str] = frozenset()


def restored(
    sheet: CsvSheet, expected: Mapping[str, ColumnExpected], layout: Layout
) -> RestoredSheet:
    """Looks at the columns as wholes. Never raises for what they say."""
    return _Examination(sheet=sheet, expected=expected, layout=layout).result()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Change:
    """What a program did to a text; ``before`` is what it was, None where that is not
    known.
    """

    habit: str
    before: str | None


@dataclass(kw_only=True)
class _Examination:
    """``texts`` are the different texts of each column with their counts, ``changes``
    those to be undone.
    """

    sheet: CsvSheet
    expected: Mapping[str, ColumnExpected]
    layout: Layout
    texts: dict[str, Counter[str]] = field(default_factory=dict)
    habits: dict[str, ColumnHabits] = field(default_factory=dict)
    changes: dict[str, dict[str, _Change]] = field(default_factory=dict)
    nothing: frozenset[str] = frozenset()

    def result(self) -> RestoredSheet:
        """Looks at the columns, then goes through the rows once more to undo."""
        self.causes = Causes(sheet=self.sheet, value=self.layout.value)
        row_numbers = self._row_numbers()
        self.texts = self._texts()

        # Most files are as REDCap wrote them, and need no second look.
        if row_numbers is None and not any(map(self._looks_odd, self.texts)):
            return RestoredSheet(sheet=self.sheet)

        self.habits = {
            column: self._habits(column, texts) for column, texts in self.texts.items()
        }
        self.nothing = frozenset(self._words_for_nothing())

        for column, texts in self.texts.items():
            self.changes[column] = self._changes(column, texts)

        rows = tuple(self._row(row) for row in self.sheet.rows)
        self._tell()

        return RestoredSheet(
            sheet=replace(self.sheet, rows=rows),
            findings=tuple(self.causes.findings()),
            nothing=self.nothing,
            doubtful=frozenset(self._doubtful()),
            unsure=frozenset(self._unsure()),
            row_numbers=row_numbers,
            habits=self.causes.habits(),
        )

    def _texts(self) -> dict[str, Counter[str]]:
        """The different texts of every column that is read."""
        rows, layout = self.sheet.rows, self.layout
        read = {*self.expected, layout.record} & set(self.sheet.places)
        texts: dict[str, Counter[str]] = {column: Counter() for column in read}

        # Whole columns of a block of rows: a look-up per cell takes twice as long, and
        # all rows at once do not fit into the processor's cache.
        for start in range(0, len(rows), BLOCK):
            block = [row.cells.values() for row in rows[start : start + BLOCK]]
            for column, cells in zip(
                self.sheet.places, zip(*block, strict=True), strict=True
            ):
                if column in read:
                    texts[column].update(cells)

        if layout.value is not None:
            for row in rows:
                column = layout.logical(row, layout.value)
                if column in self.expected:
                    texts.setdefault(column, Counter())[row[layout.value]] += 1

        return texts

    def _spec(self, column: str) -> ColumnExpected:
        return self.expected.get(column, _RECORD_ID)

    def _looks_odd(self, column: str) -> bool:
        """Whether a column has a text that is not as REDCap writes it."""
        texts = self.texts[column]
        # Any text can be a record id, also one that a program took for a number.
        if column == self.layout.record and any(map(_looks_like_number, texts)):
            return True

        accepts = self._spec(column).expected.accepts
        if not all(map(accepts, texts)):
            return True

        return self._only_word(column) is not None

    def _only_word(self, column: str) -> str | None:
        """``NA`` in every row of a column that has no such code: R writes so what is
        blank in all rows.

        People answer None or n/a to every question of a kind; so those words have to be
        proven elsewhere.
        """
        texts = self.texts[column]
        if len(texts) != 1:
            return None

        ((word, count),) = texts.items()
        # One row alone is no habit.
        if count <= 1 or word.strip() != "NA":
            return None
        if word in self._codes(column):
            return None

        return word

    def _habits(self, column: str, texts: Counter[str]) -> ColumnHabits:
        """What explains a column; labels are nobody's habit but REDCap's own."""
        spec = self._spec(column)
        habits = ColumnHabits(expected=spec.expected)
        for text, count in texts.items():
            is_right = spec.expected.accepts(text)
            if not is_right and spec.by_label(text) is not None:
                continue

            word = text.strip()
            habits.add(word if word in NOTHING else text, count)

        return habits

    def _words_for_nothing(self) -> Iterator[str]:
        """``NA`` where it cannot be an answer, or where a column holds nothing else."""
        for column, texts in self.texts.items():
            accepts = self._spec(column).expected.accepts
            only_word = self._only_word(column)
            for text in texts:
                word = text.strip()
                if word not in NOTHING:
                    continue

                if text == only_word or not accepts(text):
                    yield word

    def _changes(self, column: str, texts: Counter[str]) -> dict[str, _Change]:
        """The texts of a column that a program has changed."""
        changes: dict[str, _Change] = {}
        for text in filter(None, texts):
            change = self._change(column, text)
            if change is not None:
                changes[text] = change

        return changes

    def _codes(self, column: str) -> set[str]:
        """The answers and missing codes of a column."""
        expected = self._spec(column).expected
        return {*expected.texts, *expected.missing}

    # What became of a text

    def _change(self, column: str, text: str) -> _Change | None:
        """None for a text that is right, and for one that no habit explains."""
        spec = self._spec(column)
        word = text.strip()
        if column == self.layout.record:
            return self._change_of_record(column, word)
        if self._is_nothing(column, text):
            return _Change(habit=BLANKS, before="")
        if spec.expected.accepts(text):
            return None

        code = spec.by_label(text)
        if code is not None:
            return _Change(habit=LABELS, before=code)

        habit = self.habits[column].explained_by(text)
        if habit is None or self._is_doubtful(habit, column, text):
            return None

        # The digits that a rounded number has lost are nowhere in the file.
        if habit == "exponent" and not _is_exact(word):
            return _Change(habit=habit, before=None)

        return _Change(habit=habit, before=self.habits[column].restored(text))

    def _is_doubtful(self, habit: str, column: str, text: str) -> bool:
        """Whether the text may be somebody's own spelling instead of a program's."""
        if habit == "number-respelled":
            return _PLAIN.fullmatch(text) is None
        if habit == "decimal-comma":
            return not self._is_decimal_comma(column, text.strip())

        return False

    def _is_decimal_comma(self, column: str, text: str) -> bool:
        """Whether a comma is that of decimals beyond doubt: in ``1,805`` it may part
        thousands.

        Another number of the column proves what it is, unless some have a point
        instead.
        """
        if is_surely_decimal_comma(text):
            return True

        others = [other.strip() for other in self.texts[column]]
        has_points = any("." in other for other in others)
        if has_points:
            return False

        return any(map(is_surely_decimal_comma, others))

    def _is_nothing(self, column: str, text: str) -> bool:
        """Whether a word stands for a blank, as others of its kind in this file do."""
        word = text.strip()
        if word not in self.nothing:
            return False

        # A missing code of the field was entered by somebody.
        if word in self._codes(column):
            return False

        if not self._spec(column).expected.accepts(text):
            return True

        return self.habits[column].may_be_blank(word)

    def _change_of_record(self, column: str, word: str) -> _Change | None:
        """A record id that a program took for a number: ``1e+05``, or ``1.0`` where all
        of them are so.
        """
        value = number(word)
        if value is None:
            is_blank = word in self.nothing
            return _Change(habit=BLANKS, before="") if is_blank else None

        if value != value.to_integral_value():
            return None

        if _SIGNED.search(word):
            before = plain(value) if _is_exact(word) else None
            return _Change(habit="exponent", before=before)

        if not word.endswith(".0"):
            return None

        # People may call a single record 1.0; a program treats the whole column alike.
        for text in filter(None, self.texts[column]):
            if not text.strip().endswith(".0"):
                return None

        return _Change(habit="point-zero", before=plain(value))

    # The rows as they were

    def _row(self, row: SheetRow) -> SheetRow:
        """The row as it was; each of its cells that is not as it was is counted."""
        restored: dict[str, str] = {}
        for physical, text in row.cells.items():
            if not text:
                continue

            column = self.layout.logical(row, physical)
            change = self.changes.get(column, _NO_CHANGES).get(text)
            if change is None:
                continue

            tallies = self.causes.changed
            if change.before is not None:
                tallies = self.causes.undone
                restored[physical] = change.before

            tallies.add(change.habit, column, row.number, text, change.before)

        if not restored:
            return row

        return replace(row, cells={**row.cells, **restored})

    def _unsure(self) -> Iterator[tuple[str, str]]:
        """The texts that a program has changed for good, by column."""
        for column, changes in self.changes.items():
            for text, change in changes.items():
                is_lost = change.before is None
                if is_lost:
                    yield column, text

    def _doubtful(self) -> Iterator[str]:
        """Columns that take a word for a missing code, and that have no blank beside
        it.
        """
        for column, texts in self.texts.items():
            words = self.nothing & self._codes(column) & set(texts)
            has_blanks = BLANKS in self.habits[column].spared
            if words and not has_blanks:
                yield column

    # What cannot be undone

    def _row_numbers(self) -> str | None:
        """The name of a first column that counts the rows."""
        name = ""
        if self.sheet.headers:
            name = self.sheet.headers[0]

        if name in self.expected or name == self.layout.record:
            return None

        counter = RowNumbers(name=name)
        for row in self.sheet.rows:
            counter.add(row.extra.get(name, row[name]))

        if not counter.proven:
            return None

        tally = HabitTally(cells=len(self.sheet.rows), row=1)
        self.causes.undone.by_habit[counter.habit] = {name or "the first column": tally}

        return name

    def _tell(self) -> None:
        """What the same program would have done to texts that are right as they are
        now.
        """
        decisive: set[str] = set()
        for column, habits in self.habits.items():
            if column in self.expected:
                decisive |= habits.decisive

        self.causes.spared = frozenset(decisive)
        if not self.causes.suspects():
            return

        done = {*self.causes.undone.by_habit, *self.causes.changed.by_habit}
        has_lost_zeros = "zeros-gone" in done

        for column in self.texts:
            answers = self._free_numbers(column)
            if not answers:
                continue

            self._suspect("digits-lost", column, _may_have_lost_digits)
            # A column that still has zeros in front was not rewritten.
            keeps_zeros = any(map(has_zeros_in_front, answers))
            if has_lost_zeros and not keeps_zeros:
                self._suspect("zeros-gone", column, _may_have_lost_zeros)

        if ERASED in self.causes.habits():
            self._erased()

    def _free_numbers(self, column: str) -> set[str]:
        """The answers of a column that takes any text and has numbers alone."""
        if not self._is_free(column):
            return set()

        answers = {*self.texts[column]} - {"", *self.nothing}
        are_numbers = all(number(text) is not None for text in answers)

        return answers if are_numbers else set()

    def _is_free(self, column: str) -> bool:
        """Whether a column takes any text."""
        spec = self.expected.get(column)
        if spec is None:
            return False

        return spec.expected.kind == "text" and not spec.expected.texts

    def _suspect(self, habit: str, column: str, wanted: Callable[[str], bool]) -> None:
        """Counts the cells of a column that the habit may have changed."""
        nothing = {"", *self.nothing}
        for row in self.sheet.rows:
            for physical, text in row.cells.items():
                # Where one line holds one value, the row says whose column it is.
                if text in nothing or self.layout.logical(row, physical) != column:
                    continue

                if wanted(text):
                    self.causes.lost.add(habit, column, row.number, text)

    def _erased(self) -> None:
        """Blanks where a code such as NA may have been, in rows that say something else
        of the form.
        """
        columns = self._erasable()
        if not columns:
            return

        for row in self.sheet.rows:
            tables = self._tables_with_answers(row)
            for column, table in columns.items():
                if table in tables and not row[column]:
                    self.causes.lost.add(ERASED, column, row.number, "")

    def _erasable(self) -> dict[str, str]:
        """The columns that may have lost a missing code, each with its table."""
        # A word that the file still has is not one that the program erases.
        seen: set[str] = set()
        for texts in self.texts.values():
            seen.update(NOTHING.intersection(texts))

        columns: dict[str, str] = {}
        for column in self.texts:
            erasable = self._codes(column) & NOTHING - seen
            if erasable and column in self.sheet.places:
                columns[column] = self.expected[column].table

        return columns

    def _tables_with_answers(self, row: SheetRow) -> set[str]:
        """The tables of which a row says something; REDCap writes 0 for every box."""
        tables: set[str] = set()
        for column, text in row.cells.items():
            if text in ("", "0") or column not in self.expected:
                continue

            tables.add(self.expected[column].table)

        return tables


def _is_exact(text: str) -> bool:
    """Whether a number with an exponent is all there: R writes so many digits, a
    spreadsheet rounds.

    ``1e+19`` may have been any number of twenty digits: a program keeps the first ones
    alone.
    """
    value = number(text)
    if value is not None and abs(value) >= 10**BINARY_DIGITS:
        return False

    mantissa, _, _ = text.lower().partition("e")
    digits = sum(map(str.isdigit, mantissa))
    if digits > BINARY_DIGITS:
        return False

    # R writes e, and all digits; a spreadsheet writes E, and rounds what has a point.
    return "e" in text or "." not in mantissa


def _may_have_lost_digits(text: str) -> bool:
    if is_exponent(text):
        return True

    digits = sum(map(str.isdigit, text))
    return digits > BINARY_DIGITS


def _looks_like_number(text: str) -> bool:
    """Whether a record id is spelled as programs spell numbers."""
    return is_exponent(text) or text.endswith(".0")


_NO_CHANGES: Mapping[str, _Change] = {}


def _may_have_lost_zeros(text: str) -> bool:
    return text.isdecimal() and len(text) <= BINARY_DIGITS


_RECORD_ID = ColumnExpected(
    expected=Expected(accepts=lambda text: text.strip() not in NOTHING)
)
