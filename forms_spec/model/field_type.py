"""A field type is what a designer writes after ``type``, with all that is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from forms_spec.model.codes import Code
from forms_spec.model.facets import Pattern

READING = frozenset(
    {"label", "type", "show_when", "arms", "help", "annotation", "redcap", "entry"}
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

BOX = frozenset({"placeholder", "propose", "unique"})
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
class RedcapSpelling:
    """A field type in a data dictionary of REDCap: codes of its columns, no logic.

    ``type`` is the Field Type. ``validations`` are the codes of Text Validation Type
    that read as this field type; the first of them is written. ``loss`` says what such
    a field lacks in REDCap; it is listed for every field of the type.
    """

    type: str
    validations: tuple[str, ...] = ()
    loss: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldType:
    """One word of the dictionary language, and the only place that describes it.

    ``kind`` is None where the field has no text of its own (a note) or where another
    key gives the kind (a calculated field). ``facets`` are all keys that a field of
    this type may have. ``controls`` are those that a
    dictionary may name, if it may name another than the type's own ``control``.
    ``multiline`` lets line breaks into its text. ``codes`` is its built-in codelist,
    ``scale`` the hard range and ``pattern`` the pattern that it has when the dictionary
    gives none. ``keyboard`` (an ``inputmode`` of HTML) and ``noun`` (the codebook's
    word for an answer) are the kind's unless they are given.

    ``asked`` and ``stored`` are the cells of its row in ``docs/dictionary.md``: the
    control in words, and the canonical text. ``accepts`` and ``rejects`` are judged by
    the kind alone; every target is tested against them.
    """

    name: str
    kind: str | None
    control: str
    facets: frozenset[str]
    redcap: RedcapSpelling
    asked: str
    stored: str
    controls: tuple[str, ...] = ()
    multiline: bool = False
    codes: tuple[Code, ...] = ()
    scale: tuple[str, str] | None = None
    pattern: Pattern | None = None
    keyboard: str | None = None
    noun: str | None = None
    accepts: tuple[Sample, ...] = ()
    rejects: tuple[Sample, ...] = ()


def samples(*texts: str, **keys: object) -> tuple[Sample, ...]:
    """One sample for each text, all of a field with these keys."""
    shared_keys = MappingProxyType(keys)
    return tuple(Sample(text=text, keys=shared_keys) for text in texts)
