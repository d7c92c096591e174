"""All records of one subject as a home form sees them, as terms of the solver."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from forms_spec.evaluation.form_plan import FormPlan, plan_of
from forms_spec.model.study import Study
from forms_spec.rules.semantics.calendar import LAST_DAY
from generator.heavy_libraries import z3
from generator.proof.blocks import Blocks, Constraints
from generator.proof.logic import Bool, conj, disj, implies, neg, same, whole
from generator.proof.places import (
    EARLIER,
    HERE,
    LOGGED,
    NEAR,
    SOME,
    VISIT,
    Occurrence,
    Visits,
)
from generator.proof.values import Interval, Scalar, number

FIRST_DAY = 364_878
"""The first of January of the year 1000, before which no date is accepted."""


class SubjectWorld:
    """What there is beside the cells: forms, visits, days, texts and functions.

    Names of variables are the same for the same thing, so that expressions that read
    it share it.
    """

    def __init__(self, study: Study, form: str) -> None:
        self.study = study
        self.visits = Visits(study, form)
        self.blocks = Blocks()
        self.texts: dict[str, int] = {}
        self.functions: dict[str, Any] = {}
        self.calls: dict[str, tuple[str, tuple[Any, ...], Any]] = {}
        self.notes: dict[object, tuple[Constraints, Any]] = {}

    @property
    def home(self) -> Occurrence:
        return self.visits.home

    def plan(self, form: str) -> FormPlan:
        return plan_of(self.study, self.study.forms[form])

    def noted(self, key: object, make: Callable[[], Any]) -> Any:
        """What belongs to a key, with a block of its own; worked out once.

        The block is read by whatever is being written.
        """
        entry = self.notes.get(key)
        if entry is None:
            block = Constraints()
            with self.blocks.writing(block):
                entry = (block, make())
            self.notes[key] = entry

        self.blocks.touch(entry[0])
        return entry[1]

    def text(self, word: str) -> int:
        """The number under which a text is noted."""
        return self.texts.setdefault(word, len(self.texts) + 1)

    def word(self, word: str) -> Scalar:
        return Scalar(known=True, value=whole(self.text(word)))

    def among(self, value: Any, words: Any) -> Bool:
        """Whether a text is one of some."""
        return disj(same(value, whole(self.text(word))) for word in words)

    def today(self) -> Interval:
        def make() -> Interval:
            day = z3.Int("today")
            self.blocks.demand(conj((day >= FIRST_DAY, day <= LAST_DAY)))
            return Interval(known=True, low=day, high=day)

        span: Interval = self.noted("today", make)
        return span

    def exists(self, place: Occurrence) -> Bool:
        """Whether the form was captured; the judged one always was."""
        if place == self.home:
            return True

        return self.noted(("exists", place), lambda: self._exists(place))

    def _exists(self, place: Occurrence) -> Bool:
        there = z3.Bool(f"{place} exists")
        # A form without a visit of its own never is.
        if place.kind in (NEAR, SOME, EARLIER) and not self.visits.possible(place):
            self.blocks.demand(neg(there))

        return there

    def visit(self, place: Occurrence) -> Scalar:
        """The name of the visit, as a rule reads it."""
        possible = self.visits.possible(place)
        if place.kind in (VISIT, LOGGED):
            return self.word(possible[0])

        def make() -> Scalar:
            value = z3.Int(f"{place} visit")
            if possible:
                self.blocks.demand(self.among(value, possible))
            return Scalar(known=True, value=value)

        scalar: Scalar = self.noted(("visit", self._moment(place)), make)
        return scalar

    def _moment(self, place: Occurrence) -> object:
        """Forms of the judged visit share its name and its number."""
        return HERE if place.kind == HERE else place

    def visit_number(self, place: Occurrence) -> Scalar:
        """The number of a visit that repeats; 0 of any other."""
        hull = (Fraction(0), Fraction(10**9))
        if not any(map(self.visits.repeats, self.visits.possible(place))):
            zero = Fraction(0)
            return Scalar(known=True, value=number(0), hull=(zero, zero))
        if place.kind == VISIT:
            zero = Fraction(0)
            return Scalar(known=True, value=number(0), hull=(zero, zero))

        def make() -> Scalar:
            value = z3.Int(f"{place} unsno")
            self.blocks.demand(conj((value >= 0, value <= 10**9)))
            visit = self.visit(place)
            for name in self.visits.possible(place):
                if not self.visits.repeats(name):
                    at_it = visit.value == self.text(name)
                    self.blocks.demand(implies(at_it, value == 0))
            return Scalar(known=True, value=value, hull=hull, step=Fraction(1))

        scalar: Scalar = self.noted(("unsno", self._moment(place)), make)
        return scalar

    def function(self, name: str, sorts: tuple[Any, ...], gives: Any) -> Any:
        """A function of which only is known that equal arguments give equal results."""
        key = f"{name}/{','.join(str(sort) for sort in sorts)}"
        if key not in self.functions:
            self.functions[key] = z3.Function(key, *sorts, gives)

        return self.functions[key]

    def call(self, name: str, arguments: tuple[Any, ...], gives: Any) -> Any:
        """A function applied. The call is remembered, so that what it really gives can
        be told to the solver later.
        """
        sorts = tuple(argument.sort() for argument in arguments)
        result = self.function(name, sorts, gives)(*arguments)
        self.calls[f"{name} {result.get_id()}"] = (name, arguments, result)
        return result
