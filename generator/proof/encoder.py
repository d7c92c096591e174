"""From the meaning of an expression to terms of the solver: one entry for each node
class.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from forms_spec.evaluation.form_plan import FieldPlan
from forms_spec.model.study import Study
from forms_spec.rules.semantics import resolved as core
from forms_spec.rules.semantics.resolver import resolve
from forms_spec.rules.semantics.types import Type
from generator.heavy_libraries import z3
from generator.proof.blocks import Constraints
from generator.proof.cells import (
    AnswerMaker,
    Cell,
    CellPlace,
    constant_hull,
)
from generator.proof.computed import computed_term
from generator.proof.constants import constant_term, lookup_term
from generator.proof.core_text import core_text
from generator.proof.folds import FOLDERS, nth
from generator.proof.logic import (
    Bool,
    ThreeValued,
    all_true,
    conj,
    implies,
    neg,
    term,
)
from generator.proof.operators import OPERATIONS
from generator.proof.places import FramePlaces, Occurrence, RowPlace
from generator.proof.range_limits import within_ranges
from generator.proof.rows import RowSets, pinned_rows
from generator.proof.values import (
    Scalar,
    Term,
    unknown,
    where,
)
from generator.proof.world import SubjectWorld

DEEPEST_CHAIN = 40
"""Beyond so many formulas and conditions in a chain a cell is left free."""


class Encoder:
    """The expressions and cells that belong to one home form."""

    def __init__(self, study: Study, form: str) -> None:
        self.study = study
        self.world = SubjectWorld(study, form)
        self.rows = RowSets(self.world)
        self.cells: dict[CellPlace, tuple[Constraints, Cell]] = {}
        self._parts: dict[tuple[str, FramePlaces], tuple[Constraints, Term]] = {}
        self._working: set[CellPlace] = set()
        self._ranges: list[CellPlace] = []
        self._ranges_open = True

    def part(self, node: core.Core, frames: FramePlaces) -> tuple[Constraints, Term]:
        """A whole expression, with a block of its own."""
        key = (core_text(node), frames)
        part = self._parts.get(key)
        if part is None:
            block = Constraints()
            with self.world.blocks.writing(block):
                value = self.term(node, frames)
            part = self._parts[key] = (block, value)
            self.finish()

        return part

    def term(self, node: core.Core, frames: FramePlaces) -> Any:
        """An expression inside another."""
        return _ENCODERS[type(node)](self, node, frames)

    def cell(self, place: CellPlace) -> Cell:
        """A cell; one that is being worked out stands for any answer at all."""
        entry = self.cells.get(place)
        if entry is None:
            if place in self._working:
                return self._free(place)
            entry = self._made(place)
            self.cells[place] = entry
            self._ranges.append(place)

        self.world.blocks.touch(entry[0])
        return entry[1]

    def _free(self, place: CellPlace) -> Cell:
        """The evaluator has a rule for a cell that hangs on itself; here it is free."""
        inner = replace(place, form=replace(place.form, name=f"{place.form.name}*"))
        return self._answer(inner, self._plan(place))

    def _plan(self, place: CellPlace) -> FieldPlan:
        return self.world.plan(place.form.form).fields[place.table, place.field]

    def _made(self, place: CellPlace) -> tuple[Constraints, Cell]:
        block, plan = Constraints(), self._plan(place)
        with self.world.blocks.writing(block):
            cell = self._answer(place, plan)
            if len(self._working) < DEEPEST_CHAIN:
                self._working.add(place)
                self._define(cell, plan)
                self._working.discard(place)

        return block, cell

    def _answer(self, place: CellPlace, plan: FieldPlan) -> Cell:
        maker = AnswerMaker(self.world, place, plan.field)
        value = maker.answer()
        missing = {code: z3.Bool(f"{maker.name} is {code}") for code in plan.missing}
        self._at_most_one(place, [maker.given, *missing.values()])
        cell = Cell(
            place=place,
            field=plan.field,
            given=maker.given,
            typed=value,
            missing=missing,
            seen=value,
        )
        self._pin(cell)
        return cell

    def _at_most_one(self, place: CellPlace, states: list[Any]) -> None:
        """An answer or one reason why there is none, and only where the row is."""
        there = self._there(place)
        for index, state in enumerate(states):
            self.world.blocks.demand(implies(state, there))
            for other in states[index + 1 :]:
                self.world.blocks.demand(neg(conj((state, other))))

    def _there(self, place: CellPlace) -> Bool:
        if place.form.name.endswith("*"):
            return True
        if place.row is None:
            return self.world.exists(place.form)

        table, index = place.row
        # The judged row of those that are laid down may be any of them.
        if index < 0:
            return self.world.exists(place.form)
        return self.rows.of_group(place.form, table).rows[index][0]

    def _pin(self, cell: Cell) -> None:
        """The rows that the dictionary lays down have their codes."""
        if cell.place.row is None:
            return
        table, index = cell.place.row
        group = self.study.tables[table].group
        codes = pinned_rows(self.study, table)
        is_pinned = group is not None and cell.field.name in group.fixed
        if codes and index >= 0 and group is not None and is_pinned:
            code = codes[index][group.fixed.index(cell.field.name)]
            value = cell.typed
            assert isinstance(value, Scalar)
            same = value.value == self.world.text(code)
            self.world.blocks.demand(implies(cell.given, same))

    def _define(self, cell: Cell, plan: FieldPlan) -> None:
        """Whether a cell is shown, and what it is then."""
        frames: FramePlaces = ((cell.place.form, cell.place.row),)
        conditions = [
            self.term(self._meaning(expression, home, Type.CONDITION), frames)
            for expression, home in plan.shown_by
        ]
        cell.shown = all_true(conditions)
        if plan.value is None:
            cell.seen = where(neg(cell.shown.no), cell.typed)
            hull = constant_hull(plan.field)
            if hull is not None and isinstance(cell.seen, Scalar):
                cell.seen = replace(cell.seen, hull=hull)
            return

        assert plan.field.value is not None
        meaning = self._meaning(plan.field.value, plan.home, plan.type)
        exists = self._there(cell.place)
        shown = conj((exists, neg(cell.shown.no)))
        value = computed_term(self.world, cell.place, plan, self.term(meaning, frames))
        cell.seen = where(shown, value)

    def _meaning(self, expression: Any, home: Any, type_: Type) -> core.Core:
        return resolve(expression, self.study, home, type_).core

    def finish(self) -> None:
        """Ranges come after all cells, since they limit them and do not make them."""
        if self._working or not self._ranges_open:
            return

        self._ranges_open = False
        while self._ranges:
            place = self._ranges.pop()
            block, cell = self.cells[place]
            with self.world.blocks.writing(block):
                self.world.blocks.demand(self.allowed(cell))

        self._ranges_open = True

    def allowed(self, cell: Cell) -> Bool:
        """Whether no range refuses the answer."""
        place, plan = cell.place, self._plan(cell.place)
        frames: FramePlaces = ((place.form, place.row),)

        def end_of(expression: Any) -> Term:
            meaning = self._meaning(expression, plan.home, plan.type)
            value: Term = self.term(meaning, frames)
            return value

        def chosen(unit: str | None) -> Bool:
            companion = plan.field.unit_field
            if unit is None or companion is None:
                return unit is None and companion is None
            beside = replace(place, field=companion)
            value = self.cell(beside).seen
            assert isinstance(value, Scalar)
            return conj((value.known, value.value == self.world.text(unit)))

        return within_ranges(cell, plan.type, end_of, chosen)


def _constant(encoder: Encoder, node: core.Constant, _frames: FramePlaces) -> Term:
    return constant_term(encoder.world, node)


def _read(encoder: Encoder, node: core.Read, frames: FramePlaces) -> Term:
    form, row = frames[node.depth]
    place = _cell_place(form, row if node.row else None, node.table, node.field.name)
    cell = encoder.cell(place)
    return cell.typed if node.entered else cell.seen


def _cell_place(form: Occurrence, row: RowPlace, table: str, name: str) -> CellPlace:
    return CellPlace(form, row, table, name)


def _remote_cell(
    encoder: Encoder, node: core.Remote, frames: FramePlaces
) -> Cell | None:
    """The cell of another form; None where there never is one."""
    form = frames[node.depth][0]
    visits = encoder.world.visits
    place: Occurrence | None
    if node.visit == "previous" and not encoder.study.forms[node.form].log:
        # Of each field the last known value is taken, from whatever visit.
        place = Occurrence(node.form, "before", f"{form} {node.field.name}")
    elif node.visit is None or encoder.study.forms[node.form].log:
        place = visits.meant(node.form, form)
    else:
        place = Occurrence(node.form, "at", node.visit)

    if place is None:
        return None
    return encoder.cell(CellPlace(place, None, node.form, node.field.name))


def _remote(encoder: Encoder, node: core.Remote, frames: FramePlaces) -> Term:
    cell = _remote_cell(encoder, node, frames)
    if cell is None:
        return unknown(node.type)

    return cell.typed if node.entered else cell.seen


def _key(encoder: Encoder, node: core.Key, frames: FramePlaces) -> Term:
    form, row = frames[node.depth]
    world = encoder.world
    if node.name == "visitid":
        return world.visit(form)
    if node.name == "unsno":
        return world.visit_number(form)
    if node.name == "rowno":
        return _row_number(encoder, form, row)

    return _subject_text(encoder, node.name)


def _row_number(encoder: Encoder, form: Occurrence, row: RowPlace) -> Term:
    if row is None:
        return unknown(Type.NUMBER)

    def make() -> Scalar:
        value = z3.Int(f"{form}.{row[0]}#{row[1]} number")
        encoder.world.blocks.demand(conj((value >= 1, value <= 10**9)))
        hull = (Fraction(1), Fraction(10**9))
        return Scalar(known=True, value=value, hull=hull, step=Fraction(1))

    value: Term = encoder.world.noted(("rowno", form, row), make)
    return value


def _subject_text(encoder: Encoder, name: str) -> Term:
    def make() -> Scalar:
        value, known = z3.Int(name), z3.Bool(f"{name} known")
        if name == "siteid" and encoder.study.sites:
            encoder.world.blocks.demand(encoder.world.among(value, encoder.study.sites))
        return Scalar(known=known, value=value)

    value: Term = encoder.world.noted(name, make)
    return value


def _missing(encoder: Encoder, node: core.Missing, frames: FramePlaces) -> Term:
    cell: Cell | None
    if isinstance(node.cell, core.Read):
        form, row = frames[node.cell.depth]
        own_row = row if node.cell.row else None
        name = node.cell.field.name
        cell = encoder.cell(_cell_place(form, own_row, node.cell.table, name))
    else:
        cell = _remote_cell(encoder, node.cell, frames)

    if cell is None or cell.field.value is not None:
        return ThreeValued(False, True)

    states = cell.missing
    codes = states.values() if node.code is None else [states.get(node.code, False)]
    marked = z3.Or([term(code) for code in codes])
    is_missing = conj((marked, neg(cell.shown.no)))
    return ThreeValued(is_missing, neg(is_missing))


def _apply(encoder: Encoder, node: core.Apply, frames: FramePlaces) -> Term:
    if node.operator == "lookup":
        return _lookup(encoder, node, frames)

    arguments = tuple(encoder.term(argument, frames) for argument in node.arguments)
    result: Term = OPERATIONS[node.operator](encoder.world, node, arguments)
    return result


def _lookup(encoder: Encoder, node: core.Apply, frames: FramePlaces) -> Term:
    of_code, table = node.arguments
    assert isinstance(table, core.Constant)
    assert isinstance(table.value, Mapping)
    return lookup_term(encoder.world, encoder.term(of_code, frames), table.value)


def _fold(encoder: Encoder, node: core.Fold, frames: FramePlaces) -> Term:
    outer = frames[: node.depth]
    key = ("fold", core_text(node), outer)
    result: Term = encoder.world.noted(key, lambda: _folded(encoder, node, outer))
    return result


def _folded(encoder: Encoder, node: core.Fold, outer: FramePlaces) -> Term:
    rows = encoder.rows.of(node.source, outer)
    parts = []
    for there, frame in rows.rows:
        inner = (*outer, frame)
        counts = (
            encoder.term(node.where, inner) if node.where else ThreeValued(True, False)
        )
        body = encoder.term(node.body, inner) if node.body else None
        parts.append((there, counts, body))

    name = f"{core_text(node)} {outer}"
    if node.operator == core.NTH:
        answer = nth(encoder.world, name, parts, rows.more, node.type)
        if rows.more is not None:
            _within_codes(encoder, node.body, answer)
        return answer

    folded: Term = FOLDERS[node.operator](encoder.world, name, parts, rows.more)
    return folded


def _within_codes(encoder: Encoder, body: core.Core | None, answer: Term) -> None:
    """The answer of a row that is not looked at is one of its codes too."""
    if not isinstance(body, core.Read) or body.field.value is not None:
        return

    codes = body.field.codelist
    if isinstance(answer, Scalar) and codes is not None:
        among = encoder.world.among(answer.value, codes.by_code)
        encoder.world.blocks.demand(implies(answer.known, among))


_ENCODERS: Mapping[type[core.Core], Callable[..., Term]] = MappingProxyType(
    {
        core.Constant: _constant,
        core.Read: _read,
        core.Remote: _remote,
        core.Key: _key,
        core.Missing: _missing,
        core.Apply: _apply,
        core.Fold: _fold,
    }
)
_HOLES = {subclass.__name__ for subclass in core.Core.__subclasses__()}
_HOLES ^= {node.__name__ for node in _ENCODERS}
_HOLES |= {*OPERATIONS, "lookup"} ^ set(core.OPERATORS)
_HOLES |= {*FOLDERS, core.NTH} ^ set(core.FOLDS)
if _HOLES:
    raise TypeError(f"the proof and the operators differ: {_HOLES}")
