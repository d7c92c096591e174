"""What a value of the model says, without where and how it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from forms_spec.kinds import Kind
from forms_spec.model.codes import Codelist, MissingCode
from forms_spec.model.facets import Range
from forms_spec.model.field_type import FieldType
from forms_spec.model.fields import Field, Repetition
from forms_spec.rule_syntax.expression import Expression

PLACES = frozenset({"place", "start", "end"})
"""Attributes that say where something is written, or how long the text is."""
LONGEST = 70
"""So many characters of a value are shown."""


def gist(value: Any) -> Any:
    """A value that is equal for texts of equal meaning: blanks, brackets, quotes and the
    order of names do not count.
    """
    for types, read in _GISTS:
        if isinstance(value, types):
            return read(value)

    return _parts(value) if is_dataclass(value) else value


def _parts(value: Any) -> Any:
    """The attributes of a dataclass; its name, since two nodes of a rule may have the same
    parts and say different things.
    """
    parts: dict[str, Any] = {}

    for item in fields(value):
        if item.name not in PLACES:
            parts[item.name] = gist(getattr(value, item.name))

    return type(value).__name__, parts


def _items(value: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(map(gist, value))


def _entries(value: Mapping[Any, Any]) -> dict[Any, Any]:
    return {key: gist(part) for key, part in value.items()}


def in_words(value: Any) -> str:
    """A value as a line shows it, cut where it is long."""
    text = " ".join(_words(value).split())
    if len(text) <= LONGEST:
        return text

    return f"{text[: LONGEST - 1]}…"


def in_words_both(before: Any, after: Any) -> tuple[str, str]:
    """Two values that differ; of long collections only what differs."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        before, after = _without(before, after), _without(after, before)

    words = in_words(before), in_words(after)
    if words[0] != words[1]:
        return words

    # They differ in what was cut away, or in what no word says.
    full = _words(before), _words(after)
    if full[0] == full[1]:
        return f"{words[0]} (otherwise)", words[1]

    return _around_difference(*full)


def _without(
    entries: Mapping[Any, Any], others: Mapping[Any, Any]
) -> Mapping[Any, Any]:
    """The entries that are not the same among others."""
    known = _entries(others)
    differing = {}

    for key, value in entries.items():
        if key not in known or gist(value) != known[key]:
            differing[key] = value

    return differing


def _around_difference(before: str, after: str) -> tuple[str, str]:
    """The parts of two long texts from a little before where they differ."""
    pairs = enumerate(zip(before, after, strict=False))
    first = next((index for index, (a, b) in pairs if a != b), len(after))
    start = max(0, first - LONGEST // 3)
    cut = f"…{before[start:][: LONGEST - 2]}", f"…{after[start:][: LONGEST - 2]}"

    return " ".join(cut[0].split()), " ".join(cut[1].split())


def _words(value: Any) -> str:
    for types, say in _SAYINGS:
        if isinstance(value, types):
            text: str = say(value)
            return text

    return _dataclass(value) if is_dataclass(value) else str(value)


def _joined(value: Any) -> str:
    return ", ".join(_words(item) for item in value) or "nothing"


def _sorted(value: Any) -> str:
    return ", ".join(sorted(_words(item) for item in value)) or "nothing"


def _mapping(value: Mapping[Any, Any]) -> str:
    parts = []
    for key, part in value.items():
        # Of a quantity with one unit nobody names the unit.
        parts.append(_words(part) if key is None else f"{key}: {_words(part)}")

    return ", ".join(parts) or "nothing"


def _range(value: Range) -> str:
    low = _words(value.low) if value.low else "any"
    high = _words(value.high) if value.high else "any"
    above = "above " if value.low_open else ""
    below = "below " if value.high_open else ""

    return f"{above}{low} to {below}{high}"


def _repetition(value: Repetition) -> str:
    """``0 to 5 rows``, and where they come from; the words of a button only where they
    are all there is.
    """
    words = f"{value.minimum} to {value.maximum} rows"
    if value.fixed:
        words = f"{words} by {_joined(value.fixed)}"
    if value.carried is not None:
        words = f"{words} of {value.carried.rows}"

    return f"{words}, “{value.add_label}”"


def _dataclass(value: Any) -> str:
    parts = []
    for item in fields(value):
        part = getattr(value, item.name)
        if item.name in PLACES or part in (None, (), False, ""):
            continue
        words = _words(part)
        parts.append(words if isinstance(part, str) else f"{item.name} {words}")

    return " ".join(parts) or "nothing"


_GISTS: tuple[tuple[Any, Any], ...] = (
    (Expression, lambda value: gist(value.tree)),
    (Kind | FieldType | Field, lambda value: value.name),
    # The study says what a missing code means, once for all fields.
    (MissingCode, lambda value: value.code),
    (tuple | list, _items),
    (Mapping, _entries),
)
"""What counts of each type of value; the first that fits counts."""
_SAYINGS: tuple[tuple[Any, Any], ...] = (
    (type(None), lambda _value: "nothing"),
    (bool, lambda value: "yes" if value else "no"),
    (str, lambda value: value or "nothing"),
    (Enum, lambda value: str(value.value)),
    (Expression, lambda value: value.text),
    (Kind | FieldType | Field | Codelist, lambda value: value.name),
    (MissingCode, lambda value: value.code),
    (Range, _range),
    (Repetition, _repetition),
    (tuple | list, _joined),
    (frozenset | set, _sorted),
    (Mapping, _mapping),
)
"""The words for each type of value; the first that fits counts."""
