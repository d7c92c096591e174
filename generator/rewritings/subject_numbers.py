"""Subject numbers that people and programs take for each other: ``S-1`` and ``s-01``."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator

from generator.rewritings.numbers import number

_PARTS = re.compile(r"[0-9]+|[^\W\d_]+")


class SubjectNumbers:
    """The numbers of subjects, by what stays of them when they are spelled otherwise.

    Two numbers are alike if they differ only in zeros in front of digits, in letter
    case, or in separators, or if a program that takes both for numbers reads the same.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._known: dict[str, None] = {}
        self._by_key: defaultdict[Hashable, dict[str, None]] = defaultdict(dict)
        for subject in known:
            self.add(subject)

    def __contains__(self, subject: str) -> bool:
        return subject in self._known

    def add(self, subject: str) -> None:
        """One more subject who is here."""
        self._known[subject] = None
        for key in _keys(subject):
            self._by_key[key][subject] = None

    def alike(self, subject: str) -> tuple[str, ...]:
        """Other subjects whose numbers look like this one, in the order of entry; none
        for a subject who is here.
        """
        if subject in self._known:
            return ()

        others: dict[str, None] = {}
        for key in _keys(subject):
            others |= self._by_key.get(key, {})

        return tuple(other for other in others if _are_alike(subject, other))


def are_zeros_gone(given: str, known: str) -> bool:
    """True if the two are one number, with other zeros or in another spelling."""
    value = number(given)
    if value is None:
        return False

    return value == number(known)


def _keys(subject: str) -> Iterator[Hashable]:
    """What two numbers that are alike have in common, at least one of these."""
    parts = _parts(subject)
    yield tuple(_without_zeros(parts))

    # S-01 and S01 differ in where their runs of digits end.
    without_separators = _PARTS.findall("".join(parts))
    yield "".join(_without_zeros(without_separators))

    value = number(subject)
    if value is not None:
        yield value


def _are_alike(first: str, second: str) -> bool:
    parts = _parts(first)
    other_parts = _parts(second)
    if _without_zeros(parts) == _without_zeros(other_parts):
        return True
    if are_zeros_gone(first, second):
        return True

    # 1-10 and 110 differ in a separator. 1-10 and 11-0 have it in different places, and
    # are two numbers.
    borders = _borders(parts)
    others = _borders(other_parts)

    return borders <= others or others <= borders


def _parts(subject: str) -> list[str]:
    """Runs of digits and of letters, in one case and one spelling of each character."""
    text = unicodedata.normalize("NFKC", subject).casefold()
    return _PARTS.findall(text)


def _without_zeros(parts: Iterable[str]) -> list[str]:
    return [_without_zeros_in_front(part) for part in parts]


def _without_zeros_in_front(part: str) -> str:
    if not part.isdecimal():
        return part

    # 000 is the number 0, which needs a digit.
    return part.lstrip("0") or "0"


def _borders(parts: list[str]) -> set[int]:
    """Where digits meet digits, counted in characters from the end: zeros in front move
    nothing there.
    """
    borders: set[int] = set()
    place = 0
    backwards = reversed(parts)
    before_each = [*reversed(parts[:-1]), ""]

    for part, before in zip(backwards, before_each, strict=True):
        place += len(part)
        digits_meet = part.isdecimal() and before.isdecimal()
        if digits_meet:
            borders.add(place)

    return borders
