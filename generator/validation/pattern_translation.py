"""Python's regular expressions in the words of Polars' engine, where both mean the
same.

A translation may refuse more texts than the original and never fewer: what it refuses
is judged again by the original. What cannot be said is None.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import re._constants as op  # type: ignore[import-not-found]
    import re._parser as parser  # type: ignore[import-not-found]

_DIGIT, _WORD, _SPACE = "0-9", "0-9A-Za-z_", r" \t\n\r\x0b\x0c"
_CLASSES = {
    op.CATEGORY_DIGIT: _DIGIT,
    op.CATEGORY_WORD: _WORD,
    op.CATEGORY_SPACE: _SPACE,
}
_BYTES: Mapping[Any, Sequence[tuple[int, int]]] = {
    op.CATEGORY_DIGIT: [(48, 57)],
    op.CATEGORY_WORD: [(48, 57), (65, 90), (95, 95), (97, 122)],
}
_LAST = 0x7F
"""From the next character on, one takes several bytes."""
_MOST_REPEATS = 1000
Position = Sequence[tuple[int, int]]
"""The bytes that may stand in one place, as ranges with both ends."""


class _Unsaid(Exception):
    """The other engine has no words for it."""


def translated(pattern: str) -> tuple[str, ...] | None:
    """Expressions that all have to be found in a text, or None.

    A look-ahead in front is an expression of its own; one at the end that nothing
    follows is the end.
    """
    try:
        parsed = parser.parse(pattern)
        if parsed.state.flags & ~re.UNICODE:
            return None
        nodes = list(parsed)
        ahead = []
        while nodes and nodes[0][0] is op.ASSERT and nodes[0][1][0] == 1:
            ahead.append(_prefix(list(nodes.pop(0)[1][1])))
        return (*ahead, rf"\A(?:{_sequence(_without_end(nodes))})\z")
    except (_Unsaid, re.error, RecursionError, OverflowError):
        return None


def positions(pattern: str) -> Sequence[Position] | None:
    """What may stand in each place of a text, byte by byte, where a pattern has one
    length; else None.
    """
    try:
        parsed = parser.parse(pattern)
        if parsed.state.flags & ~re.UNICODE:
            return None
        return list(_positions(_without_end(list(parsed))))
    except (_Unsaid, re.error, RecursionError, OverflowError):
        return None


def _positions(nodes: Iterable[Any]) -> Iterator[Position]:
    for kind, value in nodes:
        if kind is op.LITERAL or kind is op.IN:
            yield list(_ranges(value if kind is op.IN else [(kind, value)]))
        elif kind is op.MAX_REPEAT and value[0] == value[1]:
            part = list(_positions(value[2]))
            # Repeats inside repeats would soon fill the memory.
            if len(part) * value[0] > _MOST_REPEATS:
                raise _Unsaid(kind)
            yield from part * value[0]
        elif kind is op.SUBPATTERN and value[1:3] == (0, 0):
            yield from _positions(value[3])
        else:
            raise _Unsaid(kind)


def _ranges(parts: Iterable[Any]) -> Iterator[tuple[int, int]]:
    for kind, value in parts:
        if kind is op.CATEGORY and value in _BYTES:
            yield from _BYTES[value]
            continue

        low, high = value if kind is op.RANGE else (value, value)
        if kind not in (op.RANGE, op.LITERAL) or high > _LAST:
            raise _Unsaid(kind)
        yield low, high


def _prefix(nodes: list[Any]) -> str:
    body = _without_end(nodes)
    return rf"\A(?:{_sequence(body)})" + (r"\z" if len(body) < len(nodes) else "")


def _without_end(nodes: list[Any]) -> list[Any]:
    """The nodes without the mark of the end, ``(?![\\s\\S])``, that stands last."""
    if (
        nodes
        and nodes[-1][0] is op.ASSERT_NOT
        and nodes[-1][1][0] == 1
        and _anything(nodes[-1][1][1])
    ):
        return nodes[:-1]

    if len(nodes) == 1 and nodes[0][0] is op.SUBPATTERN and nodes[0][1][1:3] == (0, 0):
        return _without_end(list(nodes[0][1][3]))
    return nodes


def _anything(nodes: Iterable[Any]) -> bool:
    return [str(node) for node in nodes] == [
        str(item) for item in parser.parse(r"[\s\S]")
    ]


def _sequence(nodes: Iterable[Any]) -> str:
    return "".join(_node(kind, value) for kind, value in nodes)


def _node(kind: Any, value: Any) -> str:
    if kind is op.LITERAL:
        return _literal(value)
    if kind is op.NOT_LITERAL:
        return f"[^{_literal(value)}]"
    if kind is op.IN:
        return _class(value)
    if kind is op.ANY:
        return r"[^\n]"
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        return _repeat(*value)
    if kind is op.SUBPATTERN and value[1:3] == (0, 0):
        return f"(?:{_sequence(value[3])})"
    if kind is op.BRANCH:
        return f"(?:{'|'.join(_sequence(item) for item in value[1])})"
    raise _Unsaid(kind)


def _repeat(low: int, high: Any, nodes: Iterable[Any]) -> str:
    if low > _MOST_REPEATS or (high is not op.MAXREPEAT and high > _MOST_REPEATS):
        raise _Unsaid(high)
    return f"(?:{_sequence(nodes)}){{{low},{'' if high is op.MAXREPEAT else high}}}"


def _class(parts: list[Any]) -> str:
    negated = parts[0][0] is op.NEGATE
    inside = "".join(
        _member(*part, negated=negated) for part in parts[1 if negated else 0 :]
    )
    return f"[{'^' if negated else ''}{inside}]"


def _member(kind: Any, value: Any, *, negated: bool) -> str:
    if kind is op.LITERAL:
        return _literal(value)
    if kind is op.RANGE:
        return f"{_literal(value[0])}-{_literal(value[1])}"
    if kind is op.CATEGORY and value in _CLASSES and not negated:
        return _CLASSES[value]
    raise _Unsaid(kind)


def _literal(point: int) -> str:
    return f"\\x{{{point:x}}}"
