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
_DIGITS = frozenset("0123456789")
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
class _DateParts:
    """What was said of a date.

    0 stands for a part that is said to be unknown or left out.
    """

    year: int
    month: int
    day: int

    def __str__(self) -> str:
        text = f"{self.year:04}"
        # A partial date ends where nothing more is known.
        if self.month:
            text += f"-{self.month:02}"

        if self.day:
            text += f"-{self.day:02}"

        return text


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
        relative = _RELATIVE.fullmatch(typed)
        if relative:
            return self._relative(relative)

        parts = self._parts(typed)
        if parts is None:
            return None

        is_full = 0 not in (parts.month, parts.day)
        if not is_full:
            return None

        return str(parts)

    def partial(self, text: str) -> str | None:
        """A date of which the day, or the day and the month, may be unknown."""
        typed = ascii_lower(plain_blanks(text))
        relative = _RELATIVE.fullmatch(typed)
        if relative:
            return self._relative(relative)

        parts = self._parts(typed)
        if parts is None:
            return None

        day_without_month = parts.day and not parts.month
        if day_without_month:
            return None

        return str(parts)

    def moment(self, text: str) -> str | None:
        """A date and a time, when there is only one place where the text falls into the
        two.
        """
        if len(text) > _LONGEST_MOMENT:
            return None

        typed = _ISO_MOMENT.sub(r"\1 ", ascii_lower(plain_blanks(text)))
        moments = set()

        # Dates and times may both have blanks inside, so each blank is a candidate.
        for border in re.finditer(" ", typed):
            day = self.day(strip_blanks(typed[: border.start()].rstrip(",")))
            clock = read_clock(typed[border.end() :])
            if day and clock:
                moments.add(f"{day}T{clock}")

        if len(moments) != 1:
            return None

        return moments.pop()

    def _relative(self, relative: re.Match[str]) -> str | None:
        days = int(relative[2] or 0)
        if relative[1] == "-":
            days = -days

        try:
            return (self.today + timedelta(days=days)).isoformat()
        except OverflowError:
            return None

    def _parts(self, typed: str) -> _DateParts | None:
        words, separators = [], []
        pieces = _WORDS.findall(typed)

        for piece in pieces:
            if _is_word(piece):
                words.append(piece)
            else:
                separators.append(piece.strip(" ") or " ")

        if not words:
            return None
        # A separator at either end is a slip.
        if not _is_word(pieces[0]) or not _is_word(pieces[-1]):
            return None

        strange = set(separators).difference(_SEPARATORS)
        if strange:
            return None

        if len(words) == 1:
            return _one_word(words[0])
        if len(words) == 2:
            return _two_words(*words)

        if len(words) == 3:
            # ``15.04/2024`` mixes two ways of writing a date.
            even = len(separators) == 2 and len(set(separators)) == 1
            return self._three_words(words, even=even)

        return None

    def _three_words(self, words: list[str], *, even: bool) -> _DateParts | None:
        """``even``: the same sign twice, without which numbers alone do not make a
        date.
        """
        year_first = _year(words[0])
        year = year_first or _year(words[2])
        if year is None:
            return None

        left, right = words[1:] if year_first else words[:2]
        if left in _MONTH_NUMBERS:
            return _named_month(year, left, right)
        if right in _MONTH_NUMBERS:
            return _named_month(year, right, left)
        if not even:
            return None

        # A year in front is followed by the month, everywhere in the world.
        order = "mdy" if year_first else self.order
        readings: set[_DateParts | None] = set()
        if order != "dmy":
            readings.add(_numbers(year, left, right))

        if order != "mdy":
            readings.add(_numbers(year, right, left))

        readings.discard(None)
        if len(readings) != 1:
            return None

        return readings.pop()


def _named_month(year: int, month_word: str, day_word: str) -> _DateParts | None:
    """``_number`` reads no name of a month, so two of them are no date."""
    day = _number(day_word)
    if day is None:
        return None

    return _DateParts(year, _MONTH_NUMBERS[month_word], day)


def _is_word(piece: str) -> bool:
    first = piece[0]
    return first.isascii() and first.isalnum()


def _year(word: str) -> int | None:
    has_digits = word[0] in _DIGITS
    if has_digits and len(word) == 4:
        return int(word)

    return None


def _number(word: str) -> int | None:
    """One or two digits, 0 for a part said to be unknown, None for anything else (00
    too).
    """
    if word in _UNKNOWN:
        return 0

    is_number = word[0] in _DIGITS
    if not is_number or len(word) > 2:
        return None

    # No month and no day is written ``00``.
    return int(word) or None


def _numbers(year: int, month_word: str, day_word: str) -> _DateParts | None:
    """A reading, when month and day could be such."""
    month, day = _number(month_word), _number(day_word)
    # 0 stands for a part that is unknown.
    if month is None or month > 12:
        return None
    if day is None or day > 31:
        return None

    return _DateParts(year, month, day)


def _one_word(word: str) -> _DateParts | None:
    """``20240415`` or ``2024``."""
    if word[0] not in _DIGITS:
        return None
    if len(word) == 4:
        return _DateParts(int(word), 0, 0)
    if len(word) != 8:
        return None

    year, month, day = int(word[:4]), int(word[4:6]), int(word[6:])
    # ``20240400`` does not say that the day is unknown, as ``un-apr-2024`` does.
    lacks_a_part = 0 in (month, day)
    if lacks_a_part:
        return None

    return _DateParts(year, month, day)


def _two_words(first: str, second: str) -> _DateParts | None:
    """A month and a year, in either order."""
    year, month_word = _year(second), first
    if year is None:
        year, month_word = _year(first), second

    if year is None:
        return None

    month = _MONTH_NUMBERS.get(month_word, _number(month_word))
    if month is None or month > 12:
        return None

    return _DateParts(year, month, 0)
