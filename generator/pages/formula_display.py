"""A formula with its values put in: ``82 × 10000 / 175²``. Made from the formula,
filled in by the page.

A formula becomes a list of parts: a text; a *slot*, which is a value to put in
(``rule`` as data for the browser, ``label`` for when it is not known); or a choice of
branches, of which one is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.study import Study
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules import Expression, Home, to_english
from forms_spec.rules.english import function_words
from forms_spec.rules.semantics import resolved
from forms_spec.rules.semantics.reads import children
from forms_spec.rules.semantics.resolver import resolve
from forms_spec.rules.semantics.types import Type
from generator.browser.expression_json import Json, ToJson
from generator.browser.form_json import browser_form

Part = str | dict[str, Any]
VALUES: Final = frozenset({"in_unit", "number_of", "coalesce", "entered"})
"""Functions that only say where a value comes from: their value is put in, not their
words.
"""


def worked(study: Study, form: Form, group: Group, field: Field) -> list[Part]:
    """The parts of a calculated field's formula; nothing for another field."""
    if field.value is None:
        return []

    return joined(
        _FormulaWriter(study, Home.in_group(form, group), field.value).whole()
    )


def joined(parts: list[Part]) -> list[Part]:
    """The same with texts beside each other made one."""
    result: list[Part] = []
    for part in parts:
        before = result[-1] if result else None
        if isinstance(part, str) and isinstance(before, str):
            result[-1] = before + part
        elif part:
            result.append(part)

    return result


class _FormulaWriter:
    def __init__(self, study: Study, home: Home, expression: Expression) -> None:
        self.study = study
        self.home = home
        self.expression = expression
        self.json = ToJson(home.form.name, browser_form(study, home.form).givens)

    def whole(self) -> list[Part]:
        """Without the rounding around it, which the result shows."""
        tree = self.expression.tree
        if isinstance(tree, syntax_tree.Call) and tree.function == "round":
            tree = tree.arguments[0]

        return self.parts(tree)

    def parts(self, node: syntax_tree.Node) -> list[Part]:
        writer = _WRITERS.get(type(node))
        if writer:
            return writer(self, node)

        return [self.english(node)]

    def english(self, node: syntax_tree.Node) -> str:
        text = self.expression.text
        part = Expression(text=text, place=self.expression.place, tree=node)
        return to_english(part, self.study, self.home)

    def literal(self, node: syntax_tree.Literal) -> list[Part]:
        return [str(node.value)]

    def parameter(self, node: syntax_tree.ParameterReference) -> list[Part]:
        """A number that is the same everywhere, or the one of the subject's site."""
        parameter = self.study.parameters[node.name]
        return self.slot(node) if parameter.sites else [parameter.value]

    def slot(self, node: syntax_tree.Node) -> list[Part]:
        """The value that a reference or a call stands for; in words where rows would
        have to be sent.
        """
        meaning = self.meaning(node)
        if meaning is None:
            return [self.english(node)]

        slot: Json = {
            "rule": self.json.node(meaning),
            "as": meaning.type.name,
            "label": self.label(node),
        }

        if isinstance(meaning, resolved.Read) and not meaning.depth:
            slot["cell"] = [meaning.table, meaning.field.name]
        if meaning.codelist is not None and meaning.type is not Type.NUMBER:
            slot["labels"] = {code.code: code.label for code in meaning.codelist.codes}

        return [slot]

    def label(self, node: syntax_tree.Node) -> str:
        """What is asked for when the value is not known."""
        if isinstance(node, syntax_tree.Call) and node.function in VALUES:
            return self.label(node.arguments[0])
        if isinstance(node, syntax_tree.In):
            return self.label(node.operand)

        meaning = self.meaning(node)
        if not isinstance(meaning, resolved.Read | resolved.Remote):
            return self.english(node)

        label = meaning.field.label
        if isinstance(meaning, resolved.Remote) and meaning.form != self.home.form.name:
            return f"{label} ({self.study.forms[meaning.form].title})"

        return label

    def factor(self, node: syntax_tree.Node) -> list[Part]:
        """A part of a product; the words of a function are kept together."""
        parts = self.parts(node)
        if isinstance(node, syntax_tree.Call):
            loose = not self.is_slot(node)
        else:
            loose = isinstance(node, syntax_tree.Sum | syntax_tree.Case)

        return ["(", *parts, ")"] if loose else parts

    def argument(self, node: syntax_tree.Node) -> list[Part]:
        """What a function is of: in parentheses where it is more than one value."""
        parts = self.factor(node)
        # A factor has put a sum into parentheses already.
        if isinstance(node, syntax_tree.Product | syntax_tree.Negative):
            return ["(", *parts, ")"]

        return parts

    def is_slot(self, node: syntax_tree.Call) -> bool:
        """Whether a call is shown by its value alone."""
        if node.function in VALUES:
            return True

        return node.function in self.study.derivations

    def negative(self, node: syntax_tree.Negative) -> list[Part]:
        return ["−", *self.factor(node.operand)]

    def sum(self, node: syntax_tree.Sum) -> list[Part]:
        parts: list[Part] = []
        for sign, term in zip(node.signs, node.terms, strict=True):
            is_plus = sign == "+"
            if parts:
                parts.append(" + " if is_plus else " − ")

            # Only behind a minus does a sum need its parentheses.
            is_sum = isinstance(term, syntax_tree.Sum)
            if is_sum and not is_plus:
                parts += self.factor(term)
            else:
                parts += self.parts(term)

        return parts

    def product(self, node: syntax_tree.Product) -> list[Part]:
        left = self.factor(node.left)
        right = self.factor(node.right)
        is_square = self.source(node.left) == self.source(node.right)
        times = node.operator == "*"
        if times and is_square:
            return [*left, "²"]

        # ``a / (b × c)`` keeps its parentheses, ``a / b²`` needs none.
        right_is_product = isinstance(node.right, syntax_tree.Product)
        if right_is_product and right[-1] != "²":
            right = ["(", *right, ")"]

        sign = " × " if times else " / "
        return [*left, sign, *right]

    def source(self, node: syntax_tree.Node) -> str:
        return self.expression.text[node.start : node.end]

    def case(self, node: syntax_tree.Case) -> list[Part]:
        """Only the branch that applies is shown; conditions are asked, not said."""
        branches = []
        for when, then in node.branches:
            meaning = self.meaning(when, Type.CONDITION)
            if meaning is None:
                return [self.english(node)]

            parts = joined(self.parts(then))
            branches.append({"when": self.json.node(meaning), "parts": parts})

        otherwise: list[Part] = []
        if node.otherwise is not None:
            otherwise = joined(self.parts(node.otherwise))

        return [{"branches": branches, "otherwise": otherwise}]

    def meaning(
        self, node: syntax_tree.Node, expects: Type | None = None
    ) -> resolved.Core | None:
        """What a part of the formula means; None where rows would have to be sent for
        it.
        """
        part = Expression(
            text=self.expression.text, place=self.expression.place, tree=node
        )

        result = resolve(part, self.study, self.home, expects)
        if result.findings or _goes_over_rows(result.core):
            return None

        return result.core

    def membership(self, node: syntax_tree.In) -> list[Part]:
        """``weight in kg`` is a value like a field's."""
        meaning = self.meaning(node)
        if meaning is not None and meaning.type is Type.NUMBER:
            return self.slot(node)

        return [self.english(node)]

    def call(self, node: syntax_tree.Call) -> list[Part]:
        if self.is_slot(node):
            return self.slot(node)

        words = function_words(node.function, len(node.arguments))
        if words is None:
            return [self.english(node)]

        parts: list[Part] = []
        for word in words:
            if isinstance(word, str):
                parts.append(word)
            else:
                # A number is the place of an argument between the words.
                parts += self.argument(node.arguments[word])

        return parts


def _goes_over_rows(node: resolved.Core) -> bool:
    if isinstance(node, resolved.Fold):
        return True

    return any(map(_goes_over_rows, children(node)))


_WRITERS: Mapping[
    type[syntax_tree.Node], Callable[[_FormulaWriter, Any], list[Part]]
] = MappingProxyType(
    {
        syntax_tree.Literal: _FormulaWriter.literal,
        syntax_tree.Reference: _FormulaWriter.slot,
        syntax_tree.ParameterReference: _FormulaWriter.parameter,
        syntax_tree.Negative: _FormulaWriter.negative,
        syntax_tree.Sum: _FormulaWriter.sum,
        syntax_tree.Product: _FormulaWriter.product,
        syntax_tree.Case: _FormulaWriter.case,
        syntax_tree.Call: _FormulaWriter.call,
        syntax_tree.In: _FormulaWriter.membership,
    }
)
