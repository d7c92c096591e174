"""What a field of ours is in REDCap, whatever cell says it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from forms_spec.model.fields import Field, Group
from forms_spec.model.study import Study

SUBJECT = "subjid"
_EXACT = re.compile(r"number_([1-4])dp(?:_comma_decimal)?", re.ASCII)


def study_fields(study: Study) -> Iterator[tuple[Group, Field]]:
    """Every field of a study with its group, in the order of the pages."""
    for form in study.forms.values():
        for group in form.groups:
            for field in group.fields:
                yield group, field


def exact_places(study: Study, field: Field) -> int | None:
    """How many decimals REDCap asks for in a number: in the studies that were made from
    one of its projects exactly as many as the field has places. None where it takes any
    number of them.
    """
    kept = _EXACT.fullmatch(field.redcap.get("validation", ""))
    if kept:
        return int(kept[1])

    # Any other kept validation says that the number of decimals was free.
    if field.type.name != "decimal" or "validation" in field.redcap:
        return None
    # Only these numbers of decimals have a validation of their own.
    if field.places not in (1, 2, 3, 4) or not _made_from_redcap(study):
        return None

    return field.places


def _made_from_redcap(study: Study) -> bool:
    """Whether the study's first field is the record id, as it is in every project of
    REDCap.
    """
    first = next(study_fields(study), None)
    if first is None:
        return False

    _, field = first
    return _holds_subject(field)


def is_record_id(study: Study, field: Field) -> bool:
    """Whether this is the record id: of the fields that hold the subject's id the one
    that can be.
    """
    # This test spares most fields a walk over all of them.
    if not _holds_subject(field):
        return False

    return subject_field(study) is field


def subject_field(study: Study) -> Field | None:
    """The record id: the study's first field where it holds the subject's id, else the
    first that does so outside of rows and whose form is no form without it.
    """
    for index, (group, field) in enumerate(study_fields(study)):
        if not _holds_subject(field):
            continue
        if index == 0:
            return field

        own_fields = study.forms[field.form].fields
        collected = sum(other.collected for other in own_fields)
        is_once = group.rows is None
        has_others = collected > 1
        if is_once and has_others:
            return field

    return None


def _holds_subject(field: Field) -> bool:
    if field.value is None:
        return False

    return field.value.text == SUBJECT
