"""The columns of a data dictionary of REDCap, under all the names that their headers
have had.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "name": "Variable / Field Name",
        "form": "Form Name",
        "section": "Section Header",
        "type": "Field Type",
        "label": "Field Label",
        "choices": "Choices, Calculations, OR Slider Labels",
        "note": "Field Note",
        "validation": "Text Validation Type OR Show Slider Number",
        "minimum": "Text Validation Min",
        "maximum": "Text Validation Max",
        "identifier": "Identifier?",
        "branching": "Branching Logic (Show field only if...)",
        "required": "Required Field?",
        "alignment": "Custom Alignment",
        "number": "Question Number (surveys only)",
        "matrix": "Matrix Group Name",
        "ranking": "Matrix Ranking?",
        "annotation": "Field Annotation",
    }
)
"""The 18 columns in their order: our name, and the header that the page of REDCap
writes.
"""

COLUMNS: tuple[str, ...] = tuple(HEADERS)
NEEDED = ("name", "type")

_API = {
    "field_name": "name",
    "form_name": "form",
    "section_header": "section",
    "field_type": "type",
    "field_label": "label",
    "select_choices_or_calculations": "choices",
    "field_note": "note",
    "text_validation_type_or_show_slider_number": "validation",
    "text_validation_min": "minimum",
    "text_validation_max": "maximum",
    "identifier": "identifier",
    "branching_logic": "branching",
    "required_field": "required",
    "custom_alignment": "alignment",
    "question_number": "number",
    "matrix_group_name": "matrix",
    "matrix_ranking": "ranking",
    "field_annotation": "annotation",
}
"""What the API calls them."""

_SHORT = {
    "variable": "name",
    "variable_field_name": "name",
    "variable_name": "name",
    "field": "name",
    "form": "form",
    "section": "section",
    "type": "type",
    "label": "label",
    "choices": "choices",
    "choices_calculations": "choices",
    "choices_or_calculations": "choices",
    "select_choices_calculations": "choices",
    "choices_calculations_or_slider_labels": "choices",
    "note": "note",
    "validation": "validation",
    "text_validation_type": "validation",
    "min": "minimum",
    "max": "maximum",
    "branching_logic_show_field_only_if": "branching",
    "branching": "branching",
    "required": "required",
    "alignment": "alignment",
    "question_number_surveys_only": "number",
    "matrix_group": "matrix",
    "matrix_group_ranking": "ranking",
    "annotation": "annotation",
}
"""Older and shortened headers."""


def plain_header(header: str) -> str:
    """``text_validation_min`` for ``Text Validation Min``."""
    return re.sub(r"[^a-z0-9]+", "_", header.lower()).strip("_")


_KNOWN = {
    **{plain_header(header): column for column, header in HEADERS.items()},
    **_API,
    **_SHORT,
}


def column_of(header: str) -> str | None:
    """The column that a header means, None when it is not one of REDCap's."""
    return _KNOWN.get(plain_header(header))
