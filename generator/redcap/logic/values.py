"""A translated part of an expression: its text in our rule language, and what kind of
value it gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

ADD, MULTIPLY, ATOM = 1, 2, 3


class ValueType(Enum):
    """The types that REDCap's values have in our language, as a sentence names them.

    LITERAL is a quoted text, which may be a number, a date or a text; TICK one box of a
    checkbox, also the box that REDCap gives it for a code of missing data: then
    ``missing`` is that code alone.
    """

    NUMBER = "a number"
    TEXT = "a text"
    CHOICE = "a choice"
    CHOICES = "a checkbox"
    TICK = "a box of a checkbox"
    DATE = "a date"
    DATETIME = "a date with time"
    TIME = "a time"
    FILE = "a file"
    LITERAL = "a constant"
    BLANK = "a blank"


@dataclass(
    frozen=True,
    kw_only=True,
    slots=True,
)
class Value:
    """``text`` is what our language writes; ``power`` how tightly it is bound.

    ``literal`` is the text of a constant. ``code`` is the box of a TICK. ``read`` is
    True for a field. ``arms`` are the tests of ``[arm-number]``. ``never_blank`` is
    True where blanks were made into values. ``missing`` are the codes of missing data
    that may stand for the value, as pairs of REDCap's and ours.
    """

    text: str
    type: ValueType
    power: int = ATOM
    literal: str | None = None
    codes: tuple[str, ...] = ()
    code: str = ""
    read: bool = False
    arms: tuple[tuple[str, int], ...] = ()
    never_blank: bool = False
    missing: tuple[tuple[str, str], ...] = ()

    @property
    def asks_missing(self) -> bool:
        """Whether a rule can ask it for codes of missing data: not for what was merely
        entered.
        """
        if self.type is ValueType.TICK or self.text.startswith("entered("):
            return False
        return bool(self.missing)

    def missing_code(self, code: str) -> str | None:
        """The name here of a code of missing data, None for what is none."""
        return dict(self.missing).get(code)

    def within(self, power: int) -> str:
        """The text, in parentheses where it is bound less tightly."""
        if self.power >= power:
            return self.text
        return f"({self.text})"


BLANK = Value(text="", type=ValueType.BLANK)


def quoted(text: str) -> str:
    """A text of our rule language."""
    return "'" + text.replace("'", "''") + "'"
