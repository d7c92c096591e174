"""Texts to the reader that hold answers: ``Is {name} pregnant?``, ``Since
{vs[SCR].vsdat}``, ``{sex:code}``.

A slot names a field as a rule does, with its form and visit where they are needed, or
``subjid``. It shows the answer as people read it, with ``:code`` the code of a choice,
and BLANK as long as there is none. Two braces, ``{{name}}``, are the braces themselves;
so is every brace that begins no slot.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forms_spec.rule_syntax.expression import Expression

BLANK = "______"
CODED = ":code"

_NAME = r"[a-z][a-z0-9_]*"
_SLOT = re.compile(
    rf"(?<![${{])\{{({_NAME}(?:(?:\[[A-Za-z][A-Za-z0-9_]*\])?\.{_NAME})?)({CODED})?\}}(?!\}})"
)
_LITERAL = re.compile(rf"\{{(\{{{_NAME}[^{{}}\s]*\}})\}}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """A place in a text where an answer stands. ``coded``: its code, not its label."""

    expression: Expression
    coded: bool


Wording = tuple[str | Slot, ...]
"""A text in parts; none of its texts is empty."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotText:
    """A slot as it is written: what it names, from ``first`` to ``last``."""

    name: str
    first: int
    last: int
    coded: bool


def parts_of(text: str) -> Iterator[str | SlotText]:
    """The text and the slots in it, in their order."""
    end = 0
    for match in _SLOT.finditer(text):
        if match.start() > end:
            yield _unescaped(text[end : match.start()])

        yield SlotText(
            name=match[1],
            first=match.start(1),
            last=match.end(1),
            coded=match[2] is not None,
        )
        end = match.end()

    if end < len(text):
        yield _unescaped(text[end:])


def plain(text: str) -> str:
    """The text where there are no answers: a slot is the field's name in brackets."""
    if "{" not in text:
        return text

    words: list[str] = []
    for part in parts_of(text):
        if isinstance(part, str):
            words.append(part)
        else:
            words.append(f"[{part.name}]")

    return "".join(words)


def plain_or_none(text: str | None) -> str | None:
    """``plain`` for a text that may be left out."""
    if text is None:
        return None

    return plain(text)


def escaped(text: str) -> str:
    """A text of another program as a text without slots."""
    if "{" not in text:
        return text

    doubled = _LITERAL.sub(lambda match: f"{{{match[0]}}}", text)
    return _SLOT.sub(lambda match: f"{{{match[0]}}}", doubled)


def _unescaped(text: str) -> str:
    return _LITERAL.sub(lambda match: match[1], text)
