"""A field as JSON: what ``static/kinds.js`` and ``static/entry.js`` need to judge its
text.
"""

from __future__ import annotations

from typing import Any

from forms_spec.kinds.display import shown_unit
from forms_spec.kinds.pattern import portable
from forms_spec.kinds.text import longest_text, pattern_says
from forms_spec.model.codes import Code, MissingCode
from forms_spec.model.facets import Pattern
from forms_spec.model.fields import Field


def field_spec(field: Field) -> dict[str, Any]:
    """The field's kind and the facets that belong to its text; every key is always
    there.
    """
    unit = None
    if field.unit and field.unit.fixed:
        unit = shown_unit(field.unit.fixed)

    codes = field.codelist.codes if field.codelist else ()

    return {
        "name": field.name,
        "label": field.label,
        "type": field.type.name,
        "kind": field.kind.name,
        "multiline": field.type.multiline,
        "minLength": field.min_length,
        "maxLength": longest_text(field),
        "pattern": _pattern(field.pattern),
        "places": field.places,
        "comparators": list(field.comparators),
        "seconds": field.seconds,
        "unit": unit,
        "codes": [_code(code) for code in codes],
        "retired": [code for code in field.retired if code != field.default],
        "most": field.max_choices,
        "missing": [_missing(code) for code in field.missing],
        "endings": list(field.upload.endings) if field.upload else [],
    }


def _pattern(pattern: Pattern | None) -> dict[str, str] | None:
    if pattern is None:
        return None
    return {"expression": portable(pattern.expression), "says": pattern_says(pattern)}


def _code(code: Code) -> dict[str, Any]:
    # As text: a number of JavaScript has 53 bits.
    number = None if code.number is None else f"{code.number:f}"
    return {
        "code": code.code,
        "label": code.label,
        "exclusive": code.exclusive,
        "number": number,
        "synonyms": list(code.synonyms),
    }


def _missing(code: MissingCode) -> dict[str, Any]:
    return {"code": code.code, "label": code.label, "draftOnly": code.draft_only}
