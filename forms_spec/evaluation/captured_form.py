"""A subject's captured forms as rules see them: cells evaluated on demand, each once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from forms_spec.evaluation.form_plan import FieldPlan, FormPlan, plan_of
from forms_spec.evaluation.form_result import CellState
from forms_spec.findings.places import DataPlace
from forms_spec.kinds import Refusal
from forms_spec.model.captured_data import LOG, Casebook, Context, FormKey, Record
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from forms_spec.model.values import Value
from forms_spec.model.visit_lookup import nearest_visit, visit_order
from forms_spec.rule_syntax.limits import SCALE
from forms_spec.rules.runtime.environment import FramePosition, Frames
from forms_spec.rules.runtime.operators import round_half_away
from forms_spec.rules.runtime.value_conversion import from_rule, to_rule
from forms_spec.rules.semantics.resolved import RuleValue
from forms_spec.rules.semantics.types import Type


@dataclass(slots=True)
class CellResult:
    """What one cell turned out to be.

    ``seen`` is its value as rules see it, None for UNKNOWN.
    """

    state: CellState
    text: str
    shown: bool | None
    value: Value | None = None
    seen: RuleValue | None = None
    refusal: Refusal | None = None


SHORT, REMEMBERED = 40, 1000
"""The texts of a field that are remembered: their length, and how many."""
_PENDING = CellResult(CellState.BLANK, "", None)


class EvaluatedForm:
    """One form of the subject: its record, and what its cells mean."""

    def __init__(
        self, plan: FormPlan, record: Record, key: FormKey, world: EvaluatedSubject
    ) -> None:
        self.plan = plan
        self.record = record
        self.key = key
        self.world = world
        self._texts: dict[tuple[str, int | None], Mapping[str, str]] = {
            (group, row.number): row.texts
            for group, rows in record.rows.items()
            for row in rows
        }
        self._texts[plan.form.name, None] = record.texts
        self._facts: dict[tuple[str, int | None, str], CellResult] = {}

    def rows(self, table: str) -> Sequence[int]:
        return [row.number for row in self.record.rows.get(table, ())]

    def value(self, table: str, row: int | None, field: str) -> RuleValue | None:
        return self.facts(table, row, field).seen

    def entered(self, table: str, row: int | None, field: str) -> RuleValue | None:
        plan = self.plan.fields[table, field]
        return self.given(plan, self.text(table, row, field), True).seen

    def missing(self, table: str, row: int | None, field: str) -> str | None:
        facts = self.facts(table, row, field)
        if facts.state is not CellState.MISSING:
            return None

        return facts.text

    def text(self, table: str, row: int | None, field: str) -> str:
        """The text as it was captured."""
        return self._texts.get((table, row), {}).get(field, "")

    def place(self, table: str, row: int | None, field: str | None) -> DataPlace:
        return DataPlace(
            table=table,
            field=field,
            row=row,
            subject=self.world.subject,
            visit=self.key.visit or None,
            unsno=self.key.unsno,
        )

    def frames(self, row: int | None) -> Frames:
        return [FramePosition(self, row)]

    def facts(self, table: str, row: int | None, field: str) -> CellResult:
        """The cell's facts; a cell that turns out to depend on itself is UNKNOWN to
        itself.
        """
        key = (table, row, field)
        fact = self._facts.get(key)

        if fact is None:
            if (table, field) in self.plan.deep:
                self._prepare(key)

            self._facts[key] = _PENDING
            fact = self._facts[key] = self._evaluate(
                self.plan.fields[table, field], row
            )

        return fact

    def _prepare(self, key: tuple[str, int | None, str]) -> None:
        """Evaluates what the cell reads of this form, and what that reads, without
        recursion.
        """
        stack, begun = [key], set()
        while stack:
            index = stack[-1]
            if index not in begun:
                begun.add(index)
                stack += [
                    item
                    for item in self._read_by(index)
                    if item not in begun and item not in self._facts
                ]
                continue

            # Seen for the second time: all that the cell reads is evaluated by now.
            stack.pop()
            if index != key and index not in self._facts:
                table, row, field = index
                self._facts[index] = _PENDING
                self._facts[index] = self._evaluate(self.plan.fields[table, field], row)

    def _read_by(
        self, key: tuple[str, int | None, str]
    ) -> Iterator[tuple[str, int | None, str]]:
        """The cells of this form that a cell reads: of its own row, or of all rows from
        outside them.
        """
        table, row, field = key
        for other, name in self.plan.reads[table, field]:
            if other not in self.plan.row_tables:
                yield other, None, name
                continue

            # A rule of a row reads its own row; one outside reads them all together.
            numbers: Sequence[int | None] = (
                (row,) if other == table else self.rows(other)
            )
            for number in numbers:
                yield other, number, name

    def settle(self) -> None:
        """Evaluates every cell in dependency order, so that no chain of formulas goes
        deep.
        """
        for table, field in self.plan.order:
            has_rows = table in self.plan.row_tables
            # A field outside the rows has one cell, of no row.
            rows = self.rows(table) if has_rows else (None,)
            for row in rows:
                self.facts(table, row, field)

    def _evaluate(self, plan: FieldPlan, row: int | None) -> CellResult:
        text = self.text(plan.table, row, plan.field.name)
        shown = self._shown(plan, row) if plan.shown else True
        if plan.value is not None:
            return self._calculated(plan, row, shown)
        if shown is False:
            return CellResult(CellState.HIDDEN, text, False)

        return self.given(plan, text, shown)

    def given(self, plan: FieldPlan, text: str, shown: bool | None) -> CellResult:
        """What a text means in a field that is not hidden."""
        if text == "":
            return CellResult(CellState.BLANK, "", shown)

        if text in self.world.study.missing:
            if text in plan.missing:
                return CellResult(CellState.MISSING, text, shown)

            refusal = Refusal(code="missing-not-allowed", details=(("name", text),))
            return CellResult(CellState.INVALID, text, shown, refusal=refusal)

        return _parsed(plan, text, shown)

    def _shown(self, plan: FieldPlan, row: int | None) -> bool | None:
        frames = self.frames(row)
        outcome: bool | None = True

        for condition in plan.shown:
            value = condition(frames)
            if value is False:
                return False

            if value is None:
                outcome = None

        return outcome

    def _calculated(
        self, plan: FieldPlan, row: int | None, shown: bool | None
    ) -> CellResult:
        """The computed value; the text that came along is not used."""
        if shown is False:
            return CellResult(CellState.HIDDEN, "", False)

        assert plan.value is not None
        value = plan.value(self.frames(row))
        return computed(plan, value, shown)


def computed(
    plan: FieldPlan, value: RuleValue | None, shown: bool | None
) -> CellResult:
    """What a formula's value means in its field, rounded to the field's places."""
    field = plan.field
    if value is not None and plan.type is Type.NUMBER:
        assert isinstance(value, int)
        places = 0 if field.kind.name == "integer" else field.places
        if places is not None:
            value = round_half_away(value, places * SCALE)

    result = None if value is None else from_rule(value, field)
    if result is None:
        return CellResult(CellState.BLANK, "", shown)

    text = field.kind.write(result, field)
    return _parsed(plan, text, shown)


def _parsed(plan: FieldPlan, text: str, shown: bool | None) -> CellResult:
    try:
        value, seen = plan.meanings[text]
    except KeyError:
        value, seen = _meaning(plan, text)

    if isinstance(value, Refusal):
        return CellResult(CellState.INVALID, text, shown, refusal=value)

    return CellResult(CellState.ANSWERED, text, shown, value=value, seen=seen)


def _meaning(plan: FieldPlan, text: str) -> tuple[Value | Refusal, RuleValue | None]:
    """Equal texts of a field are read once, as long as they are few and short."""
    value = plan.field.kind.parse(text, plan.field)
    result = (value, None if isinstance(value, Refusal) else to_rule(value))

    if len(text) <= SHORT:
        if len(plan.meanings) >= REMEMBERED:
            plan.meanings.clear()

        plan.meanings[text] = result

    return result


class EvaluatedSubject:
    """Every form of one subject, found by key, made ready when it is first looked at."""

    def __init__(
        self, study: Study, casebook: Casebook, today: date, subject: str | None
    ) -> None:
        self.study = study
        self.casebook = casebook
        self.subject = subject
        self._today = today.toordinal()
        self._forms: dict[FormKey, EvaluatedForm | None] = {}
        self._keys: dict[str, list[FormKey]] = {}
        self._put: set[FormKey] = set()

    @property
    def today(self) -> int:
        """The day of the evaluation as an ordinal number."""
        return self._today

    def put(self, form: Form, record: Record, key: FormKey) -> EvaluatedForm:
        """The form that is judged stands in place of what was captured of it before."""
        captured_form = self._forms[key] = EvaluatedForm(
            plan_of(self.study, form), record, key, self
        )
        self._put.add(key)
        self._keys.pop(form.name, None)
        return captured_form

    def form(self, key: FormKey) -> EvaluatedForm | None:
        if key not in self._forms:
            record = self.casebook.record(key)
            # That a form is not captured is remembered too: it is asked for often.
            captured = None if record is None else self._captured(key, record)
            self._forms[key] = captured

        return self._forms[key]

    def _captured(self, key: FormKey, record: Record) -> EvaluatedForm:
        plan = plan_of(self.study, self.study.forms[key.form])
        return EvaluatedForm(plan, record, key, self)

    def keys(self, form: str) -> list[FormKey]:
        """The captured instances of a form, in visit order."""
        result = self._keys.get(form)
        if result is not None:
            return result

        put = [key for key in self._put if key.form == form]
        result = list({*self.casebook.keys(form), *put})
        # Most forms are captured once, and need no order.
        if len(result) > 1:
            result.sort(key=self.position)

        self._keys[form] = result
        return result

    def position(self, key: FormKey) -> tuple[int, int]:
        order = visit_order(self.study)
        return order.get(key.visit, len(order)), key.unsno

    def at(
        self, form: str, visit: str | None, seen_from: FormKey, field: str
    ) -> EvaluatedForm | None:
        if self.study.forms[form].log:
            return self.form(FormKey(form, LOG, 0))

        # The last answer counts, so earlier forms without one are passed over.
        if visit == "previous":
            for item in reversed(self.earlier(form, seen_from)):
                if item.value(form, None, field) is not None:
                    return item

            return None

        if visit is not None:
            return self.form(FormKey(form, visit, 0))

        there = nearest_visit(self.study, form, seen_from.visit)
        if there is None:
            return None

        # Of an unscheduled visit it is the form of the same one.
        is_here = there == seen_from.visit
        unsno = seen_from.unsno if is_here else 0
        return self.form(FormKey(form, there, unsno))

    def earlier(self, form: str, seen_from: FormKey) -> list[EvaluatedForm]:
        here = self.position(seen_from)
        keys = [key for key in self.keys(form) if self.position(key) < here]

        return list(filter(None, map(self.form, keys)))

    def instances(
        self, form: str, visit: str, seen_from: FormKey
    ) -> Sequence[EvaluatedForm]:
        if visit == "previous":
            return self.earlier(form, seen_from)[-1:]

        keys = [key for key in self.keys(form) if visit in ("all", key.visit)]
        return list(filter(None, map(self.form, keys)))


def form_in_context(
    study: Study, form: Form, record: Record, context: Context
) -> EvaluatedForm:
    """A form where and when it is judged, among the other forms of its subject."""
    # A log form belongs to no visit.
    visit = LOG if form.log else context.visit or ""
    key = FormKey(form.name, visit, context.unsno)
    subject = EvaluatedSubject(study, context.casebook, context.today, context.subject)

    return subject.put(form, record, key)
