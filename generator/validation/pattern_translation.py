"""Python's regular expressions in the words of Polars' engine, where both mean the
same.

A translation may refuse more texts than the original and never fewer: what it refuses
is judged again by the original. What cannot be said is None.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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


_AHEAD = 1
"""The direction of a look-around that looks forward."""
_ANYTHING = [str(node) for node in parser.parse(r"[\s\S]")]


class _Untranslatable(Exception):
    """The other engine has no words for it."""


_UNTRANSLATABLE = (_Untranslatable, re.error, RecursionError, OverflowError)


def translated(pattern: str) -> tuple[str, ...] | None:
    """Expressions that all have to be found in a text, or None.

    A look-ahead in front is an expression of its own; one at the end that nothing
    follows is the end.
    """
    try:
        nodes = _nodes(pattern)
        lookaheads = []
        while nodes and _is_lookahead(nodes[0]):
            _, (_, inside) = nodes.pop(0)
            lookaheads.append(_prefix(list(inside)))

        whole = _sequence(_without_end(nodes))
    except _UNTRANSLATABLE:
        return None

    return (*lookaheads, rf"\A(?:{whole})\z")


def positions(pattern: str) -> Sequence[Position] | None:
    """What may stand in each place of a text, byte by byte, where a pattern has one
    length; else None.
    """
    try:
        return list(_positions(_without_end(_nodes(pattern))))
    except _UNTRANSLATABLE:
        return None


def _nodes(pattern: str) -> list[Any]:
    """The parsed pattern. Flags inside it change what its parts mean."""
    parsed = parser.parse(pattern)
    if parsed.state.flags & ~re.UNICODE:
        raise _Untranslatable(parsed.state.flags)

    return list(parsed)


def _positions(nodes: Iterable[Any]) -> Iterator[Position]:
    for kind, value in nodes:
        if kind is op.LITERAL:
            yield list(_ranges([(kind, value)]))
        elif kind is op.IN:
            yield list(_ranges(value))
        elif kind is op.MAX_REPEAT:
            yield from _repeated_positions(*value)
        elif _is_plain_group(kind, value):
            yield from _positions(value[3])
        else:
            raise _Untranslatable(kind)


def _repeated_positions(low: int, high: Any, nodes: Iterable[Any]) -> list[Position]:
    part = list(_positions(nodes))
    # Repeats inside repeats would soon fill the memory.
    if low != high or len(part) * low > _MOST_REPEATS:
        raise _Untranslatable(high)

    return part * low


def _ranges(parts: Iterable[Any]) -> Iterator[tuple[int, int]]:
    for kind, value in parts:
        if kind is op.CATEGORY and value in _BYTES:
            yield from _BYTES[value]
        elif kind is op.RANGE:
            low, high = value
            yield _byte_range(low, high)
        elif kind is op.LITERAL:
            yield _byte_range(value, value)
        else:
            raise _Untranslatable(kind)


def _byte_range(low: int, high: int) -> tuple[int, int]:
    # Beyond, a character is more than one byte.
    if high > _LAST:
        raise _Untranslatable(high)

    return low, high


def _prefix(nodes: list[Any]) -> str:
    body = _without_end(nodes)
    end = ""
    if len(body) < len(nodes):
        end = r"\z"

    return rf"\A(?:{_sequence(body)})" + end


def _without_end(nodes: list[Any]) -> list[Any]:
    """The nodes without the mark of the end, ``(?![\\s\\S])``, that stands last."""
    if nodes and _is_end(nodes[-1]):
        return nodes[:-1]

    # The whole pattern may be one group, which ends where the text does.
    if len(nodes) == 1:
        kind, value = nodes[0]
        if _is_plain_group(kind, value):
            return _without_end(list(value[3]))

    return nodes


def _is_lookahead(node: Any) -> bool:
    kind, value = node
    return kind is op.ASSERT and value[0] == _AHEAD


def _is_end(node: Any) -> bool:
    kind, value = node
    if kind is not op.ASSERT_NOT or value[0] != _AHEAD:
        return False

    # Nodes have no equality of their own.
    return [str(part) for part in value[1]] == _ANYTHING


def _is_plain_group(kind: Any, value: Any) -> bool:
    """Whether a node is a group that turns no flags on or off."""
    return kind is op.SUBPATTERN and value[1:3] == (0, 0)


def _sequence(nodes: Iterable[Any]) -> str:
    return "".join(_node(kind, value) for kind, value in nodes)


def _node(kind: Any, value: Any) -> str:
    translate = _TRANSLATIONS.get(kind)
    if translate is None:
        raise _Untranslatable(kind)

    return translate(value)


def _group(value: Any) -> str:
    if not _is_plain_group(op.SUBPATTERN, value):
        raise _Untranslatable(value)
    return f"(?:{_sequence(value[3])})"


def _branch(value: Any) -> str:
    _, branches = value
    return f"(?:{'|'.join(map(_sequence, branches))})"


def _repeat(value: Any) -> str:
    low, high, nodes = value
    endless = high is op.MAXREPEAT
    most = low if endless else high
    if low > _MOST_REPEATS or most > _MOST_REPEATS:
        raise _Untranslatable(high)

    upper = "" if endless else high

    return f"(?:{_sequence(nodes)}){{{low},{upper}}}"


def _class(parts: list[Any]) -> str:
    sign = ""
    negated = parts[0][0] is op.NEGATE
    if negated:
        sign, parts = "^", parts[1:]

    inside = [_member(*part, negated=negated) for part in parts]

    return f"[{sign}{''.join(inside)}]"


def _member(kind: Any, value: Any, *, negated: bool) -> str:
    if kind is op.LITERAL:
        return _literal(value)
    if kind is op.RANGE:
        low, high = value
        return f"{_literal(low)}-{_literal(high)}"

    # Without its letters beyond ASCII a class refuses more, but its opposite fewer.
    if kind is op.CATEGORY and value in _CLASSES and not negated:
        return _CLASSES[value]

    raise _Untranslatable(kind)


def _literal(point: int) -> str:
    return f"\\x{{{point:x}}}"


_TRANSLATIONS: Mapping[Any, Callable[[Any], str]] = {
    op.LITERAL: _literal,
    op.NOT_LITERAL: lambda point: f"[^{_literal(point)}]",
    op.IN: _class,
    op.ANY: lambda _: r"[^\n]",
    op.MAX_REPEAT: _repeat,
    op.MIN_REPEAT: _repeat,
    op.SUBPATTERN: _group,
    op.BRANCH: _branch,
}
