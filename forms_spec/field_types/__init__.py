"""The field types: an open list. A new one is a file of its own and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from forms_spec.field_types.calculated import CALCULATED
from forms_spec.field_types.choice import CHOICE
from forms_spec.field_types.choices import CHOICES
from forms_spec.field_types.date import DATE
from forms_spec.field_types.datetime import DATETIME
from forms_spec.field_types.decimal import DECIMAL
from forms_spec.field_types.duration import DURATION
from forms_spec.field_types.email import EMAIL
from forms_spec.field_types.file import FILE
from forms_spec.field_types.integer import INTEGER
from forms_spec.field_types.long_text import LONG_TEXT
from forms_spec.field_types.note import NOTE
from forms_spec.field_types.partial_date import PARTIAL_DATE
from forms_spec.field_types.phone import PHONE
from forms_spec.field_types.scale import SCALE
from forms_spec.field_types.text import TEXT
from forms_spec.field_types.tick import TICK
from forms_spec.field_types.time import TIME
from forms_spec.field_types.vas import VAS
from forms_spec.field_types.yes_no import YES_NO
from forms_spec.model.field_type import FieldType, Sample
from forms_spec.model.registry import by_name

FIELD_TYPES: tuple[FieldType, ...] = (
    TEXT,
    LONG_TEXT,
    EMAIL,
    PHONE,
    INTEGER,
    DECIMAL,
    YES_NO,
    TICK,
    CHOICE,
    CHOICES,
    DATE,
    PARTIAL_DATE,
    TIME,
    DATETIME,
    DURATION,
    SCALE,
    VAS,
    CALCULATED,
    FILE,
    NOTE,
)

_BY_NAME: Mapping[str, FieldType] = MappingProxyType(by_name(FIELD_TYPES))


def field_type(name: str) -> FieldType:
    """The field type of that name. Raises KeyError."""
    return _BY_NAME[name]


__all__ = ["FIELD_TYPES", "FieldType", "Sample", "field_type"]
