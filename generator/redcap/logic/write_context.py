"""What every part of the writer of REDCap's logic shares: the study, the form, and the
notes so far.

The parts (functions, fields, places) take a ``WriteContext``. Only the writer knows all
of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from forms_spec.model.fields import Form, Group
from forms_spec.model.study import Study
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules.semantics.types import Type
from generator.redcap.event_names import event_names
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.redcap_text import RedcapCondition, RedcapValue, constant

Names = Mapping[tuple[str, str], str]


class WriteContext(ABC):
    """One expression of one form, or of one of its groups of rows.

    ``names`` are the names of fields in REDCap, by table and name. ``events`` are those
    of the visits. ``notes`` are what the logic says in another way than the expression:
    a kind and why. ``bound`` are names that stand for a value, as ``value`` does in the
    formula of a unit.
    """

    def __init__(
        self, study: Study, form: Form, names: Names, group: Group | None = None
    ) -> None:
        self.study = study
        self.form = form
        self.names = names
        # A group without rows has no table of its own: its fields are the form's.
        self.group = group if group is not None and group.rows is not None else None
        self.events = event_names(study)
        self.notes: list[tuple[str, str]] = []
        self.bound: dict[str, RedcapValue] = {}

    @abstractmethod
    def condition(self, node: syntax_tree.Node, wanted: bool) -> RedcapCondition:
        """What is true in REDCap where the condition is TRUE here, or where it is FALSE
        (``wanted``).

        Raises ``LogicFault`` where REDCap has no word for it.
        """

    @abstractmethod
    def value(
        self, node: syntax_tree.Node, *, moment: bool = False, partial: bool = False
    ) -> RedcapValue:
        """A value. ``moment``: a date may stand for its first minute, as it does beside
        a date with time.

        ``partial``: a date that may be partial will do, since nothing is worked out
        with it. Raises ``LogicFault`` where REDCap has no word for it.
        """

    def note(self, kind: str, why: str) -> None:
        """Something in which REDCap's logic differs from the expression."""
        if (kind, why) not in self.notes:
            self.notes.append((kind, why))

    def fault(self, node: syntax_tree.Node) -> LogicFault:
        """The fault of a node that REDCap knows nothing like."""
        why = "REDCap's logic cannot express this"
        return LogicFault(why, node.start, node.end)

    def no_function(self, node: syntax_tree.Call) -> LogicFault:
        """The fault of a function that REDCap does not have."""
        why = f"REDCap has no function {node.function}"
        return LogicFault(why, node.start, node.end)

    def text_constant(self, text: str) -> RedcapValue:
        """Raises ``LogicFault`` for a text with both sorts of quotes."""
        if "'" in text and '"' in text:
            raise LogicFault(
                "a text of REDCap's logic can contain ' or \", but not both"
            )

        return constant(quoted(text), Type.TEXT, text)


def quoted(text: str) -> str:
    """A text in the quotes that it does not hold."""
    if "'" in text:
        return f'"{text}"'
    return f"'{text}'"
