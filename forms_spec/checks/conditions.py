"""Conditions that are never true, or true for every answer, at the words that make
them so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from forms_spec.checks.constants import reads_nothing
from forms_spec.checks.expressions import CONDITIONS, TEXTS, expected_type, home_of
from forms_spec.checks.reasoning.conditions import Conditions
from forms_spec.checks.reasoning.facts import NOTHING, MaybeFacts, both
from forms_spec.checks.reasoning.reasons import is_exact, is_single, reason
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.loading.source_map import ExpressionPart
from forms_spec.model.study import Study
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules.semantics.resolved import Apply, Core, Fold
from forms_spec.rules.semantics.resolver import Resolved, resolve
from forms_spec.rules.semantics.types import Type

ATOMS = (syntax_tree.Compare, syntax_tree.Between, syntax_tree.In)
PLAIN = (syntax_tree.Literal, syntax_tree.Reference, syntax_tree.Today)
"""Expressions that compare nothing."""


def meaning(part: ExpressionPart, study: Study) -> Resolved | None:
    """What an expression means; None for one with findings, or that compares nothing."""
    home = home_of(part, study)
    if home is None or part.what in TEXTS:
        return None

    is_condition = part.what in CONDITIONS
    if isinstance(part.written.expression.tree, PLAIN) and not is_condition:
        return None

    owner = part.field
    codes = owner.codelist if owner is not None and part.what == "value" else None
    expects = expected_type(part)
    resolved = resolve(part.written.expression, study, home, expects, codes)
    return None if resolved.findings else resolved


def condition_findings(
    part: ExpressionPart, resolved: Resolved, conditions: Conditions
) -> Iterator[Finding]:
    """What can be said of an expression by itself."""
    # That a field is hidden by a constant is a finding of its own.
    is_shown = part.what == "show_when" and part.field is not None
    if is_shown and reads_nothing(resolved.core):
        return

    walk = _Walk(text=part.written.expression.text, conditions=conditions, found=[])
    walk.looked_at(part.written.expression.tree, resolved.core, (part.form,))
    for found in walk.found:
        yield part.written.located(found)


def place_of(node: syntax_tree.Node) -> TextPlace:
    """The place of a part of an expression on a line of its own."""
    return line_place(node.start, node.end)


def line_place(start: int, end: int) -> TextPlace:
    """The place of some characters of an expression on a line of its own."""
    return TextPlace(file="", line=1, column=start + 1, end_line=1, end_column=end + 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Walk:
    """One walk over what is written and what it means, side by side.

    Only what stands in this text is looked at: a derivation is written for several
    places, and may well be constant in one of them.
    """

    text: str
    conditions: Conditions
    found: list[Finding]

    def words(self, node: syntax_tree.Node) -> str:
        return self.text[node.start : node.end]

    def say(self, code: str, node: syntax_tree.Node, **words: Any) -> bool:
        place = place_of(node)
        self.found.append(finding(code, text=place, value=self.words(node), **words))
        return True

    def looked_at(
        self, node: syntax_tree.Node, core: Core, forms: Sequence[str]
    ) -> bool:
        """Whether something was found in a part of an expression."""
        if isinstance(node, syntax_tree.Not) and isinstance(core, Apply):
            return self.looked_at(node.operand, core.arguments[0], forms)
        if isinstance(node, syntax_tree.Logic) and isinstance(core, Apply):
            return self.logic(node, core, forms)
        if isinstance(node, syntax_tree.Is):
            return self.state(node, core, forms)
        if isinstance(node, ATOMS) and isinstance(core, Apply):
            return self.atom(node, core, forms)
        if isinstance(node, syntax_tree.Case) and isinstance(core, Apply):
            return self.case(node, core, forms)
        if isinstance(node, syntax_tree.Aggregate):
            return self.rows(node, core, forms)

        return False

    def state(self, node: syntax_tree.Is, core: Core, forms: Sequence[str]) -> bool:
        """``x is 'A'``, whose comparison stands inside."""
        if node.state != "true" or not isinstance(core, Apply):
            return False

        certain = core.arguments[0] if node.negated else core
        if not isinstance(certain, Apply):
            return False

        inner = certain.arguments[0]
        # ``x is in ('Y', 'N')`` is FALSE for a blank, and so a way to ask for answers.
        if isinstance(node.operand, ATOMS):
            true, _ = self.conditions.results(inner, forms)
            if true is not None:
                return False

        return self.looked_at(node.operand, inner, forms)

    def atom(self, node: syntax_tree.Node, core: Apply, forms: Sequence[str]) -> bool:
        inner = core.arguments[0] if core.operator == "not" else core
        if isinstance(node, syntax_tree.Compare) and isinstance(inner, Apply):
            sides = inner.arguments
            if sides and sides[0].type is Type.CONDITION:
                left = self.looked_at(node.left, sides[0], forms)
                return self.looked_at(node.right, sides[-1], forms) or left

        true, false = self.conditions.results(core, forms)
        if true is None:
            why = reason(inner, forms, self.conditions.domains)
            return self.say("condition-never-true", node, why=why)

        if false is None and is_exact(core) and not is_single(inner):
            why = reason(inner, forms, self.conditions.domains)
            return self.say("condition-always-true", node, why=why)

        return False

    def logic(self, node: syntax_tree.Logic, core: Apply, forms: Sequence[str]) -> bool:
        parts = list(zip(node.operands, core.arguments, strict=True))
        found = [self.looked_at(operand, part, forms) for operand, part in parts]
        if any(found):
            return True

        if node.operator == "or" and not is_exact(core):
            return False

        # "and" looks for what is never TRUE together, "or" for what is never FALSE.
        results = [self.conditions.results(part, forms) for _, part in parts]
        wanted = [true if node.operator == "and" else false for true, false in results]
        return self.together(node, wanted)

    def together(self, node: syntax_tree.Logic, wanted: list[MaybeFacts]) -> bool:
        """Whether some operands exclude each other, each possible by itself."""
        met: MaybeFacts = NOTHING
        for index, facts in enumerate(wanted):
            if facts is None:
                return False

            joined = both(met, facts)
            if joined is not None:
                met = joined
                continue

            # One operand may do it; else all before this one do it together.
            before = node.operands[:index]
            pairs = zip(before, wanted, strict=False)
            alone = [one for one, other in pairs if both(other, facts) is None]
            first = alone[0] if alone else before[0]
            last = alone[0] if alone else before[-1]
            code = (
                "conditions-exclude" if node.operator == "and" else "conditions-cover"
            )
            other = self.text[first.start : last.end]
            return self.say(code, node.operands[index], other=other)

        return False

    def case(self, node: syntax_tree.Case, core: Apply, forms: Sequence[str]) -> bool:
        *branches, otherwise = core.arguments
        passed: MaybeFacts = NOTHING
        found = False

        for index, (when, then) in enumerate(node.branches):
            condition, value = branches[2 * index], branches[2 * index + 1]
            if self.looked_at(when, condition, forms):
                return True

            found = self.looked_at(then, value, forms) or found
            true, false = self.conditions.results(condition, forms)
            if passed is not None and true is not None and both(passed, true) is None:
                return self.say("branch-never-taken", when)

            passed = both(passed, false)

        if node.otherwise is not None:
            found = self.looked_at(node.otherwise, otherwise, forms) or found

        return found

    def rows(
        self, node: syntax_tree.Aggregate, core: Core, forms: Sequence[str]
    ) -> bool:
        """A condition inside an aggregate, which looks at one row after the other."""
        if not isinstance(core, Fold):
            return False

        inner = (*forms[: core.depth], core.source.form)
        is_plain = core.body is None and isinstance(node.over, syntax_tree.Reference)

        if node.where is not None and core.where is not None:
            if core.body is not None or is_plain:
                return self.looked_at(node.where, core.where, inner)
        elif core.where is not None:
            return self.looked_at(node.over, core.where, inner)

        return False
