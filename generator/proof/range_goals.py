"""What is asked of the ends of ranges, and of defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from forms_spec.findings.finding import Finding
from forms_spec.model.fields import Field
from forms_spec.rule_syntax.expression import parse_expression
from forms_spec.rules.semantics.reads import targets
from forms_spec.rules.semantics.resolved import Core
from forms_spec.rules.semantics.types import Type
from generator.proof.encoder import Encoder
from generator.proof.field_goals import FieldSpot
from generator.proof.goals import Goal, Wanted, asked
from generator.proof.logic import conj, disj, neg
from generator.proof.rule_goals import RuleSpot
from generator.proof.values import Interval, Term

LITERALS: Mapping[str, str] = {
    "integer": "{}",
    "decimal": "{}",
    "choice": "'{}'",
    "date": "{}",
}
"""How a default is written in a rule, for the kinds of which it is compared."""


def range_goals(item: FieldSpot) -> Iterator[Goal]:
    """Whether the lower end of a range ever lies before the upper one, where both hang
    on answers.
    """
    limits = item.plan.field.ranges.get(None)
    if limits is None or limits.low is None or limits.high is None:
        return
    # A range that is meant to hold one value has the same text twice.
    is_ordered = item.plan.type in (Type.NUMBER, Type.DATE)
    if limits.low.text == limits.high.text or not is_ordered:
        return

    low, high = (
        item.spot.core(end, item.plan.type) for end in (limits.low, limits.high)
    )
    # Constant ends are looked at without a proof.
    if all(next(targets(core), None) is None for core in (low, high)):
        return

    def build(encoder: Encoder) -> Wanted:
        low_block, least = item.spot.value(encoder, low)
        high_block, most = item.spot.value(encoder, high)
        is_open = _end(least, "low") < _end(most, "high")
        blocks = (low_block, high_block)
        return item.spot.wanted(encoder, blocks, least.known, most.known, is_open)

    yield Goal(
        name=f"opened {item.name}",
        form=item.form,
        asks=asked("opened", low, high),
        build=build,
        reads=(low, high),
        code="range-cannot-open",
        place=limits.high.place,
        value=limits.high.text,
        words={"name": item.plan.field.name, "low": limits.low.text},
        after=(f"shown {item.name}", f"answered {item.name}"),
        spot=item.spot,
    )


def _end(value: Term, side: str) -> Any:
    """The earliest or the latest value of an end."""
    return getattr(value, side) if isinstance(value, Interval) else value.value  # type: ignore[union-attr]


def default_goals(item: RuleSpot) -> Iterator[Goal]:
    """Whether a rule is ever kept while a field of it still has its default."""
    rule = item.rule
    table = rule.on[0][0]
    fields = [
        field
        for field in item.spot.study.tables[table].fields
        if field.default is not None
    ]
    # Few rules are about a field with a default.
    if not fields:
        return

    reads = [read for core in item.reads for read in targets(core)]
    names = {read.field for read in reads if read.table == table}
    for field in fields:
        default = _default(item, field) if field.name in names else None
        if default is None:
            continue

        yield Goal(
            name=f"default {table}.{field.name} {rule.name}",
            form=item.form,
            asks=f"{item.asked} {asked('default', default)}",
            build=_kept_with(item, default),
            reads=(*item.reads, default),
            code="default-breaks-rule",
            place=rule.assertion.place,
            value=rule.assertion.text,
            words={"name": rule.name, "field": field.name, "default": field.default},
            after=(f"applies {rule.name}", f"kept {rule.name}"),
            spot=item.spot,
        )


def _default(item: RuleSpot, field: Field) -> Core | None:
    """That a field has its default."""
    literal = LITERALS.get(field.kind.name)
    if field.default is None or literal is None or field.unit_choices:
        return None

    text = f"{field.name} = {literal.format(field.default)}"
    parsed = parse_expression(text, item.rule.assertion.place)
    if isinstance(parsed, Finding):
        return None
    return item.spot.core(parsed)


def _kept_with(item: RuleSpot, default: Core) -> Any:
    def build(encoder: Encoder) -> Wanted:
        wanted, _, holds = item.terms(encoder)
        block, has_default = item.spot.truth(encoder, default)
        blocks = (*wanted.blocks, block)
        # A rule that does not apply to the default is no fault of it.
        is_kept = disj((neg(wanted.condition), holds.yes))
        return Wanted(blocks=blocks, condition=conj((has_default.yes, is_kept)))

    return build
