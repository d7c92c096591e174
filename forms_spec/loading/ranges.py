"""Ranges: ``[60, 260]``, ``(0, 100]`` as text, and one for each unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from forms_spec.loading.schema_fields import NamedMapping, ScalarField
from forms_spec.loading.schema_problems import fail
from forms_spec.yaml_source.document import Path

BRACKETS = re.compile(r"\s*([\[(])(.*)([\])])\s*", re.DOTALL)
NO_END = frozenset({"", "null", "~"})


@dataclass(frozen=True, kw_only=True, slots=True)
class RawEnd:
    """One end: its text, the steps to it below the range, and its characters in a text
    range.
    """

    text: str
    steps: Path = ()
    span: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RawRange:
    """A range as written; None is an open end."""

    low: RawEnd | None
    high: RawEnd | None
    low_open: bool = False
    high_open: bool = False


class _OneRange(ScalarField):
    """``[low, high]`` as a list or a text."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> RawRange:
        if isinstance(value, list):
            return _from_list(value)

        if not isinstance(value, str):
            fail("not-a-range")

        return _from_text(value)


class RangeShape(ScalarField):
    """A range, or a mapping from unit codes to ranges; by None when the unit is not
    chosen.
    """

    def _deserialize(
        self, value: Any, *_: Any, **__: Any
    ) -> Mapping[str | None, RawRange]:
        if isinstance(value, dict):
            return dict(_BY_UNIT.deserialize(value))

        return {None: _ONE.deserialize(value)}


_ONE = _OneRange()
_BY_UNIT = NamedMapping(_ONE)


def _from_list(value: list[Any]) -> RawRange:
    wrong: dict[int, list[str]] = {}
    for index, end in enumerate(value):
        if isinstance(end, list | dict):
            wrong[index] = ["not-text"]

    if wrong:
        raise ValidationError(wrong)

    if len(value) != 2:
        fail("range-ends", given=len(value))

    low, high = value
    return RawRange(low=_listed_end(low, 0), high=_listed_end(high, 1))


def _listed_end(text: str | None, index: int) -> RawEnd | None:
    if text is None or not text.strip():
        return None

    return RawEnd(text=text, steps=(index,))


def _from_text(text: str) -> RawRange:
    brackets = BRACKETS.fullmatch(text)
    if brackets is None:
        fail("not-a-range")

    opening, inside, closing = brackets.groups()
    ends = _split(inside, brackets.start(2))
    if len(ends) != 2:
        fail("range-ends", given=len(ends))

    low, high = ends
    return RawRange(
        low=_written_end(text, *low),
        high=_written_end(text, *high),
        low_open=opening == "(",
        high_open=closing == ")",
    )


def _written_end(text: str, first: int, last: int) -> RawEnd | None:
    """The end of a text range between two characters, without the blanks around it."""
    end = text[first:last]
    stripped = end.strip()
    if stripped in NO_END:
        return None

    start = first + len(end) - len(end.lstrip())
    return RawEnd(text=stripped, span=(start, start + len(stripped)))


def _split(text: str, offset: int) -> list[tuple[int, int]]:
    """The parts between commas that stand in no parentheses and no quotes.

    Each is given by its first character and the one after its last, counted from
    ``offset``.
    """
    spans: list[tuple[int, int]] = []
    depth, is_quoted, start = 0, False, 0

    for index, character in enumerate(text):
        if character == "'":
            # A quote inside quotes is doubled, and so turns them off and on again.
            is_quoted = not is_quoted
        elif is_quoted:
            continue
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
        elif character == "," and depth == 0:
            spans.append((offset + start, offset + index))
            start = index + 1

    return [*spans, (offset + start, offset + len(text))]
