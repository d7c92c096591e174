"""Fields in REDCap's logic: what is known of them, their boxes, missing codes and
units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from forms_spec.model.facets import UnitChoice
from forms_spec.model.fields import Field
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules.semantics.types import Type
from generator.redcap.box_codes import boxes_of, redcap_codes
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.redcap_text import (
    FALSE,
    RedcapCondition,
    RedcapValue,
    every,
    given,
    some,
    test,
)
from generator.redcap.logic.write_context import WriteContext


def known_of(writer: WriteContext, text: str, field: Field) -> RedcapCondition:
    """Whether a field has a value: neither blank nor a code of missing data."""
    if field.kind.name == "choices" and field.codelist is not None:
        return some(_box(text, code) for code in _answers(writer, field).values())
    if field.missing:
        asked = f"isblankormissingcode({text})"
        return test(f"{asked} = 0", asked)

    return given(text)


def _box(text: str, code: str) -> RedcapCondition:
    written = f"{text[:-1]}({code})]"
    return test(f"{written} = '1'", f"{written} = '0'")


def _answers(writer: WriteContext, field: Field) -> Mapping[str, str]:
    """The codes in REDCap of a field's answers."""
    assert field.codelist is not None
    codes = redcap_codes(writer.study, field)
    return {code: codes[code] for code in field.codelist.by_code}


def sets(
    writer: WriteContext, node: syntax_tree.Compare, wanted: bool
) -> RedcapCondition:
    """``has``, ``has any``, ``has all``, ``within`` and ``overlaps``: box by box."""
    left = writer.value(node.left)
    if left.field is None or left.field.codelist is None:
        raise writer.fault(node)
    codes = _answers(writer, left.field)
    named = {str(item) for item in _listed(writer, node)}
    inside = [_box(left.text, codes[code]) for code in codes if code in named]
    outside = [_box(left.text, codes[code]) for code in codes if code not in named]
    if node.operator == "within":
        none_else = every(item.opposite() for item in outside)
        return every([some(inside), none_else]) if wanted else some(outside)

    if node.operator == "has all":
        lacking = some(item.opposite() for item in inside)
        return every(inside) if wanted else every([lacking, some([*inside, *outside])])

    return (
        some(inside)
        if wanted
        else every([*(item.opposite() for item in inside), some(outside)])
    )


def _listed(writer: WriteContext, node: syntax_tree.Compare) -> list[object]:
    """The codes on the right side, which have to be constants."""
    items = (
        node.right.items
        if isinstance(node.right, syntax_tree.Listing)
        else (node.right,)
    )
    if not all(
        isinstance(item, syntax_tree.Literal) and item.kind == "text" for item in items
    ):
        raise writer.fault(node)

    return [item.value for item in items if isinstance(item, syntax_tree.Literal)]


def missing(writer: WriteContext, node: syntax_tree.Is) -> RedcapCondition:
    """``x is missing``, ``x is missing('ND')``"""
    entry = writer.value(node.operand, partial=True)
    field = entry.field
    if field is None:
        raise LogicFault(
            "only a field holds a code of missing data", node.start, node.end
        )

    codes = [
        item
        for item in field.missing
        if node.code is None or item.code == node.code.value
    ]
    if not codes:
        return FALSE
    if field.kind.name == "choices":
        boxes = dict(boxes_of(writer.study, field))
        return some(_box(entry.text, boxes[code.code]) for code in codes)

    asked = f"ismissingcode({entry.text})"
    if node.code is not None:
        asked = f"hasmissingcode({entry.text}, '{codes[0].in_redcap}')"
    return test(asked, f"{asked} = 0")


def in_unit(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    """A value by the unit that was chosen for it, converted by the formulas of the
    dictionary.
    """
    cell, wanted = node.arguments
    entry = writer.value(cell)
    field = entry.field
    if (
        field is None
        or field.unit is None
        or not isinstance(wanted, syntax_tree.Literal)
    ):
        raise writer.fault(node)

    if field.unit.fixed == wanted.value:
        return entry
    assert isinstance(cell, syntax_tree.Reference)
    chosen = writer.value(replace(cell, field=field.unit.companion))
    text = "''"

    for choice in reversed(field.unit.choices):
        value = _converted(writer, entry, field, choice, str(wanted.value))
        if value is None:
            raise LogicFault(
                f"{choice.code} is not converted into {wanted.value}",
                node.start,
                node.end,
            )

        text = (
            f"if({chosen.text} = {writer.text(choice.code).text}, {value.guarded()}, "
            f"{text})"
        )

    return RedcapValue(text=text, type=Type.NUMBER, known=given(text))


def _converted(
    writer: WriteContext,
    structure: RedcapValue,
    field: Field,
    choice: UnitChoice,
    wanted: str,
) -> RedcapValue | None:
    """The value through the formulas that lead from a unit to the one that is wanted."""
    assert field.unit is not None
    by_code = {item.code: item for item in field.unit.choices}
    seen: set[str] = set()

    while choice.code != wanted:
        if choice.formula is None or choice.to not in by_code or choice.code in seen:
            return None
        seen.add(choice.code)
        before = writer.standing
        writer.standing = {**before, "value": structure}
        structure = writer.value(choice.formula.tree)
        writer.standing = before
        choice = by_code[choice.to]

    return structure
