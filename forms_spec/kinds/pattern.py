"""Patterns: the regular expressions that Python, JavaScript, RE2 and Java read alike.

``portable`` rewrites an expression so that all of them understand the same by it;
``pattern_problem`` says why an expression cannot be used. The whole text has to match,
always.

    pattern      alternative ('|' alternative)*
    alternative  (atom quantifier?)*
    quantifier   ('*' | '+' | '?' | '{n}' | '{n,}' | '{n,m}') '?'?
    atom         character | '.' | '\\' escape | '[' '^'? item+ ']' | '(' '?:'? pattern ')'
    item         character | character '-' character | '\\' escape
    escape       d | D | w | W | s | S | t | n | any ASCII punctuation
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from forms_spec.kinds.pattern_cost import costly
from forms_spec.kinds.pattern_tree import (
    Alternatives,
    Characters,
    Node,
    PatternError,
    Repeat,
    Sequence,
    Span,
    parse_pattern,
    positive,
    write_pattern,
)

LONGEST_MATCHED = 10_000
"""Characters that are matched against a pattern; a longer text of a field with a
pattern is too long.
"""


@lru_cache(maxsize=4096)
def portable(expression: str) -> str:
    """The expression in the common subset, with ``\\d``, ``\\w`` and ``\\s`` spelled
    out in ASCII.

    Raises ValueError for an expression that ``pattern_problem`` finds fault with.
    """
    return write_pattern(parse_pattern(expression))


@lru_cache(maxsize=4096)
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(portable(expression))


def whole_match(expression: str, text: str) -> bool:
    """Whether the whole text matches, as every target reads the expression: ``\\d`` is
    an ASCII digit.

    A text longer than ``LONGEST_MATCHED`` is never tried. Raises ValueError for an
    expression that ``pattern_problem`` finds fault with.
    """
    # A pattern's cost was weighed for texts up to this length only.
    if len(text) > LONGEST_MATCHED:
        return False

    return _compiled(expression).fullmatch(text) is not None


@lru_cache(maxsize=4096)
def pattern_problem(expression: str) -> str | None:
    """Why the expression cannot be used, as the end of a sentence, or None."""
    try:
        tree = parse_pattern(expression)
    except PatternError as problem:
        return str(problem)

    return costly(tree)


def admitted(expression: str, characters: str) -> str:
    """Those of ``characters`` that a text matching the expression may contain."""
    spans: list[Span] = []
    for part in _characters(parse_pattern(expression)):
        spans.extend(positive(part))

    return "".join(sign for sign in characters if _is_within(sign, spans))


def _is_within(character: str, spans: Iterable[Span]) -> bool:
    number = ord(character)
    return any(low <= number <= high for low, high in spans)


def _characters(node: Node) -> Iterator[Characters]:
    match node:
        case Characters():
            yield node
        case Sequence(parts=parts) | Alternatives(branches=parts):
            for part in parts:
                yield from _characters(part)
        case Repeat(part=part):
            yield from _characters(part)
