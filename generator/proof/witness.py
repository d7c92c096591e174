"""The record that shows a fault: from a model of the solver to texts of cells, judged by
the evaluator before anybody sees it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.evaluation.evaluate_form import judge_captured
from forms_spec.findings.catalogue import CATALOGUE
from forms_spec.findings.finding import Severity
from forms_spec.kinds.pattern_tree import parse_pattern
from forms_spec.model.captured_data import LOG, FormKey, InMemoryCasebook, Record, Row
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from forms_spec.model.values import Duration
from forms_spec.model.visit_lookup import nearest_visit, visit_order
from forms_spec.rule_syntax.limits import SCALE
from forms_spec.rules.runtime.environment import FramePosition
from forms_spec.rules.runtime.value_conversion import from_rule
from forms_spec.rules.semantics.calendar import LAST_DAY
from forms_spec.rules.semantics.resolved import RuleValue
from forms_spec.rules.semantics.types import Type, type_of
from generator.heavy_libraries import z3
from generator.proof.blocks import cone
from generator.proof.cells import Cell, text_lengths
from generator.proof.encoder import Encoder
from generator.proof.goals import Goal, Wanted
from generator.proof.logic import ThreeValued, term
from generator.proof.places import (
    EARLIER,
    HERE,
    LOGGED,
    NEAR,
    VISIT,
    Occurrence,
    RowPlace,
)
from generator.proof.rows import RowSet
from generator.proof.sample_text import matching_text
from generator.proof.solver import holds
from generator.proof.values import (
    DurationTerms,
    Interval,
    Members,
    Scalar,
)
from generator.proof.world import FIRST_DAY

USUAL_DAY = date(2026, 6, 1).toordinal()
"""The day on which a record is looked at where any day will do."""
MOST_ROWS = 20
"""A record with more rows shows nothing to anybody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WitnessRecord:
    """A subject's forms that show a fault, and the day on which they are looked at."""

    forms: Mapping[FormKey, Record]
    judged: FormKey
    row: int | None
    today: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Reached:
    """What a question reaches: cells, rows and forms that may be there."""

    cells: tuple[Cell, ...]
    rows: tuple[tuple[Occurrence, str, RowSet], ...]
    forms: tuple[tuple[Occurrence, Any], ...]

    @classmethod
    def by(cls, encoder: Encoder, wanted: Wanted) -> Reached:
        blocks = set(cone(wanted.blocks))
        notes = [
            (key, value)
            for key, (block, value) in encoder.world.notes.items()
            if block in blocks and isinstance(key, tuple)
        ]
        return cls(
            cells=tuple(
                cell for block, cell in encoder.cells.values() if block in blocks
            ),
            rows=tuple(
                (key[1], key[2], rows) for key, rows in notes if key[0] == "rows"
            ),
            forms=tuple((key[1], there) for key, there in notes if key[0] == "exists"),
        )

    def counted(self) -> list[Any]:
        """Everything that somebody has to type, of which there shall be little."""
        parts = [there for _, there in self.forms]
        for _, _, rows in self.rows:
            parts += [there for there, _ in rows.rows]
            if rows.more is not None:
                parts.append(rows.more > 0)
        for cell in self.cells:
            parts += [cell.given, *cell.missing.values()]

        return [part for part in parts if not isinstance(part, bool)]


class NoWitness(Exception):
    """A model that no record has, as far as we can write one."""


class WitnessMaker:
    """Writes the record of one model."""

    def __init__(self, encoder: Encoder, model: Any, used: Reached) -> None:
        self.encoder = encoder
        self.study: Study = encoder.study
        self.model = model
        self.used = used
        self.words = {number: word for word, number in encoder.world.texts.items()}

    def record(self, place: Occurrence, row: RowPlace) -> WitnessRecord:
        """The record, in which the judged form is the one at ``place``."""
        forms: dict[FormKey, dict[tuple[RowPlace, str], str]] = {}
        judged, own_row = self.key(place), self.row(row)
        forms[judged] = {}
        for other, there in self.used.forms:
            if self.true(there):
                forms.setdefault(self.key(other), {})
        for form, where in self._rows():
            forms.setdefault(form, {})[where, ""] = ""
        if own_row is not None:
            forms[judged][own_row, ""] = ""

        for cell in self.used.cells:
            self._type(cell, forms)

        return WitnessRecord(
            forms={key: _record(cells) for key, cells in self._in_order(forms)},
            judged=judged,
            row=None if own_row is None else own_row[1] + 1,
            today=date.fromordinal(self.today()),
        )

    def _type(
        self, cell: Cell, forms: dict[FormKey, dict[tuple[RowPlace, str], str]]
    ) -> None:
        text = self.text(cell)
        if text is None:
            return
        cells = forms.setdefault(self.key(cell.place.form), {})
        where = (self.row(cell.place.row), cell.place.field)
        # Two places may turn out to be one cell.
        if cells.setdefault(where, text) != text:
            raise NoWitness

    def _rows(self) -> Iterator[tuple[FormKey, RowPlace]]:
        """The rows that are there, also those of which no cell is looked at."""
        for place, table, rows in self.used.rows:
            count = 0
            for there, (form, row) in rows.rows:
                if self.true(there):
                    count += 1
                    yield self.key(form), row
            more = 0 if rows.more is None else int(self.number(rows.more))
            if more > MOST_ROWS:
                raise NoWitness
            for index in range(more):
                yield self.key(place), (table, count + index)

    def _in_order(
        self, texts: Mapping[FormKey, Mapping[tuple[RowPlace, str], str]]
    ) -> Iterator[tuple[FormKey, Mapping[tuple[RowPlace, str], str]]]:
        order = visit_order(self.study)
        for key in sorted(
            texts, key=lambda key: (order.get(key.visit, len(order)), key.unsno)
        ):
            yield key, texts[key]

    def today(self) -> int:
        """The day of the record; any day will do where nothing reads it."""
        day = int(self.number(z3.Int("today")))
        return day if FIRST_DAY <= day <= LAST_DAY else USUAL_DAY

    def row(self, row: RowPlace) -> RowPlace:
        """A row that may be any of those laid down is written as the first."""
        return None if row is None else (row[0], max(row[1], 0))

    def number(self, value: Any) -> Fraction:
        """A number of the model; raises NoWitness for one that is no fraction."""
        result = self.model.eval(value, model_completion=True)
        if z3.is_int_value(result):
            return Fraction(result.as_long())
        if z3.is_rational_value(result):
            return Fraction(result.numerator_as_long(), result.denominator_as_long())

        raise NoWitness

    def true(self, condition: Any) -> bool:
        return holds(self.model, term(condition))

    def key(self, place: Occurrence) -> FormKey:
        """The form that a place is in this model."""
        if place.kind == LOGGED:
            return FormKey(place.form, LOG, 0)
        if place.kind == VISIT:
            return FormKey(place.form, place.name, 0)
        if place.kind in (NEAR, EARLIER):
            return self._beside(place)

        world = self.encoder.world
        possible = world.visits.possible(place)
        visit = self.words.get(int(self.number(world.visit(place).value)), "")
        number = int(self.number(world.visit_number(place).value))
        # Where nothing reads the visit, any of them will do.
        if visit not in possible:
            visit = possible[0] if possible else ""
            number = int(world.visits.repeats(visit))
        # Only the judged visit is the same for several forms.
        if place.kind == HERE and place.form != world.home.form:
            visit, number = self.key(world.home)[1:]
        return FormKey(place.form, visit, number)

    def _beside(self, place: Occurrence) -> FormKey:
        here = self.key(self.encoder.world.home)
        if place.kind == NEAR:
            visit = nearest_visit(self.study, place.form, here.visit)
            if visit is None:
                raise NoWitness
            number = here.unsno if visit == here.visit else 0
            return FormKey(place.form, visit, number)

        order = visit_order(self.study)
        before = [
            visit
            for visit in self.encoder.world.visits.of(place.form)
            if order[visit] < order.get(here.visit, -1)
        ]
        if not before:
            raise NoWitness
        return FormKey(place.form, before[-1], 0)

    def text(self, cell: Cell) -> str | None:
        """What is typed into a cell; None where nothing is."""
        for code, is_missing in cell.missing.items():
            if self.true(is_missing):
                return code
        if cell.field.value is not None or not self.true(cell.given):
            return None

        value = from_rule(self.value(cell), cell.field)
        if value is None:
            raise NoWitness
        return cell.field.kind.write(value, cell.field)

    def value(self, cell: Cell) -> RuleValue:
        """The answer of a cell as rules see it."""
        answer, type_ = cell.typed, type_of(cell.field)
        if isinstance(answer, ThreeValued):
            return self.true(answer.yes)
        if isinstance(answer, Members):
            chosen = (code for code, has in answer.codes.items() if self.true(has))
            return frozenset(chosen)
        if isinstance(answer, DurationTerms):
            months, seconds = self.number(answer.months), self.number(answer.seconds)
            return Duration(int(months), int(seconds))
        if isinstance(answer, Interval):
            scale = SCALE if type_ is Type.SPREAD else 1
            low, high = self.number(answer.low), self.number(answer.high)
            return _whole(low * scale), _whole(high * scale)

        assert isinstance(answer, Scalar)
        number = self.number(answer.value)
        if type_ in (Type.TEXT, Type.CHOICE):
            return self.word(int(number), cell.field)
        return _whole(number * SCALE) if type_ is Type.NUMBER else int(number)

    def word(self, number: int, field: Field) -> str:
        """The text that is noted under a number; one is made up where there is none."""
        word = self.words.get(number)
        if word is None:
            length = self.encoder.world.function(
                "length", (z3.IntSort(),), z3.IntSort()
            )
            count = int(self.number(length(z3.IntVal(number))))
            word = self.words[number] = self._made_up(field, max(count, 1))

        return word

    def _made_up(self, field: Field, count: int) -> str:
        least, most = text_lengths(field)
        count = min(max(count, least), most if most is not None else count, 200)
        if field.pattern is not None:
            return matching_text(parse_pattern(field.pattern.expression), count)

        letters = "abcdefghijklmnopqrstuvwxyz"
        first = letters[len(self.words) % len(letters)]
        return first * count


def _whole(number: Fraction) -> int:
    if number.denominator != 1:
        raise NoWitness

    return number.numerator


def _record(cells: Mapping[tuple[RowPlace, str], str]) -> Record:
    """The texts of a form; a cell without a name says only that its row is there."""
    texts: dict[str, str] = {}
    rows: dict[str, dict[int, dict[str, str]]] = {}
    for (place, name), text in cells.items():
        own = texts
        if place is not None:
            own = rows.setdefault(place[0], {}).setdefault(place[1], {})
        if name:
            own[name] = text

    numbered = {
        table: tuple(Row(number=index + 1, texts=own[index]) for index in sorted(own))
        for table, own in rows.items()
    }
    return Record(texts=texts, rows=numbered)


def is_confirmed(study: Study, witness: WitnessRecord, goal: Goal) -> bool:
    """Whether the evaluator says the same of the record, and refuses nothing in it."""
    casebook = InMemoryCasebook(witness.forms)
    subject = EvaluatedSubject(study, casebook, witness.today, study.subject_example)
    for key in witness.forms:
        form = subject.form(key)
        assert form is not None
        for result in judge_captured(form, completing=False).findings:
            refused = result.data.field if result.data is not None else None
            is_refusal = result.severity is Severity.ERROR and refused != goal.about
            # What a rule finds has the name of its check as its code.
            if is_refusal and result.code in CATALOGUE:
                return False

    judged = subject.form(witness.judged)
    assert judged is not None
    assert goal.confirm is not None
    return goal.confirm([FramePosition(judged, witness.row)])
