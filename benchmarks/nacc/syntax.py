"""What a logic text says: conditions over variables, with the words of the source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Condition: TypeAlias = "Blank | Among | Comparison | Every | Either"
Term: TypeAlias = "Variable | Number | Day | Sum | Size | ThisYear"


class UnreadableError(Exception):
    """A text that says nothing certain. ``reason`` is one of a few, so that it counts."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of this visit, or of the one before."""

    name: str
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class Day:
    """A date in ISO 8601."""

    text: str


@dataclass(frozen=True, slots=True)
class ThisYear:
    """The year of entry."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Two terms and ``+``, ``-``, ``*`` or ``/`` between them."""

    left: Term
    sign: str
    right: Term


@dataclass(frozen=True, slots=True)
class Size:
    """A term without its sign."""

    term: Term


@dataclass(frozen=True, slots=True)
class Blank:
    """Whether a variable has no answer."""

    variable: Variable
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Among:
    """Whether a variable is one of the numbers, each with its first and its last."""

    variable: Variable
    spans: tuple[tuple[str, str], ...]
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two terms and ``=``, ``<>``, ``<``, ``<=``, ``>`` or ``>=`` between them."""

    left: Term
    sign: str
    right: Term


@dataclass(frozen=True, slots=True)
class Every:
    """All of these hold."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of these holds."""

    parts: tuple[Condition, ...]


def variables_of(node: Condition | Term) -> frozenset[str]:
    """The names of all variables of this visit that are read."""
    match node:
        case Variable(name, earlier):
            return frozenset() if earlier else frozenset({name})
        case Blank(variable) | Among(variable):
            return variables_of(variable)
        case Size(term):
            return variables_of(term)
        case Comparison(left, _, right) | Sum(left, _, right):
            return variables_of(left) | variables_of(right)
        case Every(parts) | Either(parts):
            return frozenset().union(*map(variables_of, parts))
        case _:
            return frozenset()
