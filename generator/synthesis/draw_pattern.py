"""A text that a pattern matches."""

from __future__ import annotations

from functools import lru_cache
from random import Random

from forms_spec.kinds.pattern_tree import (
    Alternatives,
    Characters,
    Node,
    PatternError,
    Repeat,
    Sequence,
    parse_pattern,
)

MORE = 8
"""How many more than the least are drawn of a part that may repeat without end."""
PLAIN = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def text_of_pattern(expression: str, random: Random) -> str:
    """A text that the expression matches as a whole; blank where it cannot be read."""
    try:
        tree = _tree(expression)
    except PatternError:
        return ""

    return _text(tree, random)


@lru_cache(maxsize=1000)
def _tree(expression: str) -> Node:
    return parse_pattern(expression)


def _text(node: Node, random: Random) -> str:
    match node:
        case Characters():
            return _character(node, random)
        case Sequence(parts):
            return "".join(_text(part, random) for part in parts)
        case Alternatives(branches):
            return _text(random.choice(branches), random)
        case Repeat(part, least, most):
            highest = least + MORE if most is None else min(most, least + MORE)
            count = random.randint(least, highest)
            return "".join(_text(part, random) for _ in range(count))


def _character(node: Characters, random: Random) -> str:
    if node.negated:
        outside = [
            letter
            for letter in PLAIN
            if not any(low <= ord(letter) <= high for low, high in node.spans)
        ]
        return random.choice(outside) if outside else ""

    low, high = random.choice(node.spans)
    # Of a span without end the characters that everybody can read.
    return chr(random.randint(low, min(high, max(low, 0x7E))))
