"""Where REDCap's logic finds a field of another form: at which event."""

from __future__ import annotations

from forms_spec.model.fields import Form
from forms_spec.rule_syntax import syntax_tree
from generator.redcap.event_names import log_visit
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.write_context import WriteContext


def event_of(writer: WriteContext, node: syntax_tree.Reference, form: Form) -> str:
    """The event at which another form is read, empty for the one of this form."""
    if node.selector == "previous":
        writer.note(
            "previous-event",
            "the event just before, also where the field has no answer there",
        )
        return "[previous-event-name]"

    if node.selector:
        return f"[{writer.events.get(node.selector, node.selector)}]"
    homes = _visits(writer, writer.form)
    targets = [_nearest(writer, visit, _visits(writer, form)) for visit in homes]
    if targets == homes:
        return ""
    if len(set(targets)) == 1 and targets[0] in writer.study.visits:
        if writer.study.visits[targets[0]].repeats:
            raise LogicFault(
                "the visit repeats, and no instance is named", node.start, node.end
            )

        return f"[{writer.events[targets[0]]}]"

    why = (
        f"where {form.name} is not collected REDCap has a blank, a rule the nearest "
        "visit"
    )
    writer.note("other-form", why)

    return ""


def _visits(writer: WriteContext, form: Form) -> list[str]:
    if form.log:
        return [log_visit(writer.study)]
    return [
        visit
        for visit in writer.study.visits
        if (form.name, visit) in writer.study.expectations
    ]


def _nearest(writer: WriteContext, visit: str, visits: list[str]) -> str:
    """The visit at which a rule reads a form: this one, else the last before it, else
    the first.
    """
    order = list(writer.study.visits)
    before = [item for item in visits if order.index(item) <= order.index(visit)]
    return (before or visits[:1] or [""])[-1]
