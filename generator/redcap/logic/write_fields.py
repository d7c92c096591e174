"""Fields in REDCap's logic: what is known of them, their boxes, missing codes and
units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from forms_spec.model.facets import UnitChoice
from forms_spec.model.fields import Field
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules.semantics.types import Type
from generator.redcap.box_codes import redcap_codes
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.redcap_text import (
    FALSE,
    RedcapCondition,
    RedcapValue,
    every,
    not_blank,
    some,
)
from generator.redcap.logic.write_context import WriteContext


def field_known(writer: WriteContext, text: str, field: Field) -> RedcapCondition:
    """Whether a field has a value: neither blank nor a code of missing data."""
    is_checkbox = field.kind.name == "choices" and field.codelist is not None
    if is_checkbox:
        codes = _answers(writer, field).values()
        return some(_box(text, code) for code in codes)

    if not field.missing:
        return not_blank(text)

    # REDCap compares a code of missing data as a text, so `<> ''` would be true.
    unknown = f"isblankormissingcode({text})"
    return RedcapCondition(text=f"{unknown} = 0", other=unknown)


def _box(text: str, code: str) -> RedcapCondition:
    """Whether the box of a code is ticked; ``text`` is the field in brackets."""
    box = f"{text.removesuffix(']')}({code})]"
    return RedcapCondition(text=f"{box} = '1'", other=f"{box} = '0'")


def _answers(writer: WriteContext, field: Field) -> Mapping[str, str]:
    """The codes in REDCap of a field's answers."""
    assert field.codelist is not None
    codes = redcap_codes(writer.study, field)
    return {code: codes[code] for code in field.codelist.by_code}


def compare_sets(
    writer: WriteContext, node: syntax_tree.Compare, wanted: bool
) -> RedcapCondition:
    """``has``, ``has any``, ``has all``, ``within`` and ``overlaps``: box by box.

    A multiple choice without any box ticked is UNKNOWN here, so that every condition
    asks for a box.
    """
    left = writer.value(node.left)
    if left.field is None or left.field.codelist is None:
        raise writer.fault(node)

    listed = _listed_codes(writer, node)
    inside: list[RedcapCondition] = []
    outside: list[RedcapCondition] = []

    for code, in_redcap in _answers(writer, left.field).items():
        boxes = inside if code in listed else outside
        boxes.append(_box(left.text, in_redcap))

    none_inside = every(_opposites(inside))
    none_outside = every(_opposites(outside))
    holds = some(inside)
    fails = every([none_inside, some(outside)])

    if node.operator == "within":
        holds = every([some(inside), none_outside])
        fails = some(outside)
    elif node.operator == "has all":
        holds = every(inside)
        fails = every([some(_opposites(inside)), some([*inside, *outside])])

    return holds if wanted else fails


def _opposites(conditions: Iterable[RedcapCondition]) -> list[RedcapCondition]:
    return [condition.opposite() for condition in conditions]


def _listed_codes(writer: WriteContext, node: syntax_tree.Compare) -> set[str]:
    """The codes on the right side, which have to be constants."""
    items: tuple[syntax_tree.Node, ...] = (node.right,)
    if isinstance(node.right, syntax_tree.Listing):
        items = node.right.items

    codes = set()
    for item in items:
        if not isinstance(item, syntax_tree.Literal) or item.kind != "text":
            raise writer.fault(node)

        codes.add(str(item.value))

    return codes


def missing(writer: WriteContext, node: syntax_tree.Is) -> RedcapCondition:
    """``x is missing``, ``x is missing('ND')``"""
    value = writer.value(node.operand, partial=True)
    field = value.field
    if field is None:
        why = "only a field can hold a missing code"
        raise LogicFault(why, node.start, node.end)

    wanted = node.code.value if node.code is not None else None
    codes = [code for code in field.missing if wanted in (None, code.code)]
    if not codes:
        return FALSE

    # A checkbox has a box of its own for each code of missing data.
    if field.kind.name == "choices":
        in_redcap = redcap_codes(writer.study, field)
        return some(_box(value.text, in_redcap[code.code]) for code in codes)

    test = f"ismissingcode({value.text})"
    if wanted is not None:
        test = f"hasmissingcode({value.text}, '{codes[0].in_redcap}')"

    return RedcapCondition(text=test, other=f"{test} = 0")


def in_unit(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    """A value by the unit that was chosen for it, converted by the formulas of the
    dictionary.
    """
    cell, unit = node.arguments
    value = writer.value(cell)

    field = value.field
    if field is None or field.unit is None:
        raise writer.fault(node)
    if not isinstance(unit, syntax_tree.Literal):
        raise writer.fault(node)

    if field.unit.fixed == unit.value:
        return value

    assert isinstance(cell, syntax_tree.Reference)
    chosen = writer.value(replace(cell, field=field.unit.companion))
    text = "''"

    # From the last choice to the first: each becomes the `else` of the one before.
    for choice in reversed(field.unit.choices):
        converted = _converted(writer, value, field, choice, str(unit.value))
        if converted is None:
            why = f"no formula converts {choice.code} into {unit.value}"
            raise LogicFault(why, node.start, node.end)

        code = writer.text_constant(choice.code).text
        text = f"if({chosen.text} = {code}, {converted.guarded()}, {text})"

    return RedcapValue(
        text=text,
        type=Type.NUMBER,
        known=not_blank(text),
    )


def _converted(
    writer: WriteContext, value: RedcapValue, field: Field, choice: UnitChoice, to: str
) -> RedcapValue | None:
    """The value through the formulas that lead from a unit to the one that is wanted;
    None where none do.
    """
    assert field.unit is not None
    by_code = {other.code: other for other in field.unit.choices}
    seen: set[str] = set()

    while choice.code != to:
        if choice.formula is None or choice.to not in by_code or choice.code in seen:
            return None

        seen.add(choice.code)

        # The formula calls what it converts `value`, which may be a formula itself.
        outer = writer.bound
        writer.bound = {**outer, "value": value}
        value = writer.value(choice.formula.tree)
        writer.bound = outer
        choice = by_code[choice.to]

    return value
