"""What JSON Schema says of each shape that a value of a dictionary may have.

The table is total over the classes that load the values: a class without a line is a
``KeyError`` as soon as the schema is made. Scalars of YAML come typed to an editor, so
that a text may also be a number or a flag there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

from marshmallow import Schema, fields

from forms_spec.kinds.bounded import COMPARATORS
from forms_spec.loading.codelists import (
    NUMBER,
    Codes,
    CodeSchema,
    CodesOrName,
    DecimalField,
    OneCode,
)
from forms_spec.loading.eligibility import CriterionSchema, OneCriterion
from forms_spec.loading.field_schema import (
    ComparatorsShape,
    FieldSchema,
    Length,
    MissingShape,
    PatternSchema,
    PatternShape,
    UniqueSchema,
    UniqueShape,
)
from forms_spec.loading.form_builder import FieldShape
from forms_spec.loading.protocol_checks import CheckSchema, ChecksShape
from forms_spec.loading.ranges import RangeShape
from forms_spec.loading.reference_ranges import RangeTable
from forms_spec.loading.roles import ALERTS, WORDS, AlertList, PermissionList
from forms_spec.loading.rules import (
    DerivationSchema,
    OneDerivation,
    UnknownField,
    UnknownSchema,
)
from forms_spec.loading.schema_fields import (
    SIZE,
    WHOLE,
    BooleanField,
    IntegerField,
    NamedMapping,
    NestedField,
    OneOf,
    Size,
    TextField,
    TextListField,
)
from forms_spec.loading.study import (
    DayZeroShape,
    MissingSchema,
    OneMissing,
    OneParameter,
    ParameterSchema,
    TimeZone,
)
from forms_spec.loading.units import UnitChoiceSchema, UnitShape
from forms_spec.loading.visit_dating import MISSED, MissedShape
from forms_spec.loading.visits import (
    DAY,
    DAYS,
    LENGTH,
    TARGET,
    BeforeAfter,
    ConditionsShape,
    CyclesSchema,
    DayField,
    DaysField,
    DaysOrMonthsField,
    FromTo,
    OffsetField,
    RepeatsShape,
    WindowShape,
)
from forms_spec.model.facets import UNIQUE_OVER

Json = dict[str, Any]
SCALARS = ("string", "number", "boolean")


class Describer(Protocol):
    """Knows the other parts of the schema."""

    def mapping(self, schema: type[Schema]) -> Json:
        """A reference to what is said of a mapping."""
        ...

    def value(self, shape: fields.Field[Any]) -> Json:
        """What is said of a value."""
        ...


Shape = Callable[[Any, Describer], Json]


def text() -> Json:
    """A scalar that is not blank."""
    return {"type": list(SCALARS), "pattern": r"\S"}


def text_or_empty() -> Json:
    """A scalar, or no value."""
    return {"type": [*SCALARS, "null"]}


def written(*patterns: re.Pattern[str]) -> Json:
    """A text of one of these forms."""
    whole = "|".join(f"(?:{pattern.pattern})" for pattern in patterns)
    return {"type": "string", "pattern": f"^(?:{whole})$"}


def whole_number() -> Json:
    """A whole number from 0, also in quotes."""
    return {"anyOf": [{"type": "integer", "minimum": 0}, written(WHOLE)]}


def texts(*, least: int = 0, most: int | None = None) -> Json:
    """A list of texts."""
    listing: Json = {"type": "array", "items": text()}
    if least:
        listing["minItems"] = least
    if most is not None:
        listing["maxItems"] = most

    return listing


def named(value: Json, *, least: int = 0) -> Json:
    """A mapping from names to values of one shape."""
    mapping: Json = {"type": "object", "additionalProperties": value}
    if least:
        mapping["minProperties"] = least

    return mapping


def either(*shapes: Json) -> Json:
    """One of several shapes."""
    return {"anyOf": list(shapes)}


IN_FULL: Mapping[type[fields.Field[Any]], type[Schema]] = MappingProxyType(
    {
        OneCode: CodeSchema,
        OneCriterion: CriterionSchema,
        OneDerivation: DerivationSchema,
        OneMissing: MissingSchema,
        OneParameter: ParameterSchema,
        PatternShape: PatternSchema,
    }
)
"""Shapes that are a text in short, and a mapping in full."""


def _text_or(schema: type[Schema]) -> Shape:
    """A text in short, a mapping in full."""
    return lambda _, describer: either(text(), describer.mapping(schema))


def _range() -> Json:
    """``[low, high]`` as a list or a text."""
    ends = {"type": "array", "items": text_or_empty(), "minItems": 2, "maxItems": 2}
    return either(ends, {"type": "string", "pattern": r"^\s*[\[(][\s\S]*[\])]\s*$"})


def _ranges(_: Any, __: Describer) -> Json:
    return either(_range(), named(_range()))


def _length(_: Any, __: Describer) -> Json:
    two = {"type": "array", "items": whole_number(), "minItems": 2, "maxItems": 2}
    return either(whole_number(), two)


def _codes(_: Any, describer: Describer) -> Json:
    code = either(text(), describer.mapping(CodeSchema))
    return either(texts(least=1), named(code, least=1))


def _codes_or_name(shape: Any, describer: Describer) -> Json:
    return either(text(), _codes(shape, describer))


def _comparators(_: Any, __: Describer) -> Json:
    words = {"type": "array", "items": {"enum": list(COMPARATORS)}}
    return either({"type": "string"}, words)


def _units(_: Any, describer: Describer) -> Json:
    choices = named(describer.mapping(UnitChoiceSchema), least=1)
    return either(text(), choices)


def _repeats(_: Any, describer: Describer) -> Json:
    flag = {"enum": [True, False, "true", "false"]}
    return either(flag, describer.mapping(CyclesSchema))


def _window(_: Any, describer: Describer) -> Json:
    mappings = map(describer.mapping, (BeforeAfter, FromTo))
    return either(written(DAYS), *mappings)


def _checks(shape: ChecksShape, describer: Describer) -> Json:
    check = either(text(), describer.mapping(CheckSchema))
    nothing = {"type": "null"}
    ends = {"type": "array", "items": either(check, nothing), "minItems": 2}
    facets = dict.fromkeys(shape.facets, either(check, {**ends, "maxItems": 2}))

    return {"type": "object", "properties": facets, "additionalProperties": False}


def _conditions(_: Any, __: Describer) -> Json:
    return named(either(text(), named(text())))


def _rows(_: Any, __: Describer) -> Json:
    row = {"type": "array", "items": text_or_empty()}
    return {"type": "array", "items": row}


def _permissions(_: Any, __: Describer) -> Json:
    return {"type": "array", "items": {"enum": list(WORDS)}}


def _alerts(_: Any, __: Describer) -> Json:
    return {"type": "array", "items": {"enum": list(ALERTS)}}


def _flag() -> Json:
    return {"enum": [True, False, "true", "false"]}


def _unknown(_: Any, describer: Describer) -> Json:
    return either(_flag(), describer.mapping(UnknownSchema))


def _missing(_: Any, __: Describer) -> Json:
    return either({"const": "all"}, texts())


def _unique(_: Any, describer: Describer) -> Json:
    return either({"enum": list(UNIQUE_OVER)}, describer.mapping(UniqueSchema))


def _size(_: Any, __: Describer) -> Json:
    return either({"type": "integer", "minimum": 1}, written(SIZE))


def _listed(shape: TextListField, _: Describer) -> Json:
    # The bound of a list without one of its own is there for hostile files only.
    most = shape.most if shape.most < LONGEST_LIST else None
    return texts(least=shape.least, most=most)


LONGEST_LIST = TextListField().most

SHAPES: Mapping[type[fields.Field[Any]], Shape] = MappingProxyType(
    {
        TextField: lambda _, __: text(),
        BooleanField: lambda _, __: _flag(),
        IntegerField: lambda _, __: whole_number(),
        DecimalField: lambda _, __: either({"type": "number"}, written(NUMBER)),
        OneOf: lambda shape, _: {"enum": list(shape.words)},
        Size: _size,
        TextListField: _listed,
        NamedMapping: lambda shape, describer: named(describer.value(shape.shape)),
        NestedField: lambda shape, describer: describer.mapping(type(shape.schema)),
        Codes: _codes,
        CodesOrName: _codes_or_name,
        **{shape: _text_or(schema) for shape, schema in IN_FULL.items()},
        FieldShape: lambda _, describer: describer.mapping(FieldSchema),
        ComparatorsShape: _comparators,
        Length: _length,
        MissingShape: _missing,
        UniqueShape: _unique,
        ChecksShape: _checks,
        RangeShape: _ranges,
        RangeTable: _rows,
        PermissionList: _permissions,
        AlertList: _alerts,
        UnknownField: _unknown,
        DayZeroShape: lambda shape, _: either(text(), texts(least=shape.least)),
        MissedShape: lambda _, __: written(MISSED),
        TimeZone: lambda _, __: {"type": "string"},
        UnitShape: _units,
        ConditionsShape: _conditions,
        OffsetField: lambda _, __: written(TARGET),
        DayField: lambda _, __: written(DAY),
        DaysField: lambda _, __: written(DAYS),
        DaysOrMonthsField: lambda _, __: written(LENGTH),
        RepeatsShape: _repeats,
        WindowShape: _window,
    }
)


def shape_of(field: fields.Field[Any], describer: Describer) -> Json:
    """What JSON Schema says of a value.

    Raises KeyError for a class that has no line in the table.
    """
    shape = SHAPES[type(field)](field, describer)
    if not field.allow_none:
        return shape

    return _or_empty(shape)


def _or_empty(shape: Json) -> Json:
    kinds: Sequence[str] | str | None = shape.get("type")
    if isinstance(kinds, list):
        return {**shape, "type": [*kinds, "null"]}

    return either(shape, {"type": "null"})
