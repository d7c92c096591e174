"""Answers for a reader: labels for codes, dates as the study writes them, units behind
numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from forms_spec.entry.answers import read_choice
from forms_spec.kinds.display import MONTHS, shown_as, shown_unit
from forms_spec.model.fields import Field

DATED: Final = frozenset({"date", "partial_date", "datetime"})
NO_TEXTS: Final[Mapping[str, str]] = MappingProxyType({})


def day_words(day: date) -> str:
    """15-Apr-2024."""
    return f"{day.day:02}-{MONTHS[day.month - 1]}-{day.year:04}"


def boxed(text: str, field: Field) -> str:
    """What stands in the box of a field; typing it again means the same."""
    if field.kind.name in DATED:
        return shown_as(text, field)
    return text


def menu_text(text: str, field: Field) -> str:
    """What stands in the box of a menu: the label of a code, unless another code could
    be meant by it.
    """
    code = field.codelist.by_code.get(text) if field.codelist else None
    if code is None:
        return text

    # Two codes may have one label, and a label may be another code.
    unambiguous = read_choice(code.label, field) == text
    return code.label if unambiguous else text


def answer_words(text: str, field: Field, texts: Mapping[str, str] = NO_TEXTS) -> str:
    """An answer with its unit. ``texts`` holds the unit where it is chosen."""
    if not text or not field.collected:
        return ""

    words = shown_as(text, field)
    # A reason for having no value has no unit.
    for missing in field.missing:
        if missing.code == text:
            return words

    unit = unit_words(field, texts)
    return f"{words} {unit}".rstrip()


def unit_words(field: Field, texts: Mapping[str, str]) -> str:
    """The unit of a field's number, fixed or as it was chosen."""
    unit = field.unit
    if unit is None:
        return ""
    if unit.fixed:
        return shown_unit(unit.fixed)

    # The chosen unit is an answer of another field.
    chosen = texts.get(field.unit_field or "", "")
    for choice in field.unit_choices:
        if choice.code == chosen:
            return choice.label

    return ""
