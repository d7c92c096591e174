"""The types of the rule language, and the type of every field."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forms_spec.model.fields import Field


class Type(Enum):
    """What an expression gives. The value is the word that findings use.

    SPREAD is a number known within limits, as ages and differences of partial dates
    are: it compares like one, and becomes UNKNOWN where exactly one number is needed.
    DATE is always the interval from the earliest to the latest day. DURATION is months
    and the seconds beside them, since a month is not a fixed number of days. ANY stands for what
    a finding was made about.
    """

    CONDITION = "a condition"
    NUMBER = "a number"
    SPREAD = "a number of days, months, years or rows"
    TEXT = "a text"
    CHOICE = "a single choice"
    CHOICES = "a multiple choice"
    DATE = "a date"
    TIME = "a time"
    DATETIME = "a date with time"
    FILE = "a file"
    DURATION = "a duration"
    ANY = "anything"


KIND_TYPES: Mapping[str, Type] = MappingProxyType(
    {
        "text": Type.TEXT,
        "integer": Type.NUMBER,
        "decimal": Type.NUMBER,
        "bounded": Type.SPREAD,
        "boolean": Type.CONDITION,
        "date": Type.DATE,
        "partial_date": Type.DATE,
        "time": Type.TIME,
        "datetime": Type.DATETIME,
        "duration": Type.DURATION,
        "choice": Type.CHOICE,
        "choices": Type.CHOICES,
        "file": Type.FILE,
    }
)


def type_of(field: Field) -> Type:
    """The type of a collected field's value."""
    return KIND_TYPES[field.kind.name]
