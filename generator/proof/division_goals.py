"""Where a formula or a rule divides by 0, and has no result because of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from forms_spec.rule_syntax.expression import Expression
from forms_spec.rules.runtime.compiler import compile_core
from forms_spec.rules.runtime.environment import Frames
from forms_spec.rules.semantics.resolved import Apply, Constant, Core
from forms_spec.rules.semantics.resolver import resolve
from forms_spec.rules.semantics.types import Type
from generator.proof.core_text import core_text
from generator.proof.encoder import Encoder
from generator.proof.field_goals import FieldSpot
from generator.proof.goals import Confirm, Goal, Spot, Wanted, asked, says
from generator.proof.logic import Bool, neg
from generator.proof.rule_goals import RuleSpot
from generator.proof.values import number

DIVISIONS = frozenset({"div", "mod"})
EXPECTING = frozenset({"coalesce", "known"})
"""Operators that are there for what has no result."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Division:
    """A division, and the conditions that are TRUE or FALSE where it is looked at."""

    node: Apply
    path: tuple[tuple[Core, bool], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnedExpression:
    """An expression with the name of its owner and what must hold where it counts."""

    name: str
    owner: str
    spot: Spot
    expression: Expression
    core: Core
    given: tuple[Core, ...] = ()


def divisions(
    core: Core, path: tuple[tuple[Core, bool], ...] = ()
) -> Iterator[Division]:
    """The divisions whose failing is not expected, outside aggregates."""
    if not isinstance(core, Apply) or core.operator in EXPECTING:
        return
    if core.operator in DIVISIONS and not isinstance(core.arguments[1], Constant):
        yield Division(node=core, path=path)
    if core.operator != "case":
        for argument in core.arguments:
            yield from divisions(argument, path)
        return

    *branches, otherwise = core.arguments
    for condition, value in zip(branches[::2], branches[1::2], strict=True):
        yield from divisions(condition, path)
        yield from divisions(value, (*path, (condition, True)))
        path = (*path, (condition, False))
    yield from divisions(otherwise, path)


def field_wholes(fields: Iterable[FieldSpot]) -> Iterator[OwnedExpression]:
    """The formulas of fields."""
    for item in fields:
        value = item.plan.field.value
        if value is not None and item.plan.field.part_of is None:
            core = item.spot.core(value, item.plan.type)
            shown = tuple(
                resolve(condition, item.spot.study, home, Type.CONDITION).core
                for condition, home in item.plan.shown_by
            )
            yield OwnedExpression(
                name=f"zero {item.name}",
                owner=item.plan.field.name,
                spot=item.spot,
                expression=value,
                core=core,
                given=shown,
            )


def rule_whole(rule: RuleSpot) -> OwnedExpression:
    """The assertion of a rule."""
    given = () if rule.when is None else (rule.when,)
    return OwnedExpression(
        name=f"zero {rule.rule.name}",
        owner=f"The rule {rule.rule.name}",
        spot=rule.spot,
        expression=rule.rule.assertion,
        core=rule.assertion,
        given=given,
    )


def division_goals(items: Iterable[OwnedExpression]) -> Iterator[Goal]:
    """One question for each division. Those of a form that are alike are twins."""
    for whole in items:
        for index, division in enumerate(divisions(whole.core)):
            yield _goal(whole, division, index)


def _goal(whole: OwnedExpression, division: Division, index: int) -> Goal:
    spot, node = whole.spot, division.node
    path = (*((core, True) for core in whole.given), *division.path)

    def build(encoder: Encoder) -> Wanted:
        blocks, conditions = [], list[Bool]()
        for core, is_true in path:
            block, truth = spot.truth(encoder, core)
            blocks.append(block)
            conditions.append(truth.yes if is_true else truth.no)

        values: list[Any] = []
        for core in (*node.arguments, whole.core):
            block, value = spot.value(encoder, core)
            blocks.append(block)
            values.append(value)

        top, bottom, result = values
        conditions += [top.known, bottom.known, bottom.value == number(0)]
        conditions.append(neg(result.known))
        return spot.wanted(encoder, blocks, *conditions)

    return Goal(
        name=f"{whole.name} {index}",
        form=spot.home.form.name,
        asks=asked("zero", node, whole.core, *(core for core, _ in path)),
        build=build,
        reads=(whole.core, *whole.given),
        code="division-by-zero",
        place=whole.expression.place,
        value=whole.expression.text,
        words={"name": whole.owner},
        fear=True,
        spot=spot,
        confirm=_confirmed(whole, node, path),
        twin=sha256(f"{spot.home.form.name} {core_text(node)}".encode()).hexdigest(),
    )


def _confirmed(
    whole: OwnedExpression, node: Apply, path: tuple[tuple[Core, bool], ...]
) -> Confirm:
    """Asks the evaluator for the divisor and for the whole."""
    divisor = node.arguments[1]
    lacking = says(whole.core, None)
    conditions = [says(core, is_true) for core, is_true in path]

    def confirm(frames: Frames) -> bool:
        is_there = all(condition(frames) for condition in conditions)
        return is_there and compile_core(divisor)(frames) == 0 and lacking(frames)

    return confirm
