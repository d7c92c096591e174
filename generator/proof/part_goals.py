"""What is asked of the parts of conditions, at the words that are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from forms_spec.rule_syntax import syntax_tree
from forms_spec.rule_syntax.expression import Expression, place_within
from forms_spec.rules.semantics.reads import targets
from forms_spec.rules.semantics.resolved import Apply, Core
from forms_spec.rules.semantics.types import Type
from generator.proof.encoder import Encoder
from generator.proof.field_goals import FieldSpot
from generator.proof.goals import Goal, Spot, Wanted, asked
from generator.proof.rule_goals import RuleSpot


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenPart:
    """A part of an expression that is asked about.

    ``true`` and ``false`` are what holds where it counts, ``wants`` whether it has to
    be TRUE or FALSE for some record.
    """

    node: syntax_tree.Node
    code: str
    wants: bool
    true: tuple[Core, ...] = ()
    false: tuple[Core, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenWhole:
    """An expression whose parts are asked about, after a question about the whole."""

    name: str
    spot: Spot
    expression: Expression
    after: tuple[str, ...]
    given: tuple[Core, ...] = ()
    is_condition: bool = True

    def core(self, node: syntax_tree.Node) -> Core:
        """What a part means by itself."""
        part = replace(self.expression, tree=node)
        return self.spot.core(part, Type.CONDITION)

    def goals(self) -> Iterator[Goal]:
        """Whether the whole is ever FALSE, and what its parts do."""
        whole = WrittenPart(
            node=self.expression.tree,
            code="condition-cannot-be-false",
            wants=False,
            true=self.given,
        )
        parts = self.parts(self.expression.tree, self.given)
        for part in (whole, *parts) if self.is_condition else parts:
            core = self.core(part.node)
            # That a form stands only at the visits which a rule names is no fault, nor
            # that somebody asks for the only code of a list.
            reads = next(targets(core), None) is not None
            if reads and (part.wants or not _has_one_code(core)):
                yield self._goal(part, core)

    def parts(
        self, node: syntax_tree.Node, true: tuple[Core, ...]
    ) -> Iterator[WrittenPart]:
        """The operands of ``and`` and ``or``, and the branches of ``case``."""
        for case in _cases(node):
            yield from self._branches(case, true)
        if not isinstance(node, syntax_tree.Logic):
            return

        for operand in node.operands:
            if node.operator == "or":
                yield WrittenPart(
                    node=operand, code="part-cannot-be-true", wants=True, true=true
                )
                yield from self.parts(operand, true)
            else:
                yield WrittenPart(
                    node=operand, code="part-cannot-be-false", wants=False, true=true
                )
                # An operand only counts where all others are TRUE.
                others = [item for item in node.operands if item is not operand]
                more = tuple(self.core(item) for item in others)
                yield from self.parts(operand, (*true, *more))

    def _branches(
        self, node: syntax_tree.Case, true: tuple[Core, ...]
    ) -> Iterator[WrittenPart]:
        passed: tuple[Core, ...] = ()
        for condition, _ in node.branches:
            yield WrittenPart(
                node=condition,
                code="branch-cannot-be-taken",
                wants=True,
                true=true,
                false=passed,
            )
            passed = (*passed, self.core(condition))

    def _goal(self, part: WrittenPart, core: Core) -> Goal:
        spot, node = self.spot, part.node
        expression = self.expression
        where = place_within(expression.text, expression.place, node.start, node.end)

        def build(encoder: Encoder) -> Wanted:
            wanted = [(core, part.wants)]
            wanted += [(item, True) for item in part.true]
            wanted += [(item, False) for item in part.false]
            blocks, conditions = [], list[Any]()
            for item, is_true in wanted:
                block, truth = spot.truth(encoder, item)
                blocks.append(block)
                conditions.append(truth.yes if is_true else truth.no)
            return spot.wanted(encoder, blocks, *conditions)

        cores = (core, *part.true, *part.false)
        return Goal(
            name=f"part {self.name} {node.start}-{node.end}",
            form=spot.home.form.name,
            asks=f"{part.wants} {len(part.true)} {asked('part', *cores)}",
            build=build,
            reads=cores,
            code=part.code,
            place=where,
            value=expression.text[node.start : node.end],
            after=self.after,
            spot=spot,
        )


def _has_one_code(core: Core) -> bool:
    """``x = 'Y'`` where there is no other code: whether it was chosen at all.

    A condition with such a part is never FALSE either, but UNKNOWN where nobody chose.
    """
    if not isinstance(core, Apply):
        return False
    if core.operator in ("and", "or"):
        return any(map(_has_one_code, core.arguments))
    if core.operator not in ("eq", "in", "member"):
        return False

    lists = [item.codelist for item in core.arguments]
    return any(item is not None and len(item.codes) == 1 for item in lists)


def _cases(node: syntax_tree.Node) -> Iterator[syntax_tree.Case]:
    """The ``case`` of a formula, also those that are parts of a sum or a product.

    Inside an aggregate names mean something else.
    """
    if isinstance(node, syntax_tree.Case):
        yield node
    elif isinstance(node, syntax_tree.Sum):
        for term in node.terms:
            yield from _cases(term)
    elif isinstance(node, syntax_tree.Product | syntax_tree.Compare):
        yield from _cases(node.left)
        yield from _cases(node.right)
    elif isinstance(node, syntax_tree.Call):
        for argument in node.arguments:
            yield from _cases(argument)


def rule_parts(item: RuleSpot) -> Iterator[Goal]:
    """The parts of both conditions of a rule."""
    rule, name = item.rule, item.rule.name
    if rule.when is not None and not rule.is_of_codes:
        yield from WrittenWhole(
            name=f"when {name}",
            spot=item.spot,
            expression=rule.when,
            after=(f"applies {name}",),
        ).goals()

    given = () if item.when is None else (item.when,)
    yield from WrittenWhole(
        name=f"assert {name}",
        spot=item.spot,
        expression=rule.assertion,
        after=(f"applies {name}", f"broken {name}", f"kept {name}"),
        given=given,
        is_condition=False,
    ).goals()


def field_parts(item: FieldSpot) -> Iterator[Goal]:
    """The parts of what shows a field, requires it and computes it."""
    field = item.plan.field
    texts: list[tuple[str, Expression | None, str]] = [
        ("show", field.show_when, f"shown {item.name}"),
        ("value", field.value if field.part_of is None else None, f"known {item.name}"),
    ]
    if isinstance(field.required, Expression):
        texts.append(("require", field.required, f"required {item.name}"))

    for kind, expression, after in texts:
        if expression is not None:
            yield from WrittenWhole(
                name=f"{kind} {item.name}",
                spot=item.spot,
                expression=expression,
                after=(after,),
                is_condition=kind != "value",
            ).goals()
