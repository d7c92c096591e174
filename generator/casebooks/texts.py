"""Every different text of a column, understood once by the field's own kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from forms_spec.judge.judgement import CellState
from forms_spec.judge.limits import outside
from forms_spec.judge.plan import FieldPlan, plan_of
from forms_spec.judge.world import CapturedForm, Facts, Subject, computed
from forms_spec.kinds import Refusal
from forms_spec.record import EmptyCasebook, FormKey, Record
from forms_spec.rules.convert import to_rule
from forms_spec.rules.core import RuleValue
from forms_spec.rules.types import Type
from generator.casebooks.reads import Shape, companion_of, is_fixed, limits

BLANK, ANSWERED = 0, 1
"""The classes that every field has; the others are numbered as they turn up."""
SEPARATOR = "\x1f"
"""Between the codes of a multiple choice; no code has it."""


class Outcome(NamedTuple):
    """What a text, or a computed value, is in its field. ``code`` is the finding that it gives, if any."""

    state: CellState
    code: str | None = None
    missing: str | None = None
    draft_only: bool = False


class Meaning(NamedTuple):
    """``key`` is the text, or the computed value as ``key_text`` writes it."""

    key: str
    outcome: int
    value: RuleValue | None


class Reader:
    """Understands the texts of one field. ``outcomes`` grows with what is met."""

    def __init__(self, shape: Shape, plan: FieldPlan, today: date) -> None:
        self.plan = plan
        key = FormKey(shape.form.name, "", 0)
        nobody = Subject(shape.study, EmptyCasebook(), today, None)
        self.blank = CapturedForm(plan_of(shape.study, shape.form), Record(), key, nobody)
        self.outcomes = [Outcome(CellState.BLANK), Outcome(CellState.ANSWERED)]
        ends = [end for *_, low, high in limits(shape, plan.field) for end in (low, high)]
        self.fixed = companion_of(plan.field) is None and all(is_fixed(end) for end in ends)
        """Whether the ranges are the same for every subject, so that a text alone tells."""

    def texts(self, texts: Iterable[str]) -> list[Meaning]:
        """Texts as they were entered."""
        return [self._meaning(text, self.blank.given(self.plan, text, True)) for text in texts]

    def results(self, values: Iterable[tuple[str, RuleValue]]) -> list[Meaning]:
        """Results of the field's formula, each with how SQL writes it."""
        return [self._meaning(key, computed(self.plan, value, True)) for key, value in values]

    def beside(self, texts: Iterable[str]) -> list[Meaning]:
        """Texts that stand in a calculated field: their values, to be compared."""
        found = []
        for text in texts:
            value = self.plan.field.kind.parse(text, self.plan.field)
            seen = None if isinstance(value, Refusal) else to_rule(value)
            found.append(Meaning(text, ANSWERED, seen))
        return found

    def _meaning(self, key: str, facts: Facts) -> Meaning:
        return Meaning(key, self._number(self._outcome(facts)), facts.seen)

    def _outcome(self, facts: Facts) -> Outcome:
        if facts.state is CellState.INVALID:
            assert facts.refusal is not None
            return Outcome(facts.state, facts.refusal.code)
        if facts.state is CellState.MISSING:
            draft_only = self.plan.missing[facts.text]
            return Outcome(facts.state, "missing-draft-only" if draft_only else None, facts.text, draft_only)
        if facts.state is CellState.ANSWERED and self.fixed:
            return Outcome(facts.state, self._outside(facts))
        return Outcome(facts.state)

    def _outside(self, facts: Facts) -> str | None:
        frames = self.blank.frames(None)
        for said, word in ((self.plan.ranges, "range"), (self.plan.expected, "expected")):
            held = said.get(None)
            found = outside(facts, held, self.plan, frames) if held is not None else None
            if found is not None:
                return f"{found[0]}-{word}"
        return None

    def _number(self, outcome: Outcome) -> int:
        if outcome not in self.outcomes:
            self.outcomes.append(outcome)
        return self.outcomes.index(outcome)


def meanings_frame(meanings: Iterable[Meaning], type_: Type) -> pl.DataFrame:
    """Meanings as columns: ``v`` holds texts and numbers, ``lo`` and ``hi`` days and times."""
    rows = [(one.key, one.outcome, *_columns(one.value, type_)) for one in meanings]
    schema: Mapping[str, Any] = {
        "key": pl.String,
        "class": pl.UInt8,
        "v": pl.String,
        "lo": pl.Int64,
        "hi": pl.Int64,
    }
    return pl.DataFrame(rows, schema, orient="row")


def _columns(value: Any, type_: Type) -> tuple[str | None, int | None, int | None]:
    if value is None:
        return None, None, None
    if type_ is Type.DATE:
        return None, value[0], value[1]
    if type_ in (Type.TIME, Type.DATETIME):
        return None, value, value
    if type_ is Type.CHOICES:
        return SEPARATOR.join(sorted(value)), None, None
    if type_ is Type.CONDITION:
        return str(value).lower(), None, None
    return str(value), None, None


VALUE_SQL: Mapping[Type, str] = {
    Type.CONDITION: "CAST(v AS BOOLEAN)",
    Type.NUMBER: "CAST(v AS HUGEINT)",
    Type.TEXT: "v",
    Type.CHOICE: "v",
    Type.CHOICES: f"string_split(v, '{SEPARATOR}')",
    Type.DATE: "CASE WHEN lo IS NOT NULL THEN struct_pack(lo := lo, hi := hi) END",
    Type.TIME: "lo",
    Type.DATETIME: "lo",
    Type.FILE: "v",
}
"""The value again, as the relations hold it."""

KEY_SQL: Mapping[Type, str] = {
    Type.DATE: "{0}.lo || '/' || {0}.hi",
    Type.CHOICES: "array_to_string({0}, '" + SEPARATOR + "')",
}
"""How a computed value is written where it is not cast to text."""


def key_sql(value: str, type_: Type) -> str:
    """The text under which a computed value is looked up."""
    return KEY_SQL.get(type_, "CAST({0} AS VARCHAR)").format(value)


def value_of_key(key: str, type_: Type) -> RuleValue:
    """What ``key_sql`` has written."""
    if type_ is Type.NUMBER:
        return int(key)
    if type_ is Type.DATE:
        low, high = key.split("/")
        return int(low), int(high)
    if type_ is Type.CHOICES:
        return frozenset(key.split(SEPARATOR))
    if type_ is Type.CONDITION:
        return key == "true"
    if type_ in (Type.TIME, Type.DATETIME):
        return int(key)
    return key
