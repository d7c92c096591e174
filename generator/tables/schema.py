"""One table of a study as a Frictionless table schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms_spec.findings.finding import NOT_UNIQUE, Severity
from forms_spec.kinds.numbers import INTEGER_DIGITS
from forms_spec.model.captured_data import LOG
from forms_spec.model.facets import Range
from forms_spec.model.fields import Field, Table
from forms_spec.model.study import Study
from forms_spec.rule_syntax.expression import Expression
from generator.tables import layout
from generator.tables.kinds import KIND_SCHEMAS
from generator.tables.limits import limits
from generator.tables.retired import NOTHING_RETIRED, Retired

Descriptor = dict[str, Any]

BLANK = {"value": "", "label": "blank"}
STATUSES = (
    {"value": 0, "label": "incomplete"},
    {"value": 1, "label": "unverified"},
    {"value": 2, "label": "complete"},
)


def table_schema(
    study: Study, table: Table, retired: Retired = NOTHING_RETIRED
) -> Descriptor:
    """The schema of a form's own table or of a repeating group's."""
    fields = [key_field(study, name, retired) for name in layout.key_columns(table)]
    fields += [field_schema(study, field) for field in table.fields]

    return {
        "fields": fields,
        "primaryKey": list(layout.primary_key(table)),
        "foreignKeys": [foreign_key(study, table)],
    }


def foreign_key(study: Study, table: Table) -> Descriptor:
    """Rows of a group belong to a row of their form's own table; everything else to a
    subject.
    """
    resource, names = layout.SUBJECTS, [layout.SITE, layout.SUBJECT]
    parent = study.tables.get(table.form.name)
    # A form of rows alone has no table of its own, and a group may have the form's name.
    if table.group and parent and parent.group is None:
        resource, names = parent.name, list(layout.primary_key(parent))

    return {"fields": names, "reference": {"resource": resource, "fields": names}}


def field_schema(
    study: Study, field: Field, *, described: Descriptor | None = None
) -> Descriptor:
    """One field. What Table Schema has no word for stands in properties named
    ``crfsmith:...``.

    ``described`` is said of the kind instead of what is said today.
    """
    of_kind = described or KIND_SCHEMAS[field.kind.name].describe(field)
    constraints = of_kind.pop("constraints")

    # The range of the field is narrower than what the kind says of the same end.
    for name, end in limits(study, field).constraints.items():
        for side in _same_side(name):
            constraints.pop(side, None)

        constraints[name] = end

    if is_exactly_unique(field):
        constraints["unique"] = True

    schema: Descriptor = {"name": field.name, "title": field.label, **of_kind}
    if field.help:
        schema["description"] = field.help
    if constraints:
        schema["constraints"] = constraints

    missing = {code.code: code.label for code in field.missing}
    schema["missingValues"] = [BLANK, *labelled(missing)]

    return schema | _own_properties(field)


def is_exactly_unique(field: Field) -> bool:
    """Whether a column without repeated cells is all that its uniqueness means: alone, in
    the whole study, and as an error.
    """
    unique = field.unique
    if unique is None or unique.together or field.unit_field is not None:
        return False

    check = field.checks.get(NOT_UNIQUE)
    weighs_less = check is not None and check.severity not in (None, Severity.ERROR)
    return unique.over == "study" and not weighs_less


def labelled(titles: Mapping[str, str]) -> list[Descriptor]:
    """Values with their labels, as Table Schema has them."""
    return [{"value": value, "label": label} for value, label in titles.items()]


def _same_side(name: str) -> tuple[str, str]:
    side = "Minimum" if name.lower().endswith("minimum") else "Maximum"
    return side.lower(), f"exclusive{side}"


_TYPE_WORDS = {"multiple_choice": "choices", "checkbox": "tick"}
"""Packages go on to call a type what they called it first, so that those of all years
compare.
"""


def _own_properties(field: Field) -> Descriptor:
    """The dictionary's words, so that a reader of the package needs no other file to
    understand it.
    """
    required = field.required
    # Properties without a value are left out below.
    data = {
        "type": _TYPE_WORDS.get(field.type.name, field.type.name),
        "group": field.group if field.group != field.form else None,
        "required": required if isinstance(required, bool) else required.text,
        "shown": _text_of(field.show_when),
        "range": _ranges(field.ranges),
        "expected": _ranges(field.expected),
        "alert": _ranges(field.alert),
        "pattern": field.stated_pattern and field.stated_pattern.expression,
        "places": field.places,
        "comparator": list(field.comparators),
        "unit": field.unit and field.unit.fixed,
        "unit_field": field.unit_field,
        "units": {choice.code: choice.label for choice in field.unit_choices},
        "value": _text_of(field.value),
        "default": field.default,
        "prefill": field.prefill,
        "propose": _text_of(field.propose),
        "entry": None if field.entry == "typed" else field.entry,
        "not_offered": list(field.retired),
        "offered_when": {
            code: condition.text for code, condition in field.offered_when.items()
        },
        "most": field.max_choices,
        "row_of": field.row_of and field.row_of.rows,
        "unique": field.unique and field.unique.over,
        "unique_with": list(field.unique.together) if field.unique else [],
        "row_label": list(field.row_of.label) if field.row_of else [],
        "draft_only": [code.code for code in field.missing if code.draft_only],
        "identifier": field.identifier,
        "checks": {code: check.name for code, check in field.checks.items()},
        "reference": field.lab_test,
        "cdash": field.cdash,
        "sdtm": field.sdtm,
        "annotation": field.annotation,
        "redcap": dict(field.redcap),
    }

    return {
        f"crfsmith:{name}": value
        for name, value in data.items()
        if not _says_nothing(value)
    }


def _says_nothing(value: object) -> bool:
    """Whether a property has no value. Zero is one: ``places: 0``."""
    return value is None or value is False or value in ([], {})


def _text_of(expression: Expression | None) -> str | None:
    return expression.text if expression else None


def _ranges(ranges: Mapping[str | None, Range]) -> Descriptor | str | None:
    if not ranges:
        return None

    # Without units, there is one range, under no name.
    if ranges.keys() == {None}:
        return _range(ranges[None])

    return {unit or "": _range(limits) for unit, limits in ranges.items()}


def _range(limits: Range) -> str:
    """A range in mathematical notation: ``[60, 260]``, ``(0, 10]``."""
    left = "(" if limits.low_open else "["
    right = ")" if limits.high_open else "]"
    low = _text_of(limits.low) or ""
    high = _text_of(limits.high) or ""

    return f"{left}{low}, {high}{right}"


def key_field(
    study: Study, name: str, retired: Retired = NOTHING_RETIRED
) -> Descriptor:
    """A key column, the same in every table."""
    descriptors: dict[str, Descriptor] = {
        layout.SITE: _site(study, retired),
        layout.SUBJECT: {
            "title": "Subject",
            "type": "string",
            "constraints": {"required": True},
        },
        layout.VISIT: _visit(study, retired),
        layout.UNSNO: {
            "title": "Number of a visit that repeats, else 0",
            "type": "integer",
            "constraints": {
                "required": True,
                "minimum": 0,
                "maximum": 10**INTEGER_DIGITS - 1,
            },
        },
        layout.ROW: {
            "title": "Row",
            "type": "integer",
            "constraints": {
                "required": True,
                "minimum": 1,
                "maximum": 10**INTEGER_DIGITS - 1,
            },
        },
    }

    return {"name": name, **descriptors[name]}


def _site(study: Study, retired: Retired) -> Descriptor:
    """A study without sites has a blank in every row."""
    if not study.sites:
        return {"title": "Site", "type": "string"}

    sites = {**study.sites, **retired.sites}

    return {
        "title": "Site",
        "type": "string",
        "categories": labelled(sites),
        "constraints": {"required": True, "enum": list(sites)},
    }


def _visit(study: Study, retired: Retired) -> Descriptor:
    visits = {LOG: "Log form, of no visit"}
    for name, visit in study.visits.items():
        visits[name] = visit.title

    visits |= retired.visits

    return {
        "title": "Visit",
        "type": "string",
        "categories": labelled(visits),
        "constraints": {"required": True, "enum": list(visits)},
    }
