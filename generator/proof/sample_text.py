"""A text that a pattern matches."""

from __future__ import annotations

from forms_spec.kinds.pattern_tree import (
    Alternatives,
    Characters,
    Node,
    Repeat,
    Sequence,
    positive,
)

PREFERRED = "A1a"


def matching_text(node: Node, wanted: int) -> str:
    """A short text that matches; as long as wanted where repeating makes it so."""
    text = _text(node, 0)
    for more in range(1, wanted + 1):
        if len(text) >= wanted:
            break
        text = _text(node, more)

    return text


def _text(node: Node, more: int) -> str:
    """The text with each part repeated so many times more than it has to be."""
    match node:
        case Characters():
            return _character(node)
        case Sequence(parts):
            return "".join(_text(part, more) for part in parts)
        case Alternatives(branches):
            return _text(branches[0], more)
        case Repeat(part, least, most):
            count = least + more if most is None else min(least + more, most)
            return _text(part, more) * count


def _character(node: Characters) -> str:
    spans = positive(node)
    for letter in PREFERRED:
        if any(low <= ord(letter) <= high for low, high in spans):
            return letter

    return chr(spans[0][0])
