"""Dates as people type them: ``15apr2024``, ``15/04/2024``, ``t-3``, ``un-apr-2024``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from forms_spec.entry.times import read_clock
from forms_spec.model.characters import ascii_lower, plain_blanks, strip_blanks

_RELATIVE = re.compile(r"(?:today|t)(?: ?([+-]) ?([0-9]{1,4}))?")
_WORDS = re.compile(r"[0-9]+|[a-z]+|[^0-9a-z]+")
_SEPARATORS = ("", " ", "-", "/", ".", ",")
_ISO_MOMENT = re.compile(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})t")
_LONGEST_MOMENT = 64  # every blank is tried as the border of date and time
_UNKNOWN = ("un", "unk")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTH_NUMBERS = {
    **{name: number for number, name in enumerate(MONTHS, start=1)},
    **{name[:3]: number for number, name in enumerate(MONTHS, start=1)},
    "sept": 9,
}


@dataclass(frozen=True, slots=True)
class _Parts:
    """What was said of a date.

    0 stands for a part that is said to be unknown or left out.
    """

    year: int
    month: int
    day: int

    def __str__(self) -> str:
        month = f"-{self.month:02}" if self.month else ""
        return f"{self.year:04}{month}" + (f"-{self.day:02}" if self.day else "")


@dataclass(frozen=True, kw_only=True, slots=True)
class DateReader:
    """Reads dates on a day at a site that writes them in an order (``dmy``, ``mdy`` or
    None).
    """

    today: date
    order: str | None

    def day(self, text: str) -> str | None:
        """A full date."""
        typed = ascii_lower(plain_blanks(text))
        if result := _RELATIVE.fullmatch(typed):
            return self._relative(result)
        parts = self._parts(typed)
        return str(parts) if parts and parts.month and parts.day else None

    def partial(self, text: str) -> str | None:
        """A date of which the day, or the day and the month, may be unknown."""
        typed = ascii_lower(plain_blanks(text))
        if result := _RELATIVE.fullmatch(typed):
            return self._relative(result)
        parts = self._parts(typed)
        return str(parts) if parts and (parts.month or not parts.day) else None

    def moment(self, text: str) -> str | None:
        """A date and a time, when there is only one place where the text falls into the
        two.
        """
        if len(text) > _LONGEST_MOMENT:
            return None
        typed = _ISO_MOMENT.sub(r"\1 ", ascii_lower(plain_blanks(text)))
        results = set()

        for index, character in enumerate(typed):
            if character == " ":
                day, clock = (
                    self.day(strip_blanks(typed[:index].rstrip(","))),
                    read_clock(typed[index + 1 :]),
                )
                if day and clock:
                    results.add(f"{day}T{clock}")

        return results.pop() if len(results) == 1 else None

    def _relative(self, result: re.Match[str]) -> str | None:
        days = int(result[2] or 0)
        try:
            return (
                self.today + timedelta(days=-days if result[1] == "-" else days)
            ).isoformat()
        except OverflowError:
            return None

    def _parts(self, typed: str) -> _Parts | None:
        pieces = _WORDS.findall(typed)
        words = [piece for piece in pieces if _is_word(piece)]
        separators = [
            piece.strip(" ") or " " for piece in pieces if not _is_word(piece)
        ]
        if not words or not (_is_word(pieces[0]) and _is_word(pieces[-1])):
            return None
        if any(separator not in _SEPARATORS for separator in separators):
            return None
        if len(words) == 1:
            return _one_word(words[0])
        if len(words) == 2:
            return _two_words(*words)
        if len(words) == 3:
            even = len(separators) == 2 and separators[0] == separators[1]
            return self._three_words(words, even=even)

        return None

    def _three_words(self, words: list[str], *, even: bool) -> _Parts | None:
        """``even``: the same sign twice, without which numbers alone do not make a
        date.
        """
        year_first = _year(words[0])
        year = year_first or _year(words[2])
        if year is None:
            return None
        item, other = words[1:] if year_first else words[:2]
        named = [word for word in (item, other) if word in _MONTH_NUMBERS]
        if named:
            day = _number(other if item == named[0] else item)
            return (
                _Parts(year, _MONTH_NUMBERS[named[0]], day)
                if len(named) == 1 and day is not None
                else None
            )

        month_first = (
            {True}
            if year_first
            else {"dmy": {False}, "mdy": {True}, None: {True, False}}[self.order]
        )
        if not even:
            return None
        result = {
            _numbers(year, item, other) if first else _numbers(year, other, item)
            for first in month_first
        }
        readings = result - {None}

        return readings.pop() if len(readings) == 1 else None


def _is_word(piece: str) -> bool:
    return piece[0].isascii() and piece[0].isalnum()


def _year(word: str) -> int | None:
    return int(word) if len(word) == 4 and word[0] in "0123456789" else None


def _number(word: str) -> int | None:
    """One or two digits, 0 for a part said to be unknown, None for anything else (00
    too).
    """
    if word in _UNKNOWN:
        return 0
    return (int(word) or None) if len(word) <= 2 and word[0] in "0123456789" else None


def _numbers(year: int, month_word: str, day_word: str) -> _Parts | None:
    """A reading, when month and day could be such."""
    month, day = _number(month_word), _number(day_word)
    if month is None or day is None or month > 12 or day > 31:
        return None
    return _Parts(year, month, day)


def _one_word(word: str) -> _Parts | None:
    """``20240415`` or ``2024``."""
    if word[0] not in "0123456789":
        return None
    if len(word) == 8:
        return (
            _Parts(int(word[:4]), int(word[4:6]), int(word[6:]))
            if int(word[4:6]) and int(word[6:])
            else None
        )

    return _Parts(int(word), 0, 0) if len(word) == 4 else None


def _two_words(text: str, other: str) -> _Parts | None:
    """A month and a year, in either order."""
    year = _year(other)
    month_word = text
    if year is None:
        year, month_word = _year(text), other
    if year is None:
        return None
    month = _MONTH_NUMBERS.get(month_word, _number(month_word))

    return _Parts(year, month, 0) if month is not None and month <= 12 else None
