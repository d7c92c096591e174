"""What a field of ours is in REDCap, whatever cell says it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from forms_spec.model.facets import Range
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from generator.redcap.reading.validation import VALIDATIONS

SUBJECT = "subjid"
_EXACT = re.compile(r"number_([1-4])dp(?:_comma_decimal)?", re.ASCII)


def exact_places(study: Study, field: Field) -> int | None:
    """How many decimals REDCap asks for in a number: in the studies that were made from
    one of its projects exactly as many as the field has places. None where it takes any
    number of them.
    """
    kept = _EXACT.fullmatch(field.redcap.get("validation", ""))
    if kept:
        return int(kept[1])
    if (
        field.type.name != "decimal"
        or field.places not in (1, 2, 3, 4)
        or "validation" in field.redcap
    ):
        return None

    return field.places if made_from_redcap(study) else None


def subject_field(study: Study) -> Field | None:
    """The record id: the study's first field where it holds the subject's id, else the
    first that does so outside of rows and whose form is no form without it.
    """
    forms = study.forms.values()
    for index, item in enumerate(
        field for form in forms for group in form.groups for field in group.fields
    ):
        form = study.forms[item.form]
        if item.value is None or item.value.text != SUBJECT:
            continue
        if index == 0 or (
            item in form.fields and sum(field.collected for field in form.fields) > 1
        ):
            return item

    return None


def made_from_redcap(study: Study) -> bool:
    """Whether the study's first field is the record id, as it is in every project of
    REDCap.
    """
    fields = (
        field
        for form in study.forms.values()
        for group in form.groups
        for field in group.fields
    )
    first = next(fields, None)

    return first is not None and first.value is not None and first.value.text == SUBJECT


def table_of(study: Study, field: Field) -> str:
    """The table of a field: a form, or a group of rows."""
    return (
        field.group
        if field.group in study.tables and study.tables[field.group].group
        else field.form
    )


def range_text(text: Range) -> str:
    low, high = (end.text if end else "" for end in (text.low, text.high))
    return (
        f"{'(' if text.low_open else '['}{low}, {high}{')' if text.high_open else ']'}"
    )


def by_pattern(expression: str) -> str:
    """The validation type that has this pattern."""
    for code, validation in VALIDATIONS.items():
        pattern = validation.keys.get("pattern")
        if isinstance(pattern, Mapping) and pattern["matches"] == expression:
            return code

    return ""
