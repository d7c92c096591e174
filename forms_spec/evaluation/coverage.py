"""What subjects reach of a dictionary: which rules found something or held, which
conditions came out TRUE and FALSE, which options were chosen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from forms_spec.evaluation.captured_form import EvaluatedForm, EvaluatedSubject
from forms_spec.evaluation.form_plan import FieldPlan, plan_of
from forms_spec.evaluation.form_result import CellState
from forms_spec.findings.places import TextPlace
from forms_spec.model.captured_data import FormKey, InMemoryCasebook, Record
from forms_spec.model.study import Study
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rules.runtime.compiler import compile_expression
from forms_spec.rules.runtime.environment import Closure, Frames
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.types import Type

RULE, CONDITION, OPTION = "rule", "condition", "option"
TRUE, FALSE, UNKNOWN, SKIPPED, CHOSEN = "TRUE", "FALSE", "UNKNOWN", "skipped", "chosen"
"""SKIPPED: the rule does not apply there."""
WANTED: Mapping[str, tuple[str, ...]] = {
    RULE: (TRUE, FALSE),
    CONDITION: (TRUE, FALSE),
    OPTION: (CHOSEN,),
}
_OUTCOMES = {True: TRUE, False: FALSE, None: UNKNOWN}


@dataclass(frozen=True, kw_only=True, slots=True)
class CoveragePoint:
    """Something of the dictionary that subjects may reach, and how often they did, by
    outcome.
    """

    kind: str
    name: str
    words: str
    place: TextPlace | None
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def never(self) -> tuple[str, ...]:
        """The outcomes that no subject reached."""
        return tuple(name for name in WANTED[self.kind] if not self.counts[name])


class Coverage:
    """Counts subject by subject. ``points`` has everything, in the dictionary's order."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.subjects = 0
        self.forms = 0
        self._points: dict[tuple[str, str], CoveragePoint] = {}
        for point in chain(_rules(study), _conditions(study), _options(study)):
            self._points[point.kind, point.name] = point

    @property
    def points(self) -> tuple[CoveragePoint, ...]:
        return tuple(self._points.values())

    def of(self, kind: str) -> tuple[CoveragePoint, ...]:
        """The points of one kind."""
        return tuple(point for point in self.points if point.kind == kind)

    def add(self, subject: str, records: Mapping[FormKey, Record], today: date) -> None:
        """Counts what the forms of one more subject reach."""
        evaluated = EvaluatedSubject(
            self.study, InMemoryCasebook(records), today, subject
        )
        self.subjects += 1
        for key in records:
            captured = evaluated.form(key)
            if captured is not None:
                self.forms += 1
                self._form(captured)

        for name, key, condition in _of_schedule(self.study):
            home = Home(form=self.study.forms[key.form])
            closure = compile_expression(condition, self.study, home, Type.CONDITION)
            here = evaluated.form(key) or EvaluatedForm(
                plan_of(self.study, home.form), Record(), key, evaluated
            )
            self._count(name, closure, here.frames(None))

    def _form(self, captured: EvaluatedForm) -> None:
        captured.settle()
        for rule in captured.plan.rules:
            for row in _rows(captured, rule.table):
                frames = captured.frames(row)
                applies = True if rule.applies is None else rule.applies(frames)
                outcome = rule.holds(frames) if applies is True else applies
                word = SKIPPED if applies is False else _word(outcome)
                self._points[RULE, rule.rule.name].counts[word] += 1

        for group in captured.plan.groups:
            if group.shown is not None:
                name = f"{group.group.name} show_when"
                self._count(name, group.shown, captured.frames(None))

        for plan in captured.plan.fields.values():
            for row in _rows(captured, plan.table):
                self._field(captured, plan, row)

    def _field(self, captured: EvaluatedForm, plan: FieldPlan, row: int | None) -> None:
        name, frames = f"{plan.table}.{plan.field.name}", captured.frames(row)
        if plan.field.show_when is not None:
            # The condition of its group stands before its own.
            self._count(f"{name} show_when", plan.shown[-1], frames)
        if not isinstance(plan.required, bool):
            self._count(f"{name} required", plan.required, frames)

        facts = captured.facts(plan.table, row, plan.field.name)
        if plan.field.codelist is not None and facts.state is CellState.ANSWERED:
            for code in facts.text.split(";"):
                point = self._points.get((OPTION, f"{name} {code}"))
                if point is not None:
                    point.counts[CHOSEN] += 1

    def _count(self, name: str, condition: Closure, frames: Frames) -> None:
        self._points[CONDITION, name].counts[_word(condition(frames))] += 1


def _word(outcome: object) -> str:
    return _OUTCOMES[outcome if isinstance(outcome, bool) else None]


def _rows(captured: EvaluatedForm, table: str) -> Sequence[int | None]:
    in_rows = table in captured.plan.row_tables
    return captured.rows(table) if in_rows else (None,)


def _rules(study: Study) -> Iterator[CoveragePoint]:
    for rule in study.rules.values():
        yield CoveragePoint(
            kind=RULE, name=rule.name, words=rule.message, place=rule.place
        )


def _conditions(study: Study) -> Iterator[CoveragePoint]:
    def point(name: str, condition: Expression) -> CoveragePoint:
        return CoveragePoint(
            kind=CONDITION, name=name, words=condition.text, place=condition.place
        )

    for form in study.forms.values():
        for group in form.groups:
            if group.show_when is not None:
                yield point(f"{group.name} show_when", group.show_when)

            table = group.name if group.rows else form.name
            for item in group.fields:
                if item.show_when is not None:
                    yield point(f"{table}.{item.name} show_when", item.show_when)
                if not isinstance(item.required, bool):
                    yield point(f"{table}.{item.name} required", item.required)

    for name, _key, condition in _of_schedule(study):
        yield point(name, condition)


def _of_schedule(study: Study) -> Iterable[tuple[str, FormKey, Expression]]:
    """The conditions of forms at visits that take place once."""
    for scheduled in study.schedule:
        if scheduled.when is not None and not study.visits[scheduled.visit].repeats:
            name = f"{scheduled.form} at {scheduled.visit}"
            yield name, FormKey(scheduled.form, scheduled.visit, 0), scheduled.when


def _options(study: Study) -> Iterator[CoveragePoint]:
    for table_name, table in study.tables.items():
        for item in table.fields:
            is_asked = item.collected and item.value is None
            if item.codelist is None or not is_asked:
                continue

            for code in item.codelist.codes:
                yield CoveragePoint(
                    kind=OPTION,
                    name=f"{table_name}.{item.name} {code.code}",
                    words=code.label,
                    place=item.place,
                )
