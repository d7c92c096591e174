"""What every part of the checker shares: the study, the names in sight, and the
findings so far.

The parts (calls, comparisons, units, reference ranges) take a ``ResolveContext`` and
ask it for the meaning of a node by ``core``. The checker is the one class that knows
them all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.model.study import Study
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rule_syntax.expression import Expression, place_within
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.name_lookup import LookupFrame, Names
from forms_spec.rules.semantics.resolved import Apply, Constant, Core
from forms_spec.rules.semantics.types import Type

WRONG = Constant(type=Type.ANY, value=None)
UNKNOWN_NUMBER = Constant(type=Type.NUMBER, value=None)


class ResolveContext(ABC):
    """The state of one walk over one expression, and what can be said and built
    anywhere in it.
    """

    def __init__(self, study: Study, home: Home, expression: Expression) -> None:
        self.study = study
        self.expression = expression
        # The sections of a form that do not repeat have no row to look at.
        group = home.group if home.group and home.group.rows else None
        self.names = Names(study, LookupFrame(form=home.form, group=group, own=True))
        self.arguments: Mapping[str, Core] = {}
        if home.value:
            self.arguments = {"value": UNKNOWN_NUMBER}

        self.expanding: tuple[str, ...] = ()
        self.findings: list[Finding] = []
        self.warnings: list[Finding] = []
        self.inherited: list[Finding] = []
        self.units_apart = 0
        self.notes: dict[tuple[int, int], Core] = {}
        self.parameters: dict[str, None] = {}
        self.nodes = 0
        self.depth = 0

    @abstractmethod
    def core(self, node: syntax_tree.Node) -> Core:
        """The meaning of a node."""

    @abstractmethod
    def condition_at(self, home: Home, condition: Expression) -> Core | None:
        """The meaning of a condition that stands elsewhere; None after a finding."""

    def fault(self, code: str, node: syntax_tree.Node, **words: Any) -> Core:
        """A finding at a part of the text."""
        self.findings.append(self.finding(code, node, **words))
        return WRONG

    def finding(self, code: str, node: syntax_tree.Node, **words: Any) -> Finding:
        text, place = self.expression.text, self.expression.place
        where = place_within(text, place, node.start, node.end)
        return finding(code, text=where, value=text[node.start : node.end], **words)

    def source_text(self, node: syntax_tree.Node) -> str:
        """A part of the text as it is written."""
        return self.expression.text[node.start : node.end]

    def want(self, core: Core, node: syntax_tree.Node, *types: Type) -> Core:
        """The value as one of these types; a number fits a spread, and a spread of one
        number a number.
        """
        if Type.ANY in (core.type, *types) or core.type in types:
            return core
        if core.type is Type.NUMBER and Type.SPREAD in types:
            return self.apply(Type.SPREAD, "point", core)
        if core.type is Type.SPREAD and Type.NUMBER in types:
            return self.apply(Type.NUMBER, "settle", core)

        if core.type is Type.DURATION and isinstance(core, Constant):
            name = self.source_text(node)
            return self.fault("rule-stray-duration", node, name=name)

        # A code is a text.
        if {core.type, types[0]} == {Type.TEXT, Type.CHOICE}:
            return core

        # Two types may have one word.
        expected = dict.fromkeys(type_.value for type_ in types)
        return self.fault(
            "rule-wrong-type",
            node,
            name=self.source_text(node),
            expected=" or ".join(expected),
            found=core.type.value,
        )

    def condition(self, node: syntax_tree.Node) -> Core:
        return self.want(self.core(node), node, Type.CONDITION)

    def apply(self, type_: Type, operator: str, *arguments: Core) -> Core:
        return Apply(type=type_, operator=operator, arguments=arguments)

    def negated(self, condition: Core) -> Core:
        return self.apply(Type.CONDITION, "not", condition)

    @contextmanager
    def within_frame(self, frame: LookupFrame) -> Iterator[None]:
        self.names.frames.append(frame)
        try:
            yield
        finally:
            self.names.frames.pop()

    @contextmanager
    def standing_in(
        self,
        expression: Expression,
        arguments: Mapping[str, Core],
        name: str | None = None,
    ) -> Iterator[None]:
        """Reads another expression in this place: a derivation, or the formula of a
        unit.
        """
        before = (self.expression, self.arguments, self.expanding)
        self.expression, self.arguments = expression, arguments
        if name:
            self.expanding = (*self.expanding, name)

        try:
            yield
        finally:
            self.expression, self.arguments, self.expanding = before

    @contextmanager
    def in_any_unit(self) -> Iterator[None]:
        """Where the unit of a value does not matter: it is converted, or only known or
        not.
        """
        self.units_apart += 1
        try:
            yield
        finally:
            self.units_apart -= 1
