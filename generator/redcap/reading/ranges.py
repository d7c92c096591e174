"""The limits of a text field: constants in all their spellings, today, and other
fields.
"""

from __future__ import annotations

from dataclasses import dataclass

from generator.redcap.logic import tree
from generator.redcap.logic.coerce import date_text, moment_text, number_text, time_text
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.parser import parse_logic
from generator.redcap.logic.scope import LogicScope
from generator.redcap.logic.values import ValueType
from generator.redcap.reading.validation import Validation


@dataclass(frozen=True, kw_only=True, slots=True)
class End:
    """One end of a range.

    ``spelled`` is True when the text was written in another way.
    """

    text: str
    spelled: bool = False


def read_end(text: str, validation: Validation, scope: LogicScope) -> End | None:
    """The end that a cell says, None where it says none. Raises ``LogicFault``."""
    text = text.strip()
    if not text:
        return None
    if text.startswith("["):
        return _other_field(text, validation, scope)
    if text.lower() in ("today", "now"):
        return _today(text.lower(), validation)
    constant = _constant(text, validation)
    if constant is None:
        raise LogicFault(f"{text!r} is not a value of a {validation.type} field")
    return End(text=constant, spelled=constant != text)


def _today(text: str, validation: Validation) -> End:
    if validation.value_type is ValueType.DATE:
        return End(text="today", spelled=text == "now")
    if validation.value_type is ValueType.DATETIME and text == "today":
        return End(text="datetime_of(today, 00:00)")
    raise LogicFault(f"a rule knows no {text!r} for a {validation.type} field")


def _constant(text: str, validation: Validation) -> str | None:
    order = validation.order or "ymd"
    if validation.value_type is ValueType.NUMBER:
        return (
            number_text(text.replace(",", ".", 1))
            if text.count(",") == 1
            else number_text(text)
        )

    if validation.value_type is ValueType.DATE:
        return (
            date_text(text, order) or date_text(text, "dmy") or date_text(text, "mdy")
        )

    if validation.value_type is ValueType.DATETIME:
        result = moment_text(text, order) or moment_text(text, "dmy")
        return _with_seconds(result, validation) if result else None

    if validation.value_type is ValueType.TIME:
        result = time_text(text)
        return _with_seconds(result, validation) if result else None

    return None


def _with_seconds(text: str, validation: Validation) -> str:
    """A time as the field writes it."""
    clock = text.rpartition("T")[2]
    if "seconds" in validation.keys:
        return text if clock.count(":") == 2 else f"{text}:00"
    return text[: len(text) - 3] if clock.count(":") == 2 else text


def _other_field(text: str, validation: Validation, scope: LogicScope) -> End:
    node = parse_logic(text)
    if not isinstance(node, tree.ReferenceNode):
        raise LogicFault("an end of a range is a constant or a field")
    value = scope.value(node)
    if value.type is ValueType.DATE and validation.value_type is ValueType.DATETIME:
        return End(text=f"datetime_of({value.text}, 00:00)")
    if value.type is ValueType.DATETIME and validation.value_type is ValueType.DATE:
        return End(text=f"date_of({value.text})")
    if value.type is not validation.value_type:
        raise LogicFault(f"{text} is not a value of a {validation.type} field")
    return End(text=value.text)
