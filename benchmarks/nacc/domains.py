"""Which values a variable can have, by what its questions say, and the field for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.nacc.source import Question

_NOISE = re.compile(r"integers?|or blank|, *blank|\band\b|\bor\b", re.IGNORECASE)
_PIECE = re.compile(
    r"(\d+(?:\.\d+)?)\s*(?:(?:[-–]|to)\s*"
    r"(?:(\d+(?:\.\d+)?)|((?:current|present)\s*(?:year)?)))?\s*",
    re.IGNORECASE,
)
_ANSWER = re.compile(
    r"(?:^|\||,(?=\s*\d+\s*=))\s*(\d+)\s*[,=]\s*([^|]*?)\s*(?=\||$|,\s*\d+\s*=)"
)
MOST_CODES = 30
"""A question with so many answers is a choice. With more it is a number in a range."""


@dataclass(frozen=True, slots=True)
class Domain:
    """What type a variable has, and its codes or the ends of its range."""

    kind: str
    codes: tuple[str, ...] = ()
    low: str = ""
    high: str = ""
    decimals: bool = False

    @property
    def is_choice(self) -> bool:
        return self.kind == "choice"


def domain_of(questions: Sequence[Question], *, bare: bool) -> Domain:
    """The domain of one variable of a form, by all its questions there.

    With ``bare`` a number has no codes and no range, so that a check of the range is
    looked at by itself.
    """
    types = {question.data_type.lower() for question in questions}
    if types == {"date"}:
        return Domain("date")
    pieces = [_spans(question.values) for question in questions]
    if not types <= {"integer", "numeric"}:
        return _coded_text(pieces, bare=bare)

    spans = [span for found in pieces if found for span in found]
    decimals = "numeric" in types or any("." in "".join(span) for span in spans)
    kind = "decimal" if decimals else "integer"
    if bare or not all(pieces):
        return Domain(kind, decimals=decimals)

    codes = () if decimals else _codes(spans)
    if codes:
        return Domain("choice", codes)
    highs = [high for _, high in spans]
    low = min((low for low, _ in spans), key=float)
    high = "" if "" in highs else max(highs, key=float)
    return Domain(kind, low=low, high=high or "year(today)", decimals=decimals)


def _coded_text(pieces: list[list[tuple[str, str]]], *, bare: bool) -> Domain:
    """A text of which only some numbers are allowed, such as ``00-12, 99``, is a choice."""
    codes = _codes([span for found in pieces for span in found]) if all(pieces) else ()
    if not codes:
        return Domain("text")
    return Domain("integer") if bare else Domain("choice", codes)


def _spans(text: str) -> list[tuple[str, str]]:
    """``0-3, 8, 9`` as spans. A span up to the current year has no end. ``[]`` if the
    text is something else.
    """
    spans: list[tuple[str, str]] = []
    for piece in _NOISE.sub(",", text).split(","):
        if not piece.strip():
            continue
        match = _PIECE.fullmatch(piece.strip())
        if match is None:
            return []
        low, high, year = match.groups()
        spans.append((low, "" if year else high or low))
    return spans


def _codes(spans: list[tuple[str, str]]) -> tuple[str, ...]:
    """All whole numbers in the spans, or nothing if they are too many."""
    numbers: set[int] = set()
    for low, high in spans:
        if not high or "." in low + high or int(high) - int(low) > MOST_CODES:
            return ()
        numbers.update(range(int(low), int(high) + 1))
    if len(numbers) > MOST_CODES:
        return ()
    return tuple(str(number) for number in sorted(numbers))


def answer_labels(questions: Sequence[Question]) -> dict[str, str]:
    """The label of each code that the questions name."""
    labels: dict[str, str] = {}
    for question in questions:
        for code, label in _ANSWER.findall(question.answers):
            if label and not label.replace(" ", "").isdigit():
                labels.setdefault(str(int(code)), label)
    return labels


def codes_within(codes: tuple[str, ...], low: str, high: str) -> list[str]:
    """The codes whose number lies in the span."""
    return [code for code in codes if float(low) <= float(code) <= float(high)]


def is_whole_span(codes: tuple[str, ...], low: str, high: str) -> bool:
    """Whether each whole number of the span is a code."""
    within = [int(code) for code in codes_within(codes, low, high)]
    return bool(within) and (
        within[0] == float(low)
        and within[-1] == float(high)
        and all(after == before + 1 for before, after in pairwise(within))
    )
