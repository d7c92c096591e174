"""The cells that a field's type decides: type, choices and validation.

Each function sets them and gives the action tags that belong to them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from forms_spec.field_types import FIELD_TYPES
from forms_spec.model.fields import Field
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules import Expression
from generator.redcap.box_codes import redcap_codes, renamed_codes
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.write_calls import day_of
from generator.redcap.reading.choices import write_choices
from generator.redcap.reading.codelists import FIXED
from generator.redcap.writing.cell_context import CellContext, Cells
from generator.redcap.writing.cell_facts import exact_places, is_record_id
from generator.redcap.writing.limit_cells import set_limits

_DATE_MOVES = {"add_days": "d", "add_months": "M"}
"""The functions that ``@CALCDATE`` can say, and its units."""


def set_type(context: CellContext, field: Field, cells: Cells) -> list[str]:
    """Sets the cells of a field's type, and gives its action tags."""
    write = _WRITERS[field.type.redcap.type]
    return write(context, field, cells)


# Boxes to type into


def _box(context: CellContext, field: Field, cells: Cells) -> list[str]:
    spelling = field.type.redcap
    cells["type"] = spelling.type
    if field.comparators:
        context.loss(
            cells["name"],
            "validation",
            "comparator",
            ", ".join(field.comparators),
            "REDCap's numbers have no comparators, so the field is a text without limits",
        )

        return []

    cells["validation"] = _validation(context, field, cells)
    if spelling.loss:
        kind = field.type.name.replace("_", "-")
        why = spelling.loss if cells["validation"] else f"{spelling.loss}: text"
        context.loss(cells["name"], "validation", kind, field.label, why)

        if not cells["validation"]:
            return []

    return set_limits(context, field, cells)


def _validation(context: CellContext, field: Field, cells: Cells) -> str:
    kind = field.type.name
    seconds = field.seconds
    if kind == "decimal":
        return _number_validation(context, field, cells)
    if kind == "time":
        return "time_hh_mm_ss" if seconds else "time"
    if kind == "datetime":
        order = _date_order(context)
        if seconds:
            return f"datetime_seconds_{order}"

        return f"datetime_{order}"

    if kind == "date":
        return f"date_{_date_order(context)}"

    return next(iter(field.type.redcap.validations), "")


def _number_validation(context: CellContext, field: Field, cells: Cells) -> str:
    places = exact_places(context.study, field)
    if places is not None:
        return f"number_{places}dp"

    if field.places is not None:
        context.loss(
            cells["name"],
            "validation",
            "places",
            f"at most {field.places}",
            "REDCap allows any number of decimals, or asks for an exact number",
        )

    return "number"


def _date_order(context: CellContext) -> str:
    return context.study.date_order or "ymd"


# Answers to choose from


def _tick(context: CellContext, _field: Field, cells: Cells) -> list[str]:
    cells["type"] = "truefalse"
    context.loss(
        cells["name"],
        "type",
        "tick",
        "true, false",
        "a true/false field stores 1 and 0",
    )

    return []


def _choice(context: CellContext, field: Field, cells: Cells) -> list[str]:
    assert field.codelist is not None
    codes = field.codelist.codes
    # REDCap's own field types bring their answers, which no choices repeat.
    answers = tuple((code.code, code.label, code.exclusive) for code in codes)
    own_list = (field.codelist.name, answers)

    for type_, fixed_list in FIXED.items():
        if own_list == fixed_list:
            cells["type"] = type_
            return []

    cells["type"] = "radio" if field.control == "radio" else "dropdown"
    cells["choices"] = _choices(context, field, cells)
    if field.control == "typeahead":
        cells["validation"] = "autocomplete"

    return []


def _checkbox(context: CellContext, field: Field, cells: Cells) -> list[str]:
    assert field.codelist is not None
    cells["type"] = "checkbox"
    cells["choices"] = _choices(context, field, cells)

    in_redcap = redcap_codes(context.study, field)
    exclusive = []
    for code in field.codelist.codes:
        if code.exclusive:
            exclusive.append(in_redcap[code.code])

    if not exclusive:
        return []

    return [f"@NONEOFTHEABOVE='{','.join(exclusive)}'"]


def _choices(context: CellContext, field: Field, cells: Cells) -> str:
    """The choices column; a bar parts two answers and so stands in none."""
    assert field.codelist is not None
    codes = field.codelist.codes
    for code in codes:
        if "|" in code.label:
            context.loss(
                cells["name"],
                "choices",
                "answer",
                f"{code.code}, {code.label}",
                "a bar in a label is written as a slash",
            )

    for before, after in renamed_codes(context.study, field):
        context.loss(
            cells["name"],
            "choices",
            "code",
            before,
            f"the code is {after} in REDCap, which would take {before} for another "
            "code, or for none",
        )

    in_redcap = redcap_codes(context.study, field)
    return write_choices(
        [(in_redcap[code.code], code.label.replace("|", "/")) for code in codes]
    )


def _slider(context: CellContext, field: Field, cells: Cells) -> list[str]:
    cells["type"] = "slider"
    if field.anchors:
        left, right = field.anchors
        cells["choices"] = " | ".join((left, "", right))

    low, high = "0", "10"
    limits = field.ranges.get(None)
    if limits is not None:
        low = limits.low.text if limits.low else ""
        high = ""
        if limits.high:
            high = limits.high.text

    # 0 to 100 is what REDCap takes without being told.
    if (low, high) != ("0", "100"):
        cells["minimum"], cells["maximum"] = low, high

    if field.type.name == "vas" and field.places != 0:
        context.loss(
            cells["name"],
            "type",
            "places",
            str(field.places),
            "a slider takes whole numbers only",
        )

    return []


# Calculated fields


def _calculated(context: CellContext, field: Field, cells: Cells) -> list[str]:
    assert field.value is not None
    if is_record_id(context.study, field):
        cells["type"] = "text"
        return []

    if field.kind.name in ("decimal", "integer"):
        cells["type"] = "calc"
        equation = context.logic(field.value, cells["name"], "choices")
        cells["choices"] = _rounded(field, equation)

        return []

    cells["type"] = "text"
    if field.kind.name == "date":
        cells["validation"] = f"date_{_date_order(context)}"

    moved = _moved_date(context, field.value)
    if moved:
        return [moved]

    text = context.logic(field.value, cells["name"], "annotation")
    return [f"@CALCTEXT({text})"] if text else []


def _rounded(field: Field, equation: str) -> str:
    """A calculated field of ours is rounded to its places."""
    places = 0 if field.kind.name == "integer" else field.places
    if places is None:
        return equation

    # An equation that REDCap cannot say is empty.
    if not equation:
        return ""

    return f"round({equation}, {places})"


def _moved_date(context: CellContext, value: Expression) -> str:
    """The tag of a date moved by days or months; empty for what is none, or cannot be
    said.
    """
    node = value.tree
    if not isinstance(node, syntax_tree.Call) or len(node.arguments) != 2:
        return ""

    unit = _DATE_MOVES.get(node.function)
    if unit is None:
        return ""

    writer = context.writer()
    date_node, count_node = node.arguments
    try:
        day = day_of(writer, date_node).guarded()
        count = writer.value(count_node).guarded()
    except LogicFault:
        return ""

    return f"@CALCDATE({day}, {count}, '{unit}')"


# Files and notes


def _file(context: CellContext, field: Field, cells: Cells) -> list[str]:
    cells["type"] = "file"
    if field.upload is not None and field.upload.endings:
        context.loss(
            cells["name"],
            "type",
            "accept",
            ", ".join(field.upload.endings),
            "REDCap accepts every file",
        )

    return []


def _note(_context: CellContext, _field: Field, cells: Cells) -> list[str]:
    cells["type"] = "descriptive"
    return []


_WRITERS: Mapping[str, Callable[[CellContext, Field, Cells], list[str]]] = (
    MappingProxyType(
        {
            "text": _box,
            "notes": _box,
            "radio": _choice,
            "dropdown": _choice,
            "checkbox": _checkbox,
            "truefalse": _tick,
            "slider": _slider,
            "calc": _calculated,
            "file": _file,
            "descriptive": _note,
        }
    )
)
"""By the field type of REDCap that a field type is."""

if holes := {field_type.redcap.type for field_type in FIELD_TYPES} ^ _WRITERS.keys():
    raise TypeError(f"REDCap's field types without cells, or without a use: {holes}")
