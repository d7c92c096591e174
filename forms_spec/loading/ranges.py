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
    wrong = {
        index: ["not-text"]
        for index, end in enumerate(value)
        if isinstance(end, list | dict)
    }
    if wrong:
        raise ValidationError(wrong)
    if len(value) != 2:
        fail("range-ends", given=len(value))
    low, high = (
        None if end is None or not end.strip() else RawEnd(text=end, steps=(index,))
        for index, end in enumerate(value)
    )

    return RawRange(low=low, high=high)


def _from_text(value: str) -> RawRange:
    result = BRACKETS.fullmatch(value)
    if not result:
        fail("not-a-range")
    ends = _split(result[2], result.start(2))
    if len(ends) != 2:
        fail("range-ends", given=len(ends))
    low, high = (_end(value, *span) for span in ends)

    return RawRange(
        low=low, high=high, low_open=result[1] == "(", high_open=result[3] == ")"
    )


def _end(value: str, first: int, last: int) -> RawEnd | None:
    text = value[first:last]
    if text.strip() in NO_END:
        return None
    first += len(text) - len(text.lstrip())
    return RawEnd(text=text.strip(), span=(first, first + len(text.strip())))


def _split(text: str, offset: int) -> list[tuple[int, int]]:
    """The parts between commas that stand in no parentheses and no quotes."""
    spans: list[tuple[int, int]] = []
    depth, quoted, start = 0, False, 0
    for index, character in enumerate(text):
        quoted ^= character == "'"
        depth += (not quoted) * ((character == "(") - (character == ")"))
        if character == "," and depth == 0 and not quoted:
            spans.append((offset + start, offset + index))
            start = index + 1

    return [*spans, (offset + start, offset + len(text))]
