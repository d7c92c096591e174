"""The limits of a text field: constants in all their spellings, today, and other fields."""

from __future__ import annotations

from dataclasses import dataclass

from generator.redcap.logic import tree
from generator.redcap.logic.coerce import date_text, moment_text, number_text, time_text
from generator.redcap.logic.parser import parse_logic
from generator.redcap.logic.scope import Scope
from generator.redcap.logic.values import Want
from generator.redcap.logic.words import LogicFault
from generator.redcap.reading.validation import Validation


@dataclass(frozen=True, kw_only=True, slots=True)
class End:
    """One end of a range. ``spelled`` is True when the text was written in another way."""

    text: str
    spelled: bool = False


def read_end(said: str, validation: Validation, scope: Scope) -> End | None:
    """The end that a cell says, None where it says none. Raises ``LogicFault``."""
    said = said.strip()
    if not said:
        return None
    if said.startswith("["):
        return _other_field(said, validation, scope)
    if said.lower() in ("today", "now"):
        return _today(said.lower(), validation)
    found = _constant(said, validation)
    if found is None:
        raise LogicFault(f"{said!r} is not a value of a {validation.type} field")
    return End(text=found, spelled=found != said)


def _today(said: str, validation: Validation) -> End:
    if validation.want is Want.DATE:
        return End(text="today", spelled=said == "now")
    if validation.want is Want.DATETIME and said == "today":
        return End(text="datetime_of(today, 00:00)")
    raise LogicFault(f"a rule knows no {said!r} for a {validation.type} field")


def _constant(said: str, validation: Validation) -> str | None:
    order = validation.order or "ymd"
    if validation.want is Want.NUMBER:
        return number_text(said.replace(",", ".", 1)) if said.count(",") == 1 else number_text(said)
    if validation.want is Want.DATE:
        return date_text(said, order) or date_text(said, "dmy") or date_text(said, "mdy")
    if validation.want is Want.DATETIME:
        found = moment_text(said, order) or moment_text(said, "dmy")
        return _with_seconds(found, validation) if found else None
    if validation.want is Want.TIME:
        found = time_text(said)
        return _with_seconds(found, validation) if found else None
    return None


def _with_seconds(text: str, validation: Validation) -> str:
    """A time as the field writes it."""
    clock = text.rpartition("T")[2]
    if "seconds" in validation.keys:
        return text if clock.count(":") == 2 else f"{text}:00"
    return text[: len(text) - 3] if clock.count(":") == 2 else text


def _other_field(said: str, validation: Validation, scope: Scope) -> End:
    node = parse_logic(said)
    if not isinstance(node, tree.Reference):
        raise LogicFault("an end of a range is a constant or a field")
    value = scope.value(node)
    if value.want is Want.DATE and validation.want is Want.DATETIME:
        return End(text=f"datetime_of({value.text}, 00:00)")
    if value.want is Want.DATETIME and validation.want is Want.DATE:
        return End(text=f"date_of({value.text})")
    if value.want is not validation.want:
        raise LogicFault(f"{said} is not a value of a {validation.type} field")
    return End(text=value.text)
