"""A field type is what a designer writes after ``type``; it names no target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from forms_spec.model.codes import Code

READING = frozenset(
    {"label", "type", "show_when", "help", "annotation", "redcap", "entry"}
)
"""Keys of a field that is only read."""

ANSWER = READING | {
    "required",
    "missing",
    "default",
    "identifier",
    "control",
    "cdash",
    "sdtm",
    "checks",
}
"""Keys of every field that is answered."""

QUANTITY = frozenset({"range", "expected", "alert", "unit", "unit_field", "lab_test"})
"""Keys of a number."""

MOMENT = frozenset({"range", "expected", "alert"})
"""Keys of a date or time."""

BOX = frozenset({"placeholder"})
"""Keys of what is typed into a box."""

CLOCK = frozenset({"prefill"})
"""Keys of what can be filled in when a form is opened."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """A text and the keys, as a dictionary has them, of the field that accepts or
    rejects it.
    """

    text: str
    keys: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldType:
    """One word of the dictionary language.

    ``kind`` is None where the field has no text of its own (a note) or where another
    key gives the kind (a calculated field). ``facets`` are all keys that a field of
    this type may have. ``multiline`` lets line breaks into its text. ``codes`` is its
    built-in codelist, ``scale`` the hard range that it has when the dictionary gives
    none. ``accepts`` and ``rejects`` are judged by the kind alone; every target is
    tested against them.
    """

    name: str
    kind: str | None
    control: str
    facets: frozenset[str]
    multiline: bool = False
    codes: tuple[Code, ...] = ()
    scale: tuple[str, str] | None = None
    accepts: tuple[Sample, ...] = ()
    rejects: tuple[Sample, ...] = ()


def samples(*texts: str, **keys: object) -> tuple[Sample, ...]:
    """One sample for each text, all of a field with these keys."""
    shared_keys = MappingProxyType(keys)
    return tuple(Sample(text=text, keys=shared_keys) for text in texts)
