"""Alters the facets of Cellkine's fields and the rows of its reference ranges; run by
``mutants.py``.

A field's alterations are judged by its lines of ``facets.txt``, a laboratory range's by
the cases of C40.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from forms_spec.evaluation.form_plan import PLANS
from forms_spec.evaluation.read_trace import COMPANIONS
from forms_spec.model.criteria import ReferenceRange
from forms_spec.model.facets import Range, Unit
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.study import Study
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules import Expression, Home, Type, parse_expression
from forms_spec.rules.semantics.resolver import MEANINGS, resolve
from forms_spec.rules.semantics.types import type_of
from tests.acceptance.alter import Alter
from tests.acceptance.cases import Written, findings_under, subjects, written
from tests.acceptance.facets import FacetCase, facet_cases, outcome

Said = tuple[str, Expression]


@dataclass(frozen=True, kw_only=True)
class FieldMutant:
    """A field, or the condition of its group, with one facet altered."""

    table: str
    field: Field
    altered: Field | Group
    part: str
    what: str

    def __str__(self) -> str:
        return f"{self.table}.{self.field.name}.{self.part}: {self.what}"


@dataclass(frozen=True, kw_only=True)
class RangeMutant:
    """A row of the reference ranges altered."""

    at: int
    row: ReferenceRange
    altered: ReferenceRange
    what: str

    def __str__(self) -> str:
        who = f" {self.row.sex}" if self.row.sex else ""
        return f"reference range of {self.row.test}{who}: {self.what}"


FacetMutant = FieldMutant | RangeMutant


def facet_mutants(study: Study) -> Iterator[FacetMutant]:
    """Every alteration of the fields, form by form, then of the reference ranges."""
    for form in study.forms.values():
        for group in form.groups:
            table = group.name if group.rows is not None else form.name
            yield from _OfFields(study, form, group, table).mutants()
    assert study.references is not None
    for at, row in enumerate(study.references.ranges):
        for what, altered in _rows(row, study):
            yield RangeMutant(at=at, row=row, altered=altered, what=what)


class _OfFields:
    """The alterations of one group's fields."""

    def __init__(self, study: Study, form: Form, group: Group, table: str) -> None:
        self.study = study
        self.group = group
        self.table = table
        self.home = Home(form=form, group=group if group.rows is not None else None)
        self.whole = Home(form=form)
        self.alter = Alter(study, tuple(dict.fromkeys((table, form.name))))

    def mutants(self) -> Iterator[FieldMutant]:
        fields = [field for field in self.group.fields if field.collected]
        if self.group.show_when is not None and fields:
            for what, shown in self.conditions(self.group.show_when, self.whole):
                altered = replace(self.group, show_when=shown)
                yield self.mutant(fields[0], altered, "group's show_when", what)
        for field in fields:
            yield from self.of_field(field)

    def mutant(
        self, field: Field, altered: Field | Group, part: str, what: str
    ) -> FieldMutant:
        return FieldMutant(
            table=self.table, field=field, altered=altered, part=part, what=what
        )

    def of_field(self, field: Field) -> Iterator[FieldMutant]:
        for what, required in self.required(field):
            yield self.mutant(
                field, replace(field, required=required), "required", what
            )
        if field.show_when is not None:
            for what, shown in self.conditions(field.show_when, self.home):
                yield self.mutant(
                    field, replace(field, show_when=shown), "show_when", what
                )
        if field.value is not None:
            for what, value in self.expressions(field.value, self.home, type_of(field)):
                yield self.mutant(field, replace(field, value=value), "value", what)
        for part in ("ranges", "expected"):
            yield from self.limits(field, part)
        if field.unit is not None:
            yield from self.units(field, field.unit)

    def required(self, field: Field) -> Iterator[tuple[str, bool | Expression]]:
        if isinstance(field.required, bool):
            if field.value is None:
                yield f"{field.required} -> {not field.required}", not field.required
            return
        yield "always", True
        yield "never", False
        yield from self.expressions(field.required, self.home, Type.CONDITION)

    def conditions(
        self, said: Expression, home: Home
    ) -> Iterator[tuple[str, Expression | None]]:
        yield "left out", None
        yield from self.expressions(said, home, Type.CONDITION)

    def expressions(self, said: Expression, home: Home, type_: Type) -> Iterator[Said]:
        for what, altered in self.alter.alterations(said.tree):
            found = replace(said, tree=altered, text=f"{said.text} ({what})")
            if not resolve(found, self.study, home, type_).findings:
                yield what, found

    def limits(self, field: Field, part: str) -> Iterator[FieldMutant]:
        ranges: dict[str | None, Range] = dict(getattr(field, part))
        for unit, held in ranges.items():
            outer = field.ranges.get(unit) if part == "expected" else None
            for what, altered in self.ends(field, held):
                if outer is not None and _behind(outer, held, altered):
                    continue
                changed: dict[str, Any] = {part: {**ranges, unit: altered}}
                name = f"{part} in {unit}" if unit else part
                yield self.mutant(field, replace(field, **changed), name, what)

    def ends(self, field: Field, held: Range) -> Iterator[tuple[str, Range]]:
        for side in ("low", "high"):
            end: Expression | None = getattr(held, side)
            if end is None:
                continue
            opened = f"{side}_open"
            flags: dict[str, Any] = {opened: not getattr(held, opened)}
            yield (
                f"{side} without its limit"
                if flags[opened]
                else f"{side} with its limit",
                replace(held, **flags),
            )
            for what, other in (
                (f"{side} left out", None),
                *self.moved(field, side, end),
            ):
                ends: dict[str, Any] = {side: other}
                yield what, replace(held, **ends)

    def moved(self, field: Field, side: str, end: Expression) -> Iterator[Said]:
        """A number by its last place; any other end by what it says."""
        number = _number(end.tree)
        if number is None:
            for what, altered in self.expressions(end, self.home, type_of(field)):
                yield f"{side} {what}", altered
            return
        step = Decimal(1).scaleb(-(field.places or 0))
        for moved in (number + step, number - step):
            parsed = parse_expression(str(moved), end.place)
            assert isinstance(parsed, Expression)
            yield f"{side} {number} -> {moved}", parsed

    def units(self, field: Field, unit: Unit) -> Iterator[FieldMutant]:
        home = Home(form=self.home.form, group=self.home.group, value=field)
        for at, choice in enumerate(unit.choices):
            if choice.formula is None:
                continue
            for what, formula in self.expressions(choice.formula, home, Type.NUMBER):
                choices = (
                    *unit.choices[:at],
                    replace(choice, formula=formula),
                    *unit.choices[at + 1 :],
                )
                altered = replace(field, unit=replace(unit, choices=choices))
                yield self.mutant(field, altered, f"unit {choice.code}", what)


def _behind(outer: Range, held: Range, altered: Range) -> bool:
    """Whether an expected end that is the range's too was left out, or moved outward.

    What passes the range's end is refused, and the expected one is not looked at: this
    changes nothing.
    """
    for side, outward in (("low", -1), ("high", 1)):
        own, end, other = (_end(one, side) for one in (held, outer, altered))
        if own is not None and own == end and own != other:
            return other is None or (other - own) * outward > 0
    return False


def _end(held: Range, side: str) -> Decimal | None:
    end: Expression | None = getattr(held, side)
    return None if end is None else _number(end.tree)


def _number(node: syntax_tree.Node) -> Decimal | None:
    if isinstance(node, syntax_tree.Literal) and node.kind == "number":
        assert isinstance(node.value, Decimal)
        return node.value
    if isinstance(node, syntax_tree.Negative):
        inner = _number(node.operand)
        return None if inner is None else -inner
    return None


def _rows(row: ReferenceRange, study: Study) -> Iterator[tuple[str, ReferenceRange]]:
    """Each end moved by the last place of the result, and left out; the other sex, and
    both.
    """
    field = next(
        f
        for table in study.tables.values()
        for f in table.fields
        if f.lab_test == row.test
    )
    steps = {"low": Decimal(1).scaleb(-(field.places or 0)), "age_low": Decimal(1)}
    steps |= {"high": steps["low"], "age_high": Decimal(1)}
    for name, step in steps.items():
        held: str | None = getattr(row, name)
        if held is None:
            continue
        for other in (str(Decimal(held) + step), str(Decimal(held) - step), None):
            changed: dict[str, Any] = {name: other}
            yield f"{name} {held} -> {other}", replace(row, **changed)
    if row.sex is not None:
        for sex in ("F" if row.sex == "M" else "M", None):
            yield f"sex {row.sex} -> {sex}", replace(row, sex=sex)
    yield "left out", replace(row, test="")


class FacetBench:
    """The lines of ``facets.txt`` by field, and the cases of C40."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.lines: dict[tuple[str, str], list[FacetCase]] = defaultdict(list)
        for case in facet_cases():
            self.lines[case.table, case.field].append(case)
        self.laboratory = [case for case in written() if case.of == "C40"]
        for case in facet_cases():
            outcome(
                study, case
            )  # plans every form, so that mutants can share what is not altered

    def noticed(self, mutant: FacetMutant) -> str | None:
        """The line or case that notices; None when the mutant survives."""
        if isinstance(mutant, RangeMutant):
            return self.by_laboratory(mutant)
        study = self.with_field(mutant)
        for case in self.lines_of(mutant):
            if outcome(study, case) != case.outcome:
                return str(case)
        return None

    def lines_of(self, mutant: FieldMutant) -> Iterator[FacetCase]:
        """Of the field; of its group's fields for the group's condition; of formulas
        for a unit.
        """
        if isinstance(mutant.altered, Group):
            for field in mutant.altered.fields:
                yield from self.lines[mutant.table, field.name]
            return
        yield from self.lines[mutant.table, mutant.field.name]
        if mutant.part.startswith("unit"):
            for field in self.study.tables[mutant.table].fields:
                if field.value is not None and mutant.field.name in field.value.text:
                    yield from self.lines[mutant.table, field.name]

    def by_laboratory(self, mutant: RangeMutant) -> str | None:
        references = self.study.references
        assert references is not None
        rows = references.ranges
        ranges = (*rows[: mutant.at], mutant.altered, *rows[mutant.at + 1 :])
        study = replace(self.study, references=replace(references, ranges=ranges))
        self.share(study, {"lbh", "lbc"}, "reference")
        for form in ("lbh", "lbc"):
            for line in self.lines[form, f"{mutant.row.test}_lbnrind"]:
                if outcome(study, line) != line.outcome:
                    return str(line)
        for case in self.laboratory:
            if (
                f"{mutant.row.test}_lb" in case.text
                and self.finds(study, case) != case.finds
            ):
                return case.name
        return None

    def finds(self, study: Study, case: Written) -> set[str]:
        return findings_under(study, subjects()[case.subject], case.of)

    def with_field(self, mutant: FieldMutant) -> Study:
        """The study with the altered field or group, and what was made of the rest of
        it.
        """
        form = self.study.forms[mutant.field.form]
        study = replace(
            self.study, forms={**self.study.forms, form.name: _altered(form, mutant)}
        )
        self.share(
            study, {form.name}, "in_unit" if mutant.part.startswith("unit") else None
        )
        return study

    def share(self, study: Study, forms: set[str], without: str | None) -> None:
        """Plans of other forms and meanings of expressions stay; not of those that name
        ``without``.
        """
        plans, companions, meanings = (
            PLANS.of(study),
            COMPANIONS.of(study),
            MEANINGS.of(study),
        )
        plans |= {
            form: plan
            for form, plan in PLANS.of(self.study).items()
            if form not in forms
        }
        companions |= {
            form: held
            for form, held in COMPANIONS.of(self.study).items()
            if form not in forms
        }
        meanings |= {
            key: (expression, meaning)
            for key, (expression, meaning) in MEANINGS.of(self.study).items()
            if without is None or without not in expression.text
        }


def _altered(form: Form, mutant: FieldMutant) -> Form:
    def group(held: Group) -> Group:
        if isinstance(mutant.altered, Group):
            return mutant.altered if held.name == mutant.altered.name else held
        fields = tuple(
            mutant.altered if one is mutant.field else one for one in held.fields
        )
        return replace(held, fields=fields)

    return replace(form, groups=tuple(group(one) for one in form.groups))
