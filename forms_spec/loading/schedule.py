"""The schedule: a grid of forms and visits, and the condition of each conditional form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.arms import ArmConditions
from forms_spec.loading.expressions import LocatedExpression, parse_at
from forms_spec.loading.finding_collector import Notes, SourceNode
from forms_spec.model.fields import Form
from forms_spec.model.visits import Expectation, Scheduled, Visit
from forms_spec.rule_syntax.expression import all_of, parse_expression
from forms_spec.rules import Expression

MARKS: Mapping[str, Expectation | None] = {
    "X": Expectation.REQUIRED,
    "C": Expectation.CONDITIONAL,
    "o": Expectation.OPTIONAL,
    ".": None,
}
COLUMNS = "columns"
WORD = re.compile(r"\S+")
MARK = re.compile(r"([XCo.])(?:\(([^()]+)\))?")
"""``X``, or ``X(A,B)``: for the subjects of some arms only."""

Condition = tuple[str, str | None]
"""A form, and a visit; None where one condition counts for all visits of the form."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenMark:
    """A mark of the grid. ``exists`` says whether the subject has the form at all."""

    expectation: Expectation
    exists: Expression | None
    place: TextPlace


def _last_number(visit: Visit, place: TextPlace) -> Expression | None:
    """That a cycle has no larger number than the last; None where there is no last."""
    if visit.cycles is None or visit.cycles.most is None:
        return None

    parsed = parse_expression(f"unsno <= {visit.cycles.most}", place)
    return None if isinstance(parsed, Finding) else parsed


@dataclass(frozen=True, kw_only=True)
class ScheduleGrid:
    """One file's schedule and conditions. ``spot`` is the file."""

    rows: Mapping[str, str]
    conditions: Any
    spot: SourceNode
    visits: Mapping[str, Visit]
    forms: Mapping[str, Form]
    arms: ArmConditions
    notes: Notes
    conditional: set[Condition] = field(default_factory=set)
    """Where the grid has a mark C."""

    def build(
        self, schedule: dict[tuple[str, str], Scheduled]
    ) -> list[tuple[LocatedExpression, str]]:
        """Add what the grid says; gives each condition with its form."""
        columns = self._columns()
        conditions = dict(self._conditions())

        # Without its columns nobody knows for which visits a row's marks are.
        if columns is not None:
            for form, row in self.rows.items():
                if form != COLUMNS:
                    self._row(form, row, columns, conditions, schedule)

        self._unused(conditions)

        return [(written, form) for (form, _), written in conditions.items()]

    def _columns(self) -> list[str] | None:
        """The visits of the columns, unknown ones too; None where there are none."""
        if COLUMNS not in self.rows:
            if self.rows:
                self.notes.say("schedule-without-columns", self.spot.at("schedule").key)

            return None

        spot = self.spot.at("schedule", COLUMNS)
        written = self.rows[COLUMNS].split()
        without = [name for name in self.visits if name not in written]
        names: list[str] = []

        for word in WORD.finditer(self.rows[COLUMNS]):
            name = word.group()
            place = spot.span(*word.span())

            if name not in self.visits:
                self._unknown_visit(name, place, without)
            elif name in names:
                near = _meant(name, without)
                self.notes.say("column-twice", place, name=name, near=near)

            names.append(name)

        return names

    def _unknown_visit(
        self, name: str, place: TextPlace, without: Sequence[str] = ()
    ) -> None:
        """``without`` are the visits without a column, which were probably meant."""
        near = _meant(name, without) or did_you_mean(name, self.visits)
        self.notes.say("unknown-visit", place, name=name, near=near)

    def _unknown_form(self, name: str, place: TextPlace) -> None:
        near = did_you_mean(name, self.forms)
        self.notes.say("unknown-form", place, name=name, near=near)

    def _row(
        self,
        form: str,
        row: str,
        columns: list[str],
        conditions: Mapping[Condition, LocatedExpression],
        schedule: dict[tuple[str, str], Scheduled],
    ) -> None:
        spot = self.spot.at("schedule", form)
        if form not in self.forms:
            self._unknown_form(form, spot.key)
        elif self.forms[form].log:
            self.notes.say("log-in-schedule", spot.key, name=form)

        marks = list(WORD.finditer(row))
        if len(marks) != len(columns):
            self.notes.say(
                "schedule-row-length",
                spot.place,
                name=form,
                given=len(marks),
                needed=len(columns),
            )
            return

        for visit, mark in zip(columns, marks, strict=True):
            place = spot.span(*mark.span())
            parsed = MARK.fullmatch(mark.group())
            if parsed is None:
                self.notes.say("schedule-mark", place, mark=mark.group())
                continue

            expectation = MARKS[parsed[1]]
            if expectation is None or visit not in self.visits:
                continue

            exists = self._exists(form, visit, parsed[2], place)
            written = WrittenMark(expectation=expectation, exists=exists, place=place)

            # Of two marks for a form and a visit, in two files, the first counts.
            if (form, visit) not in schedule:
                schedule[form, visit] = self._scheduled(
                    form, visit, written, conditions
                )

    def _exists(
        self, form: str, visit: str, arms: str | None, place: TextPlace
    ) -> Expression | None:
        """Whether the subject has the visit, and the form at it; ``arms`` are those
        beside the mark.
        """
        names = arms.split(",") if arms else []
        of_mark = self.arms.of(names, [place] * len(names), place)
        of_form = self.forms[form].when if form in self.forms else None

        return all_of(self.visits[visit].when, of_form, of_mark)

    def _scheduled(
        self,
        form: str,
        visit: str,
        mark: WrittenMark,
        conditions: Mapping[Condition, LocatedExpression],
    ) -> Scheduled:
        expectation = mark.expectation
        when: Expression | None = None
        if expectation is Expectation.CONDITIONAL:
            self.conditional.update(((form, visit), (form, None)))
            # A condition of the visit goes before one for all visits of the form.
            written = conditions.get((form, visit)) or conditions.get((form, None))
            if written is not None:
                when = written.expression
            elif not self._has_condition(form, visit):
                self.notes.say(
                    "conditional-without-condition",
                    mark.place,
                    form=form,
                    visit=visit,
                )

        # What a visit asks for, it asks for where it exists.
        if mark.exists is not None and expectation is Expectation.REQUIRED:
            expectation = Expectation.CONDITIONAL

        return Scheduled(
            form=form,
            visit=visit,
            expectation=expectation,
            when=all_of(mark.exists, when),
            exists=all_of(mark.exists, _last_number(self.visits[visit], mark.place)),
            place=mark.place,
        )

    def _has_condition(self, form: str, visit: str) -> bool:
        """True when there is a condition, even one that could not be read."""
        if not isinstance(self.conditions, dict):
            return False

        condition = self.conditions.get(form)
        if isinstance(condition, dict):
            return visit in condition

        return isinstance(condition, str)

    def _conditions(self) -> Iterator[tuple[Condition, LocatedExpression]]:
        top = self.spot.at("conditions")
        if not isinstance(self.conditions, dict):
            self.notes.say("not-a-mapping", top.place, key="conditions")
            return

        for form, condition in self.conditions.items():
            spot = top.at(form)
            if form not in self.forms:
                self._unknown_form(form, spot.key)

            if isinstance(condition, dict):
                yield from self._conditions_by_visit(form, condition, spot)
            else:
                parsed = self._parse(spot)
                if parsed is not None:
                    yield (form, None), parsed

    def _conditions_by_visit(
        self, form: str, visits: Iterable[str], spot: SourceNode
    ) -> Iterator[tuple[Condition, LocatedExpression]]:
        for visit in visits:
            visit_spot = spot.at(visit)
            if visit not in self.visits:
                self._unknown_visit(visit, visit_spot.key)

            parsed = self._parse(visit_spot)
            if parsed is not None:
                yield (form, visit), parsed

    def _parse(self, spot: SourceNode) -> LocatedExpression | None:
        if spot.data is None:
            self.notes.say("empty-value", spot.key, key=spot.path[-1])
            return None

        if spot.text is None:
            self.notes.say("not-text", spot.place, key=spot.path[-1])
            return None

        return parse_at(spot, self.notes)

    def _unused(
        self,
        conditions: Mapping[Condition, LocatedExpression],
    ) -> None:
        """Conditions of forms that no visit asks for under a condition."""
        for (form, visit), written in conditions.items():
            if form in self.forms and (form, visit) not in self.conditional:
                self.notes.say(
                    "condition-without-conditional",
                    written.spot.key,
                    form=form,
                    at="" if visit is None else f" at {visit}",
                )


def _meant(name: str, without: Sequence[str]) -> str:
    """The visit that a wrong column was probably meant for, as a question.

    The only visit without a column is meant, however it is spelt.
    """
    if len(without) == 1:
        return f'Did you mean "{without[0]}"?'

    return did_you_mean(name, without)
