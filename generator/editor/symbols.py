"""What has a name in a dictionary, and every place that names it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from forms_spec.findings.places import TextPlace


class SymbolKind(Enum):
    """What a name stands for; the value is the word for people."""

    FORM = "form"
    GROUP = "group"
    FIELD = "field"
    CODELIST = "codelist"
    VISIT = "visit"
    RULE = "rule"
    DERIVATION = "derivation"
    PARAMETER = "parameter"
    MISSING = "missing code"


RENAMED = frozenset(
    {SymbolKind.FORM, SymbolKind.FIELD, SymbolKind.CODELIST, SymbolKind.VISIT}
)
"""Of which the names may be changed over all files."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Symbol:
    """A named thing. ``owner`` is the table of a field, and the form of a group."""

    kind: SymbolKind
    name: str
    owner: str = ""

    @property
    def words(self) -> str:
        """``field vs.sysbp``"""
        full_name = f"{self.owner}.{self.name}" if self.owner else self.name
        return f"{self.kind.value} {full_name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedPlace:
    """A place where the text names a thing, and nothing but its name.

    ``defines``: it is the thing's own name. ``inside`` says in words what the place
    belongs to, such as a rule; None where that is no expression.
    """

    symbol: Symbol
    place: TextPlace
    defines: bool = False
    inside: str | None = None


class Occurrences:
    """Every occurrence of a dictionary, by file and by symbol."""

    def __init__(self, occurrences: Iterable[NamedPlace]) -> None:
        self._by_file: dict[str, list[NamedPlace]] = {}
        self._by_symbol: dict[Symbol, list[NamedPlace]] = {}
        # A shared key, or an alias of YAML, is read once for each place that uses it.
        for occurrence in dict.fromkeys(occurrences):
            self._by_file.setdefault(occurrence.place.file, []).append(occurrence)
            self._by_symbol.setdefault(occurrence.symbol, []).append(occurrence)

    @property
    def by_symbol(self) -> Mapping[Symbol, list[NamedPlace]]:
        return self._by_symbol

    def at(self, file: str, line: int, column: int) -> NamedPlace | None:
        """What is named at a character; the shortest of the names that are there."""
        around = [
            occurrence
            for occurrence in self._by_file.get(file, ())
            if _holds(occurrence.place, line, column)
        ]
        if not around:
            return None

        return min(around, key=lambda occurrence: _length(occurrence.place))

    def of(self, symbol: Symbol) -> list[NamedPlace]:
        """Every place that names a thing."""
        return self._by_symbol.get(symbol, [])

    def definitions(self, symbol: Symbol) -> Iterator[NamedPlace]:
        """Where a thing is defined; twice in a faulty dictionary."""
        return (occurrence for occurrence in self.of(symbol) if occurrence.defines)

    def readers(self, symbol: Symbol) -> list[str]:
        """The expressions that name a thing, in words, each once."""
        insides = [occurrence.inside for occurrence in self.of(symbol)]
        return list(dict.fromkeys(inside for inside in insides if inside))


def _holds(place: TextPlace, line: int, column: int) -> bool:
    """Whether a character, or the place right behind a name, is part of it."""
    return place.line == line and place.column <= column <= place.end_column


def _length(place: TextPlace) -> int:
    return place.end_column - place.column
