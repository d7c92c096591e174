"""Two entries of one form, compared by what their answers mean, and the record that
follows from what somebody decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import Enum

from forms_spec.evaluation.calculated import without_calculated
from forms_spec.model.captured_data import CellKey, Record, Row
from forms_spec.model.characters import strip_blanks
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.kind import Refusal

BOTH_ROWS = tuple[Row | None, Row | None]
"""A row of the first entry and the one of the second that stands for the same."""


class Chosen(Enum):
    """Which answer counts."""

    FIRST = "first"
    SECOND = "second"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryDifference:
    """Where two entries differ: an answer, or a whole row that only one of them has
    (``field`` is None). ``first_row`` and ``second_row`` are the row's numbers, None
    outside of rows and where an entry has no such row. ``first`` and ``second`` are what
    was typed.
    """

    table: str
    field: Field | None
    first_row: int | None = None
    second_row: int | None = None
    first: str = ""
    second: str = ""

    @property
    def name(self) -> str:
        """Stands for the difference on a page and in the log: ``vs.sysbp``,
        ``meds.2.dose``, ``meds.+3`` for a row that only the second entry has.
        """
        row = "" if self.first_row is None else f".{self.first_row}"
        if self.first_row is None and self.second_row is not None:
            row = f".+{self.second_row}"
        return f"{self.table}{row}" + (f".{self.field.name}" if self.field else "")


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryChoice:
    """What somebody decided about a difference. ``text`` is the answer, where it is
    neither of the two.
    """

    chosen: Chosen
    text: str = ""


def entry_differences(
    form: Form, first: Record, second: Record
) -> tuple[EntryDifference, ...]:
    """Everything in which two entries differ, in the order of the page. Two texts that
    mean the same do not differ, nor do answers that are calculated or only read.
    """
    one, other = without_calculated(form, first), without_calculated(form, second)
    own = [item for item in form.fields if _is_typed(item)]
    differences = list(_cells(form.name, own, one.texts, other.texts))
    for group in form.row_groups:
        differences += _in_rows(group, one, other)

    return tuple(differences)


def _is_typed(field: Field) -> bool:
    return field.collected and field.value is None and field.entry == "typed"


def _cells(
    table: str,
    fields: Sequence[Field],
    first: Mapping[str, str],
    second: Mapping[str, str],
    rows: tuple[int | None, int | None] = (None, None),
) -> Iterator[EntryDifference]:
    for field in fields:
        one, other = first.get(field.name, ""), second.get(field.name, "")
        if meaning(one, field) != meaning(other, field):
            yield EntryDifference(
                table=table,
                field=field,
                first_row=rows[0],
                second_row=rows[1],
                first=one,
                second=other,
            )


def meaning(text: str, field: Field) -> object:
    """What stands for the meaning of an answer: its value, or the text where it has
    none, such as a missing code or what is wrong.
    """
    typed = strip_blanks(text)
    if not typed or typed in {missing.code for missing in field.missing}:
        return typed
    parsed = field.kind.parse(typed, field)
    if isinstance(parsed, Refusal):
        return typed
    # Several choices mean the same in any order; 71 and 71.0 are one number.
    is_set = field.kind.name == "choices"
    return field.kind.name, field.kind.write(parsed, field) if is_set else parsed


def _in_rows(group: Group, first: Record, second: Record) -> Iterator[EntryDifference]:
    fields = [item for item in group.fields if _is_typed(item)]
    for one, other in _paired(group, fields, first, second):
        if one is not None and other is not None:
            numbers = one.number, other.number
            yield from _cells(group.name, fields, one.texts, other.texts, numbers)
        else:
            yield EntryDifference(
                table=group.name,
                field=None,
                first_row=one.number if one else None,
                second_row=other.number if other else None,
            )


def _paired(
    group: Group, fields: Sequence[Field], first: Record, second: Record
) -> Iterator[BOTH_ROWS]:
    """The rows that stand for the same. Rows that say the same are found first, so that
    one row more does not make all that follow differ; others are paired in order.
    """
    ours, theirs = _filled(group, first), _filled(group, second)
    if group.laid_down:
        # The dictionary or another form lays these rows down, each with its number.
        by_number = {row.number: row for row in theirs}
        for row in ours:
            yield row, by_number.pop(row.number, None)
        yield from ((None, row) for row in by_number.values())
        return

    matcher = SequenceMatcher(
        a=[_row_meaning(row, fields) for row in ours],
        b=[_row_meaning(row, fields) for row in theirs],
        autojunk=False,
    )
    for _, from_one, to_one, from_other, to_other in matcher.get_opcodes():
        some, others = ours[from_one:to_one], theirs[from_other:to_other]
        both = min(len(some), len(others))
        yield from zip(some, others, strict=False)
        yield from ((row, None) for row in some[both:])
        yield from ((None, row) for row in others[both:])


def _filled(group: Group, record: Record) -> list[Row]:
    rows = record.rows.get(group.name, ())
    return [row for row in rows if any(row.texts.values())]


def _row_meaning(row: Row, fields: Sequence[Field]) -> tuple[object, ...]:
    return tuple(meaning(row.texts.get(field.name, ""), field) for field in fields)


def decided_record(
    form: Form,
    first: Record,
    second: Record,
    choices: Mapping[str, EntryChoice],
    *,
    new_rows_from: Mapping[str, int],
) -> Record:
    """The first entry with what was decided, by the names of the differences.

    ``new_rows_from`` has by group the number that a new row takes, since a number means
    one row for all time.
    """
    deciding = _Deciding(first=first, second=second, next_numbers=dict(new_rows_from))
    for difference in entry_differences(form, first, second):
        choice = choices[difference.name]
        if difference.field is None:
            deciding.take_row(difference, choice.chosen)
        else:
            deciding.take_cell(difference, choice)
    return deciding.record()


@dataclass(kw_only=True)
class _Deciding:
    """The first entry, on its way to what was decided."""

    first: Record
    second: Record
    next_numbers: dict[str, int]

    def __post_init__(self) -> None:
        self.texts = dict(self.first.texts)
        self.rows = {
            group: {row.number: dict(row.texts) for row in rows}
            for group, rows in self.first.rows.items()
        }
        self.kept = dict(self.first.kept)

    def take_cell(self, difference: EntryDifference, choice: EntryChoice) -> None:
        """Puts the chosen answer where the first entry has its own."""
        if choice.chosen is Chosen.FIRST or difference.field is None:
            return
        name, row = difference.field.name, difference.first_row
        text = difference.second if choice.chosen is Chosen.SECOND else choice.text
        texts = self.texts if row is None else self.rows[difference.table][row]
        texts[name] = text
        cell = CellKey(difference.table, row, name)
        # Why a warning was kept was said of the other answer.
        self.kept = {key: why for key, why in self.kept.items() if key[0] != cell}
        if choice.chosen is Chosen.SECOND:
            self._keep(difference.table, difference.second_row, row, name)

    def take_row(self, difference: EntryDifference, chosen: Chosen) -> None:
        """Adds a row that only the second entry has, or takes one away that it has
        not.
        """
        rows = self.rows.setdefault(difference.table, {})
        if chosen is not Chosen.SECOND:
            return
        if difference.first_row is not None:
            del rows[difference.first_row]
            return

        number = self.next_numbers.get(difference.table, 1)
        self.next_numbers[difference.table] = number + 1
        typed = self.second.rows[difference.table]
        new = next(row for row in typed if row.number == difference.second_row)
        rows[number] = dict(new.texts)
        for name in new.texts:
            self._keep(difference.table, difference.second_row, number, name)

    def _keep(
        self, table: str, theirs: int | None, ours: int | None, name: str
    ) -> None:
        """Takes over why the second person kept a warning."""
        for (cell, code), why in self.second.kept.items():
            if cell == CellKey(table, theirs, name):
                self.kept[cell._replace(row=ours), code] = why

    def record(self) -> Record:
        rows = {
            group: tuple(
                Row(number=number, texts=texts)
                for number, texts in sorted(numbered.items())
            )
            for group, numbered in self.rows.items()
            if numbered
        }
        return replace(self.first, texts=self.texts, rows=rows, kept=self.kept)
