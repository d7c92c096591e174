"""The kinds: closed list of grammars that every target covers in full."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from forms_spec.kinds.boolean import BooleanKind
from forms_spec.kinds.bounded import BoundedKind
from forms_spec.kinds.choice import ChoiceKind
from forms_spec.kinds.choices import ChoicesKind
from forms_spec.kinds.date import DateKind
from forms_spec.kinds.datetime import DatetimeKind
from forms_spec.kinds.decimal import DecimalKind
from forms_spec.kinds.duration import DurationKind
from forms_spec.kinds.file import FileKind
from forms_spec.kinds.integer import IntegerKind
from forms_spec.kinds.partial_date import PartialDateKind
from forms_spec.kinds.text import TextKind
from forms_spec.kinds.time import TimeKind
from forms_spec.model.characters import is_blank
from forms_spec.model.kind import Kind, Refusal
from forms_spec.model.registry import by_name

KINDS: tuple[Kind, ...] = (
    TextKind(),
    IntegerKind(),
    DecimalKind(),
    BoundedKind(),
    BooleanKind(),
    DateKind(),
    PartialDateKind(),
    TimeKind(),
    DatetimeKind(),
    DurationKind(),
    ChoiceKind(),
    ChoicesKind(),
    FileKind(),
)

_BY_NAME: Mapping[str, Kind] = MappingProxyType(by_name(KINDS))


def kind(name: str) -> Kind:
    """The kind of that name. Raises KeyError."""
    return _BY_NAME[name]


__all__ = ["KINDS", "Kind", "Refusal", "is_blank", "kind"]
