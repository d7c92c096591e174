"""The keys of a field."""

from __future__ import annotations

from typing import Any

from forms_spec.kinds.bounded import COMPARATORS
from forms_spec.loading.codelists import CodesOrName
from forms_spec.loading.protocol_checks import FIELD_FACETS, ChecksShape
from forms_spec.loading.ranges import RangeShape
from forms_spec.loading.schema_fields import (
    BooleanField,
    IntegerField,
    MappingSchema,
    NamedMapping,
    NestedField,
    OneOf,
    ScalarField,
    Size,
    TextField,
    TextListField,
)
from forms_spec.loading.schema_problems import fail
from forms_spec.loading.units import UnitShape
from forms_spec.model.facets import UNIQUE_OVER, Pattern, Uniqueness

ENTRIES = ("typed", "read_only", "hidden")
PREFILLS = ("today", "now", "user")
GIVES = ("decimal", "integer", "text", "date", "choice")


class Length(ScalarField):
    """The most characters, or ``[least, most]``."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[int | None, int]:
        if isinstance(value, list):
            if len(value) != 2:
                fail("not-a-length")

            least, most = value
            return _WHOLE.deserialize(least), _WHOLE.deserialize(most)

        return None, _WHOLE.deserialize(value)


class PatternSchema(MappingSchema):
    """A pattern with its words."""

    matches = TextField(required=True)
    message = TextField(load_default=None)


class PatternShape(ScalarField):
    """A regular expression, or one with the words that say what it wants."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Pattern:
        if isinstance(value, dict):
            data = _PATTERN.load(value)
            return Pattern(expression=data["matches"], message=data["message"])

        return Pattern(expression=_TEXT.deserialize(value), message=None)


class MissingShape(ScalarField):
    """``all``, or a list of missing codes."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str | tuple[str, ...]:
        if value == "all":
            return "all"

        if isinstance(value, str):
            fail("missing-not-a-list", name=value)

        return _TEXTS.deserialize(value)  # type: ignore[no-any-return]


class UniqueSchema(MappingSchema):
    """Where an answer is unique, and with which others."""

    over = OneOf(*UNIQUE_OVER, required=True)
    with_ = TextListField(least=1, data_key="with", load_default=())


class UniqueShape(ScalarField):
    """``study``, ``site`` or ``subject``, or one of them with other fields."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Uniqueness:
        if isinstance(value, dict):
            data = _UNIQUE.load(value)
            return Uniqueness(over=data["over"], together=tuple(data["with_"]))

        return Uniqueness(over=_OVER.deserialize(value))


_WHOLE, _TEXT, _TEXTS = IntegerField(), TextField(), TextListField()
_PATTERN, _UNIQUE = PatternSchema(), UniqueSchema()
_OVER = OneOf(*UNIQUE_OVER)


class ComparatorsShape(ScalarField):
    """``[<, <=]``, or the comparators one after the other in a text."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, ...]:
        given = (
            value.replace(",", " ").split()
            if isinstance(value, str)
            else _TEXTS.deserialize(value)
        )
        if set(given).difference(COMPARATORS):
            fail("not-one-of", words=", ".join(COMPARATORS), near="")

        # One order, however they are written: they become the codes of a codelist.
        return tuple(comparator for comparator in COMPARATORS if comparator in given)


class FieldSchema(MappingSchema):
    """Every key that a field may have; which of them suits its type is checked later."""

    label = TextField()
    type = TextField()
    required = TextField()
    show_when = TextField()
    arms = TextListField(least=1)
    help = TextField()
    range = RangeShape()
    expected = RangeShape()
    alert = RangeShape()
    length = Length()
    pattern = PatternShape()
    places = IntegerField()
    comparator = ComparatorsShape()
    seconds = BooleanField()
    unit = UnitShape()
    unit_field = TextField()
    codes = CodesOrName()
    missing = MissingShape()
    default = TextField()
    value = TextField()
    gives = OneOf(*GIVES)
    anchors = TextListField(least=2, most=2)
    accept = TextListField(least=1)
    size = Size()
    control = TextField()
    identifier = BooleanField()
    cdash = TextField()
    sdtm = TextField()
    annotation = TextField()
    redcap = NamedMapping(TextField())
    checks = ChecksShape(FIELD_FACETS)
    lab_test = TextField()
    entry = OneOf(*ENTRIES)
    prefill = OneOf(*PREFILLS)
    propose = TextField()
    placeholder = TextField()
    retired = TextListField(least=1)
    max_choices = IntegerField()
    row_of = TextField()
    row_label = TextListField(least=1)
    unique = UniqueShape()


FIELD = NestedField(FieldSchema)
