"""Conditions that are never true, or true for every answer, at the words that make
them so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from forms_spec.checks.constants import reads_nothing
from forms_spec.checks.expressions import (
    CONDITIONS,
    PROPOSAL,
    TEXTS,
    codes_of_result,
    expected_type,
    home_of,
)
from forms_spec.checks.reasoning.conditions import Conditions
from forms_spec.checks.reasoning.facts import NOTHING, MaybeFacts, both
from forms_spec.checks.reasoning.reasons import is_exact, is_single, reason
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.loading.source_map import ExpressionPart
from forms_spec.model.study import Study
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules.semantics.expected_rows import begun_rows
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

    # A single field or number compares nothing, unless it is a condition by itself. That
    # of a proposal is looked at for its visit.
    expression = part.written.expression
    is_plain = isinstance(expression.tree, PLAIN)
    is_looked_at = part.what in CONDITIONS or part.what == PROPOSAL
    if is_plain and not is_looked_at:
        return None

    codes = codes_of_result(part)
    expects = expected_type(part)
    resolved = resolve(expression, study, home, expects, codes)
    if resolved.findings:
        return None

    return resolved


def condition_findings(
    part: ExpressionPart, resolved: Resolved, conditions: Conditions
) -> Iterator[Finding]:
    """What can be said of an expression by itself."""
    # That a field is hidden by a constant is a finding of its own.
    is_shown = part.what == "show_when" and part.field is not None
    if is_shown and reads_nothing(resolved.core):
        return

    expression = part.written.expression
    walk = _Walk(text=expression.text, conditions=conditions, found=[])
    walk.looked_at(expression.tree, resolved.core, (part.form,))

    for problem in walk.found:
        yield part.written.located(problem)


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

    def operand(self, node: syntax_tree.Node) -> str:
        """The words of a part of a larger condition, in brackets where it needs them."""
        words = self.words(node)
        return f"({words})" if isinstance(node, syntax_tree.Logic) else words

    def say(self, code: str, node: syntax_tree.Node, **words: Any) -> bool:
        place = place_of(node)
        self.found.append(finding(code, text=place, value=self.words(node), **words))
        return True

    def looked_at(
        self, node: syntax_tree.Node, core: Core, forms: Sequence[str]
    ) -> bool:
        """Whether something was found in a part of an expression."""
        if isinstance(node, syntax_tree.Is):
            return self.state(node, core, forms)
        if isinstance(node, syntax_tree.Aggregate):
            return self.rows(node, core, forms)
        # What came out as a constant has no parts of its own.
        if not isinstance(core, Apply):
            return False

        if isinstance(node, syntax_tree.Not):
            return self.looked_at(node.operand, core.arguments[0], forms)
        if isinstance(node, syntax_tree.Logic):
            return self.logic(node, core, forms)
        if isinstance(node, syntax_tree.Case):
            return self.case(node, core, forms)
        if isinstance(node, ATOMS):
            return self.atom(node, core, forms)

        return False

    def state(self, node: syntax_tree.Is, core: Core, forms: Sequence[str]) -> bool:
        """``x is 'A'``, whose comparison stands inside."""
        if node.state != "true" or not isinstance(core, Apply):
            return False

        # ``x is not 'A'`` is the negation of what ``x is 'A'`` becomes.
        certain = core.arguments[0] if node.negated else core
        if not isinstance(certain, Apply):
            return False

        inner = certain.arguments[0]
        # ``x is in ('Y', 'N')`` is FALSE for a blank, and so a way to ask for answers.
        if isinstance(node.operand, ATOMS):
            true, _ = self.conditions.results(inner, forms)
            may_be_true = true is not None
            if may_be_true:
                return False

        return self.looked_at(node.operand, inner, forms)

    def atom(self, node: syntax_tree.Node, core: Apply, forms: Sequence[str]) -> bool:
        """A comparison, which is never TRUE or never FALSE."""
        inner = core.arguments[0] if core.operator == "not" else core
        if isinstance(node, syntax_tree.Compare) and isinstance(inner, Apply):
            sides = inner.arguments
            compares_conditions = bool(sides) and sides[0].type is Type.CONDITION

            if compares_conditions:
                left = self.looked_at(node.left, sides[0], forms)
                right = self.looked_at(node.right, sides[-1], forms)
                return left or right

        true, false = self.conditions.results(core, forms)
        if true is None:
            return self.constant("condition-never-true", node, inner, forms)
        if false is not None:
            return False

        # A partial date may be several days, so "never FALSE" is not sure of it.
        if is_single(inner) or not is_exact(core):
            return False

        return self.constant("condition-always-true", node, inner, forms)

    def constant(
        self, code: str, node: syntax_tree.Node, core: Core, forms: Sequence[str]
    ) -> bool:
        why = reason(core, forms, self.conditions.domains)
        return self.say(code, node, why=why)

    def logic(self, node: syntax_tree.Logic, core: Apply, forms: Sequence[str]) -> bool:
        parts = list(zip(node.operands, core.arguments, strict=True))
        reported = [self.looked_at(operand, part, forms) for operand, part in parts]
        if any(reported):
            return True

        is_and = node.operator == "and"
        if not is_and and not is_exact(core):
            return False

        # "and" looks for what is never TRUE together, "or" for what is never FALSE.
        which = 0 if is_and else 1
        wanted = [self.conditions.results(part, forms)[which] for _, part in parts]

        return self.together(node, wanted)

    def together(self, node: syntax_tree.Logic, wanted: list[MaybeFacts]) -> bool:
        """Whether some operands exclude each other, each possible by itself."""
        met: MaybeFacts = NOTHING
        for index, facts in enumerate(wanted):
            if facts is None:
                return False

            joined = both(met, facts)
            if joined is None:
                return self.excluded(node, wanted, index)

            met = joined

        return False

    def excluded(
        self, node: syntax_tree.Logic, wanted: list[MaybeFacts], index: int
    ) -> bool:
        """Say that the operand ``index`` excludes what stands before it."""
        before = node.operands[:index]
        pairs = zip(before, wanted, strict=False)
        alone = [
            operand for operand, facts in pairs if both(facts, wanted[index]) is None
        ]

        # One operand may do it; else all before this one do it together.
        operands = alone[:1] or before
        other = f" {node.operator} ".join(self.operand(item) for item in operands)
        is_and = node.operator == "and"
        code = "conditions-exclude" if is_and else "conditions-cover"
        return self.say(code, node.operands[index], other=other)

    def case(self, node: syntax_tree.Case, core: Apply, forms: Sequence[str]) -> bool:
        """A choice between values, of which a branch may never be taken."""
        *branches, otherwise = core.arguments
        conditions, values = branches[::2], branches[1::2]
        passed: MaybeFacts = NOTHING
        reported = False

        for index, (when, then) in enumerate(node.branches):
            condition = conditions[index]
            if self.looked_at(when, condition, forms):
                return True

            if self.looked_at(then, values[index], forms):
                reported = True

            # A branch is reached only where all conditions before it are FALSE.
            true, false = self.conditions.results(condition, forms)
            is_possible = passed is not None and true is not None
            if is_possible and both(passed, true) is None:
                return self.say("branch-never-taken", when)

            passed = both(passed, false)

        if node.otherwise is not None:
            in_otherwise = self.looked_at(node.otherwise, otherwise, forms)
            reported = reported or in_otherwise

        return reported

    def rows(
        self, node: syntax_tree.Aggregate, core: Core, forms: Sequence[str]
    ) -> bool:
        """A condition inside an aggregate, which looks at one row after the other."""
        core = begun_rows(core)
        if not isinstance(core, Fold) or core.where is None:
            return False

        inner = (*forms[: core.depth], core.source.form)
        if node.where is None:
            # ``count(x = 1)`` has its condition in the place of the value.
            return self.looked_at(node.over, core.where, inner)

        # ``count(x = 1 where y = 2)`` becomes one condition, which has no text of its own.
        has_its_own_text = core.body is not None or isinstance(
            node.over, syntax_tree.Reference
        )
        if has_its_own_text:
            return self.looked_at(node.where, core.where, inner)

        return False
