"""Where REDCap's logic finds a field of another form: at which event."""

from __future__ import annotations

from forms_spec.model.fields import Form
from forms_spec.rule_syntax import syntax_tree
from generator.redcap.event_names import visits_of
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.write_context import WriteContext


def event_of(writer: WriteContext, node: syntax_tree.Reference, form: Form) -> str:
    """The event at which another form is read, in brackets.

    It is empty for the event of this form. Raises ``LogicFault`` for a visit that
    repeats.
    """
    if node.selector == "previous":
        writer.note(
            "previous-event",
            "REDCap reads the event just before, even if the field has no answer there",
        )

        return "[previous-event-name]"

    if node.selector:
        return f"[{writer.events.get(node.selector, node.selector)}]"

    homes = visits_of(writer.study, writer.form)
    its_visits = visits_of(writer.study, form)

    targets = [_nearest(writer, visit, its_visits) for visit in homes]
    if targets == homes:
        return ""
    if len(set(targets)) == 1 and targets[0] in writer.study.visits:
        return _only_event(writer, node, targets[0])

    writer.note(
        "other-form",
        f"at a visit without {form.name}, REDCap reads a blank, but a rule reads the "
        "nearest visit",
    )

    return ""


def _only_event(writer: WriteContext, node: syntax_tree.Reference, visit: str) -> str:
    """The event of the visit at which every visit of this form reads the other one."""
    if writer.study.visits[visit].repeats:
        why = "the visit repeats, but no instance is named"
        raise LogicFault(why, node.start, node.end)

    return f"[{writer.events[visit]}]"


def _nearest(writer: WriteContext, visit: str, visits: list[str]) -> str:
    """The visit at which a rule reads a form: this one, else the last before it, else
    the first.
    """
    order = list(writer.study.visits)
    position = order.index(visit)

    before = [other for other in visits if order.index(other) <= position]
    if before:
        return before[-1]

    return visits[0] if visits else ""
