"""A rule of our language as REDCap's logic, as far as REDCap can say it with the same
meaning.
"""

from __future__ import annotations

from typing import TypeGuard

from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules import Expression
from generator.redcap.logic import write_calls
from generator.redcap.logic.redcap_text import RedcapCondition, RedcapValue
from generator.redcap.logic.write_conditions import CONDITIONS
from generator.redcap.logic.write_context import WriteContext
from generator.redcap.logic.write_names import reference
from generator.redcap.logic.write_values import VALUES


class LogicWriter(WriteContext):
    """One expression of one form, or of one of its groups of rows.

    It knows all parts of the writer and leads from a node to the function that writes
    it.
    """

    def condition_text(self, expression: Expression) -> str:
        """Logic that is true where the condition is TRUE.

        Raises ``LogicFault`` where REDCap has no word for it.
        """
        return self.condition(expression.tree, True).written()

    def formula_text(self, expression: Expression) -> str:
        """An equation that is blank where ours is UNKNOWN.

        Raises ``LogicFault``. A date with time gives a date its day.
        """
        return write_calls.day_of(self, expression.tree).guarded()

    def condition(self, node: syntax_tree.Node, wanted: bool) -> RedcapCondition:
        write = CONDITIONS.get(type(node))
        if write is None:
            raise self.fault(node)

        return write(self, node, wanted)

    def value(
        self, node: syntax_tree.Node, *, moment: bool = False, partial: bool = False
    ) -> RedcapValue:
        if isinstance(node, syntax_tree.Reference):
            return reference(self, node, partial=partial)
        if moment and _is_datetime_of(node):
            return write_calls.at_midnight(self, node)

        write = VALUES.get(type(node))
        if write is None:
            raise self.fault(node)

        return write(self, node)


def _is_datetime_of(node: syntax_tree.Node) -> TypeGuard[syntax_tree.Call]:
    if not isinstance(node, syntax_tree.Call):
        return False

    return node.function == "datetime_of"
