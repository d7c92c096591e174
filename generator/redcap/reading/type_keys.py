"""What each field type of REDCap sets in the keys of a field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from generator.redcap.logic.dates import shifted_date
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.scope import LogicScope
from generator.redcap.logic.translate import translate_value
from generator.redcap.logic.values import ValueType
from generator.redcap.reading.choices import slider_labels
from generator.redcap.reading.codelists import as_codes
from generator.redcap.reading.field_context import FieldContext
from generator.redcap.reading.field_plan import Keys, RedcapFieldPlan
from generator.redcap.reading.labels import plain_lines, plain_text
from generator.redcap.reading.tag_parser import Tag
from generator.redcap.reading.validation import VALIDATIONS

TypeKeys = Callable[[FieldContext, RedcapFieldPlan, Keys, LogicScope], None]

LIMIT_COLUMNS = ("minimum", "maximum")
MOST_RADIO_BUTTONS, LONGEST_LIST = 7, 15
"""Answers of a field that gets radio buttons, or a list, unless it asks for another
control.
"""

_ONTOLOGY = re.compile(r"\s*BIOPORTAL:", re.IGNORECASE)
_WHOLE = re.compile(r"-?[0-9]{1,6}")
_GIVES: Mapping[ValueType, str] = MappingProxyType(
    {ValueType.TEXT: "text", ValueType.DATE: "date"}
)
_NO_VALIDATION = "the field's type has no validation"


# Texts and numbers


def _typed(
    fields: FieldContext, plan: RedcapFieldPlan, keys: Keys, _scope: object
) -> None:
    """A text or a notes box, with whatever its validation makes of it."""
    item = plan.item
    keys.update(plan.validation.keys)
    if plan.validation.note:
        fields.loss(item, "validation", "validation", plan.validation.note)

    if _ONTOLOGY.match(item.choices):
        why = "terms are not looked up: any text is accepted"
        fields.keep(keys, item, "ontology", "choices", why)
    else:
        why = "the field's type has no choices"
        fields.keep_written(keys, item, "unused-choices", "choices", why)

    _keep_validation(fields, plan, keys)


def _keep_validation(fields: FieldContext, plan: RedcapFieldPlan, keys: Keys) -> None:
    """A validation of which the field's type alone does not say everything."""
    item = plan.item
    written = item.validation.strip()
    if item.type == "text" and written and written not in VALIDATIONS:
        why = "any text is accepted"
        fields.keep(keys, item, "unknown-validation", "validation", why)
        return

    if plan.validation.comma:
        kind, why = "decimal-comma", "numbers may be typed with a point or a comma"
    elif plan.validation.order not in (None, fields.order or "ymd"):
        kind, why = "date-order", "dates are typed in the study's order"
    else:
        return

    keys.setdefault("redcap", {})["validation"] = written
    fields.loss(item, kind, "validation", why, harmless=True)


def _sql(
    fields: FieldContext, plan: RedcapFieldPlan, keys: Keys, _scope: object
) -> None:
    item = plan.item
    why = "answers come from REDCap's database: any text is accepted"
    fields.keep(keys, item, "sql", "choices", why)
    why = "there is no list to look up in"
    fields.keep_written(keys, item, "unused-validation", "validation", why)
    keys.setdefault("redcap", {})["type"] = "sql"


# Calculations


def _calculated(
    fields: FieldContext, plan: RedcapFieldPlan, keys: Keys, scope: LogicScope
) -> None:
    """A calc field, or a text with @CALCTEXT or @CALCDATE."""
    if plan.item.name == fields.subject:
        _record_id(fields, plan, keys)
        return

    gives = _GIVES.get(plan.value_type)
    tag = plan.tag("CALCTEXT") or plan.tag("CALCDATE")

    formula = _formula(fields, plan, tag, scope)
    if formula is not None:
        if gives:
            keys["gives"] = gives

        keys["value"] = formula
        return

    # What cannot be calculated is typed. A tag stays in the annotation anyway.
    keys["type"] = gives or "decimal"
    if tag is None:
        kept = keys.setdefault("redcap", {})
        kept["type"] = plan.item.type

        calculation = plain_lines(plan.item.choices)
        if calculation:
            kept["choices"] = calculation


def _record_id(fields: FieldContext, plan: RedcapFieldPlan, keys: Keys) -> None:
    keys |= {"gives": "text", "value": "subjid"}
    why = "the record id is the subject's id; --record-id names another field, or none"
    fields.loss(plan.item, "record-id", "name", why, harmless=True)
    why = "any subject ID is accepted"
    fields.keep_written(keys, plan.item, "record-id", "validation", why)


def _formula(
    fields: FieldContext, plan: RedcapFieldPlan, tag: Tag | None, scope: LogicScope
) -> str | None:
    """The formula in our language; None, and listed, where it has no translation."""
    item = plan.item
    column = "choices" if tag is None else "annotation"
    written = item.choices if tag is None else tag.argument or ""

    dropped = fields.dropped.get((item.name, "value"))
    if dropped:
        fields.loss(item, "calculation", column, dropped, original=written)
        return None

    try:
        if tag is not None and tag.name == "CALCDATE":
            formula = shifted_date(written, scope)
        else:
            formula = translate_value(written, scope, plan.value_type)
    except LogicFault as fault:
        fields.fault(item, column, written, fault)
        fields.loss(item, "calculation", column, fault.why, original=written)
        return None

    fields.noted(item, column, written, scope)
    return formula


# Answers


def _choosing(
    fields: FieldContext, plan: RedcapFieldPlan, keys: Keys, _scope: object
) -> None:
    """A list, radio buttons or boxes."""
    if not plan.answers:
        keys["type"] = "text"
        return

    name = fields.codelists.name(plan.answers)
    keys["codes"] = name or as_codes(plan.answers)
    _choose_control(fields, plan, keys)


def _choose_control(fields: FieldContext, plan: RedcapFieldPlan, keys: Keys) -> None:
    """Radio or list, where it is not what the number of answers gives anyway."""
    item = plan.item
    wanted = {"radio": "radio", "dropdown": "list"}.get(item.type, "")

    is_typeahead = item.validation.strip() == "autocomplete"
    if item.type == "dropdown" and is_typeahead:
        wanted = "typeahead"
    elif item.type != "checkbox":
        fields.keep_written(
            keys, item, "unused-validation", "validation", _NO_VALIDATION
        )

    usual = _usual_control(len(plan.answers))
    if wanted and wanted != usual:
        keys["control"] = wanted


def _usual_control(answers: int) -> str:
    """The control that the page chooses by itself."""
    if answers <= MOST_RADIO_BUTTONS:
        return "radio"
    if answers <= LONGEST_LIST:
        return "list"

    return "typeahead"


def _fixed(
    fields: FieldContext, plan: RedcapFieldPlan, keys: Keys, _scope: object
) -> None:
    """Yes or no, true or false."""
    item = plan.item
    keys["codes"] = fields.codelists.fixed_name(item.type)
    why = f"a {item.type} field has its own answers"
    fields.keep_written(keys, item, "unused-choices", "choices", why)


# Sliders


def _slider(
    fields: FieldContext, plan: RedcapFieldPlan, keys: Keys, _scope: object
) -> None:
    item = plan.item
    keys["places"] = "0"
    low = _whole(item.minimum) or "0"
    high = _whole(item.maximum) or "100"
    ascending = int(low) < int(high)

    for column in LIMIT_COLUMNS:
        if _whole(item.cell(column)) is None or not ascending:
            why = "the ends of a slider are whole numbers, the lower one first"
            fields.keep_written(keys, item, "limit", column, why)

    keys["range"] = [low, high] if ascending else ["0", "100"]
    _label_ends(fields, plan, keys)

    if item.validation.strip() == "number":
        keys.setdefault("redcap", {})["validation"] = "number"
        why = "the number is always shown beside the slider"
        fields.loss(item, "slider-number", "validation", why, harmless=True)
    else:
        why = "a slider has no validation"
        fields.keep_written(keys, item, "unused-validation", "validation", why)


def _label_ends(fields: FieldContext, plan: RedcapFieldPlan, keys: Keys) -> None:
    """The words at the ends of a slider, where both ends have different ones."""
    item = plan.item
    left, middle, right = slider_labels(item.choices)
    have_both_ends = left != "" and right != ""

    if have_both_ends and left != right:
        # A label of markup alone is better than none.
        keys["anchors"] = [plain_text(left) or left, plain_text(right) or right]

    is_incomplete = "anchors" not in keys
    if middle or is_incomplete:
        why = "a slider has different words at its two ends, or none"
        fields.keep_written(keys, item, "slider-labels", "choices", why)


def _whole(text: str) -> str | None:
    text = text.strip()
    if not _WHOLE.fullmatch(text):
        return None

    return text


# Without an answer of their own


def _file(
    fields: FieldContext, plan: RedcapFieldPlan, keys: Keys, _scope: object
) -> None:
    item = plan.item
    why = "a signature is uploaded as a file"
    fields.keep_written(keys, item, "signature", "validation", why)
    why = "a file has no choices"
    fields.keep_written(keys, item, "unused-choices", "choices", why)


def _descriptive(
    fields: FieldContext, plan: RedcapFieldPlan, keys: Keys, _scope: object
) -> None:
    why = "a descriptive text has no choices"
    fields.keep_written(keys, plan.item, "unused-choices", "choices", why)


def _unknown(
    fields: FieldContext, plan: RedcapFieldPlan, keys: Keys, _scope: object
) -> None:
    why = "not a REDCap field type, so it is imported as text"
    fields.keep(keys, plan.item, "unknown-type", "type", why)
    why = "the field's type is unknown"
    fields.keep_written(keys, plan.item, "unused-choices", "choices", why)


TYPE_KEYS: Mapping[str, TypeKeys] = MappingProxyType(
    {
        "text": _typed,
        "notes": _typed,
        "dropdown": _choosing,
        "radio": _choosing,
        "checkbox": _choosing,
        "calc": _calculated,
        "calculated": _calculated,
        "file": _file,
        "descriptive": _descriptive,
        "slider": _slider,
        "yesno": _fixed,
        "truefalse": _fixed,
        "sql": _sql,
        "unknown": _unknown,
    }
)
"""By the type that ``item_type`` gives."""
