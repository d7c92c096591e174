"""The two limits of a field, as REDCap has them: one pair, whose ends are allowed."""

from __future__ import annotations

from forms_spec.model.facets import Range
from forms_spec.model.fields import Field
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules import Expression
from generator.redcap.logic.fault import LogicFault
from generator.redcap.writing.cell_context import CellContext, Cells


def set_limits(context: CellContext, field: Field, cells: Cells) -> list[str]:
    """Sets minimum and maximum, and gives the tag that makes them binding."""
    _list_other_limits(context, field, cells["name"])
    hard = field.ranges.get(None)
    soft = field.expected.get(None)

    chosen = hard or soft
    if chosen is None:
        return []

    ends = (
        ("minimum", chosen.low, chosen.low_open),
        ("maximum", chosen.high, chosen.high_open),
    )
    for column, end, is_open in ends:
        cells[column] = _end_text(context, end, cells["name"], column)
        if is_open:
            context.loss(
                cells["name"],
                column,
                "range",
                _range_text(chosen),
                "REDCap also allows the limit itself",
            )

    if hard is not None and (cells["minimum"] or cells["maximum"]):
        return ["@FORCE-MINMAX"]

    return []


def _list_other_limits(context: CellContext, field: Field, name: str) -> None:
    """Lists the limits that have no place beside the chosen pair."""
    for unit, limits in (*field.ranges.items(), *field.expected.items()):
        if unit is not None:
            context.loss(
                name,
                "minimum",
                "range",
                f"{unit}: {_range_text(limits)}",
                "REDCap has no limits of a chosen unit",
            )

    hard = field.ranges.get(None)
    soft = field.expected.get(None)
    if hard is not None and soft is not None:
        context.loss(
            name,
            "minimum",
            "expected",
            _range_text(soft),
            "REDCap has one pair of limits, so only the range is kept",
        )

    for limits in field.alert.values():
        context.loss(
            name,
            "minimum",
            "alert",
            _range_text(limits),
            "REDCap has no alert limits",
        )


def _range_text(limits: Range) -> str:
    """A range as mathematics writes it: ``[0, 10)``."""
    low = limits.low.text if limits.low else ""
    high = ""
    if limits.high:
        high = limits.high.text

    opening = "(" if limits.low_open else "["
    closing = ")" if limits.high_open else "]"

    return f"{opening}{low}, {high}{closing}"


def _end_text(
    context: CellContext, end: Expression | None, name: str, column: str
) -> str:
    """An end as REDCap takes it: a constant, today or a field. Others are listed."""
    if end is None:
        return ""

    # The field's validation says whether an end is a date or a date with time.
    node = end.tree
    while isinstance(node, syntax_tree.Call):
        if node.function not in ("date_of", "datetime_of"):
            break

        node = node.arguments[0]

    if isinstance(node, syntax_tree.Today):
        return "today"
    if isinstance(node, syntax_tree.Literal):
        return end.text.replace("T", " ")
    if isinstance(node, syntax_tree.ParameterReference):
        parameter = context.study.parameters[node.name]
        if not parameter.sites:
            return parameter.value

    text = _field_or_number(context, node)
    if text is None:
        context.loss(
            name,
            column,
            "range",
            end.text,
            "a limit in REDCap is a constant or a field",
        )

        return ""

    return text


def _field_or_number(context: CellContext, node: syntax_tree.Node) -> str | None:
    """A field in brackets, or a negative number; None for anything else."""
    try:
        text = context.writer().value(node).text
    except LogicFault:
        return None

    if text.startswith("[") or isinstance(node, syntax_tree.Negative):
        return text

    return None
