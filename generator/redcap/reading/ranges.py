"""The limits of a text field: constants in all their spellings, today, and other
fields.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from generator.redcap.logic import tree
from generator.redcap.logic.coerce import date_text, moment_text, number_text, time_text
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.parser import parse_logic
from generator.redcap.logic.scope import LogicScope
from generator.redcap.logic.values import ValueType
from generator.redcap.reading.field_plan import field_of
from generator.redcap.reading.validation import Validation


@dataclass(frozen=True, kw_only=True, slots=True)
class End:
    """One end of a range.

    ``spelled`` is True when the text was written in another way.
    """

    text: str
    spelled: bool = False


def read_end(text: str, validation: Validation, scope: LogicScope) -> End | None:
    """The end that a cell says, None where it says none.

    Raises ``LogicFault`` where the cell is no end of such a field.
    """
    text = text.strip()
    if not text:
        return None
    if text.startswith("["):
        return _other_field(text, validation, scope)
    if text.lower() in ("today", "now"):
        return _today(text.lower(), validation)

    constant = _constant(text, validation)
    if constant is None:
        raise LogicFault(f"{text!r} is not a value of {field_of(validation.type)}")

    return End(text=constant, spelled=constant != text)


def _today(text: str, validation: Validation) -> End:
    """``today`` and ``now``, which only some types of fields have as an end."""
    type_ = validation.value_type
    if type_ is ValueType.DATE:
        return End(text="today", spelled=text == "now")

    # There is no `now` in a rule: it would change while a form is filled in.
    if type_ is ValueType.DATETIME and text == "today":
        return End(text="datetime_of(today, 00:00)")

    raise LogicFault(f"a rule has no {text!r} for {field_of(validation.type)}")


def _constant(text: str, validation: Validation) -> str | None:
    """The constant as the dictionary writes it, None where it is no such value."""
    read = _CONSTANTS.get(validation.value_type)
    if not read:
        return None

    return read(text, validation)


def _number(text: str, _validation: Validation) -> str | None:
    # A limit may have a decimal comma even where the field asks for a point.
    if text.count(",") == 1:
        text = text.replace(",", ".")
    return number_text(text)


def _date(text: str, validation: Validation) -> str | None:
    """A date in the field's own order, or in the orders that REDCap shows on its page."""
    orders = (validation.order or "ymd", "dmy", "mdy")
    for order in orders:
        date = date_text(text, order)
        if date:
            return date

    return None


def _moment(text: str, validation: Validation) -> str | None:
    orders = (validation.order or "ymd", "dmy")
    for order in orders:
        moment = moment_text(text, order)
        if moment:
            return _with_seconds(moment, validation)

    return None


def _time(text: str, validation: Validation) -> str | None:
    time = time_text(text)
    if not time:
        return None

    return _with_seconds(time, validation)


_CONSTANTS: Mapping[ValueType, Callable[[str, Validation], str | None]] = (
    MappingProxyType(
        {
            ValueType.NUMBER: _number,
            ValueType.DATE: _date,
            ValueType.DATETIME: _moment,
            ValueType.TIME: _time,
        }
    )
)


def _with_seconds(text: str, validation: Validation) -> str:
    """A time as the field writes it: with seconds, or without."""
    clock = text.rpartition("T")[2]
    given = clock.count(":") == 2
    wanted = "seconds" in validation.keys

    if wanted and not given:
        return f"{text}:00"
    if given and not wanted:
        return text.removesuffix(clock[-3:])

    return text


def _other_field(text: str, validation: Validation, scope: LogicScope) -> End:
    """An end that another field gives. A rule compares values of one type only, so a
    date becomes a moment where it has to, and the other way round.
    """
    node = parse_logic(text)
    if not isinstance(node, tree.ReferenceNode):
        raise LogicFault("a limit is a constant or a field")

    value = scope.value(node)
    match value.type, validation.value_type:
        case ValueType.DATE, ValueType.DATETIME:
            return End(text=f"datetime_of({value.text}, 00:00)")
        case ValueType.DATETIME, ValueType.DATE:
            return End(text=f"date_of({value.text})")
        case given, wanted if given is wanted:
            return End(text=value.text)

    raise LogicFault(f"{text} is not a value of {field_of(validation.type)}")
