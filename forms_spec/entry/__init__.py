"""What a person types, turned into the text that the study keeps.

One law: the answer is either the typed text without blanks at its ends, or a text that
the field's kind accepts and that means the same. Nothing is guessed: what can be read
in two ways stays as it is and is refused by the kind. An accepted text stays as it is,
but for the order of a multiple choice, and for a missing code's short form (``.nd``),
which even a text field reads as the missing code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from forms_spec.entry.answers import read_boolean, read_choice, read_choices
from forms_spec.entry.dates import DateReader
from forms_spec.entry.durations import read_duration
from forms_spec.entry.numbers import read_bounded, read_decimal, read_integer
from forms_spec.entry.texts import read_text
from forms_spec.entry.times import read_clock
from forms_spec.kinds import KINDS, Refusal
from forms_spec.model.characters import ascii_lower, strip_blanks

if TYPE_CHECKING:
    from forms_spec.model.fields import Field

_Reader = Callable[[str, "Field", DateReader], str | None]

# A reader gets the typed text without blanks at its ends and gives a text that the kind
# may accept.
_READERS: Mapping[str, _Reader] = {
    "text": lambda text, field, _: read_text(text, field),
    "integer": lambda text, _, __: read_integer(text),
    "decimal": lambda text, _, __: read_decimal(text),
    "bounded": lambda text, _, __: read_bounded(text),
    "boolean": lambda text, _, __: read_boolean(text),
    "date": lambda text, _, dates: dates.day(text),
    "partial_date": lambda text, _, dates: dates.partial(text),
    "time": lambda text, _, __: read_clock(text),
    "datetime": lambda text, _, dates: dates.moment(text),
    "duration": lambda text, _, __: read_duration(text),
    "choice": lambda text, field, _: read_choice(text, field),
    "choices": lambda text, field, _: read_choices(text, field),
    "file": lambda text, _, __: text,
}
assert set(_READERS) == {kind.name for kind in KINDS}


def understand(text: str, field: Field, *, today: date, date_order: str | None) -> str:
    """The canonical text that a typed text means, or the typed text without blanks at
    its ends.

    ``today`` is the day of entry at the site; ``date_order`` the study's: ``dmy``,
    ``mdy`` or None.
    """
    typed = strip_blanks(text)
    if not typed or any(missing.code == typed for missing in field.missing):
        return typed

    # A text field takes nearly anything, so its missing codes go first.
    missing_code = _missing_code(typed, field)
    if missing_code and field.kind.name == "text":
        return missing_code

    accepted = _accepted(text, field)
    if accepted is not None:
        return accepted

    dates = DateReader(today=today, order=date_order)
    meant = _read(typed, field, dates)

    # ``.5`` may be a number or the code 5: what has two readings stays as it is.
    readings = [reading for reading in (missing_code, meant) if reading is not None]
    if len(readings) != 1:
        return typed

    return readings[0]


def _read(typed: str, field: Field, dates: DateReader) -> str | None:
    """What was typed, read as an answer of the field and accepted as such."""
    read = _READERS[field.kind.name](typed, field, dates)
    if read is None:
        return None

    return _accepted(read, field)


def _accepted(text: str, field: Field) -> str | None:
    """The text as the study keeps it when the kind accepts it, else None."""
    value = field.kind.parse(text, field)
    if isinstance(value, Refusal):
        return None

    # The codes in the order of their list, so that equal answers are equal texts.
    if field.kind.name == "choices":
        return field.kind.write(value, field)

    return text


def _missing_code(typed: str, field: Field) -> str | None:
    """The missing code that ``.nd`` stands for, when the field allows it and it is the
    only one.
    """
    if not typed.startswith("."):
        return None

    wanted = ascii_lower(typed[1:])
    codes = [
        missing.code for missing in field.missing if ascii_lower(missing.code) == wanted
    ]
    if len(codes) != 1:
        return None

    return codes[0]
