"""Conditions of the source, written in the rule language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.nacc.domains import Domain, codes_within, is_whole_span
from benchmarks.nacc.logic import opposite
from benchmarks.nacc.syntax import (
    Among,
    Blank,
    Comparison,
    Condition,
    Day,
    Either,
    Every,
    Number,
    Size,
    Sum,
    Term,
    ThisYear,
    UnreadableError,
    Variable,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a variable is: its form, its field, and its domain."""

    form: str
    field: str
    domain: Domain


@dataclass(frozen=True, slots=True)
class Scope:
    """The names of one form, and whether ``ne`` is also true of a blank."""

    form: str
    places: Mapping[str, Place]
    blank_differs: bool = True

    def write(self, condition: Condition) -> str:
        """The condition in the rule language.

        Raises ``UnreadableError`` for what the language does not have.
        """
        match condition:
            case Every(parts):
                return " and ".join(self._inner(part) for part in parts)
            case Either(parts):
                return " or ".join(self._inner(part) for part in parts)
            case Blank(variable, answered):
                return f"{self._name(variable)} is {'' if answered else 'not '}known"
            case Among():
                return self._among(condition)
            case Comparison():
                return self._comparison(condition)

    def _inner(self, condition: Condition) -> str:
        text = self.write(condition)
        return f"({text})" if isinstance(condition, Every | Either) else text

    def _place(self, variable: Variable) -> Place:
        place = self.places.get(variable.name)
        if place is None:
            raise UnreadableError("a variable of several forms")
        return place

    def _name(self, variable: Variable) -> str:
        place = self._place(variable)
        if variable.earlier:
            return f"{place.form}[previous].{place.field}"
        return place.field if place.form == self.form else f"{place.form}.{place.field}"

    def _among(self, condition: Among) -> str:
        place = self._place(condition.variable)
        if place.domain.is_choice:
            return self._codes(condition, place.domain)
        if place.domain.kind == "date":
            raise UnreadableError("a date compared with a number")
        name = self._name(condition.variable)
        quote = "'" if place.domain.kind == "text" else ""
        singles = [
            f"{quote}{low}{quote}" for low, high in condition.spans if low == high
        ]
        spans = [(low, high) for low, high in condition.spans if low != high]
        if spans and quote:
            raise UnreadableError("a text compared with numbers")
        parts = [f"{name} between {low} and {high}" for low, high in spans]
        if len(singles) == 1:
            parts.append(f"{name} = {singles[0]}")
        elif singles:
            parts.append(f"{name} in ({', '.join(singles)})")
        return self._denied(condition, " or ".join(parts), len(parts) > 1)

    def _codes(self, condition: Among, domain: Domain) -> str:
        """As codes, or as a number where the question does not have all the codes."""
        name = self._name(condition.variable)
        codes: list[str] = []
        for low, high in condition.spans:
            if not is_whole_span(domain.codes, low, high):
                return self._as_numbers(condition, name)
            codes += codes_within(domain.codes, low, high)
        listed = ", ".join(f"'{code}'" for code in codes)
        text = f"{name} = {listed}" if len(codes) == 1 else f"{name} in ({listed})"
        return self._denied(condition, text, several=False)

    def _as_numbers(self, condition: Among, name: str) -> str:
        parts = [
            f"number_of({name}) = {_plain(low)}"
            if low == high
            else f"number_of({name}) between {_plain(low)} and {_plain(high)}"
            for low, high in condition.spans
        ]
        return self._denied(condition, " or ".join(parts), len(parts) > 1)

    def _denied(self, condition: Among, text: str, several: bool) -> str:
        if not condition.outside:
            return f"({text})" if several else text
        if self.blank_differs:
            return f"({text}) is not true"
        return f"not ({text})"

    def _comparison(self, condition: Comparison) -> str:
        left = self._term(condition.left)
        right = self._term(condition.right)
        text = f"{left} {condition.sign} {right}"
        kinds = {self._kind(condition.left), self._kind(condition.right)}
        if len(kinds) > 1:
            raise UnreadableError(f"a comparison of {' and '.join(sorted(kinds))}")
        if condition.sign == "<>" and self.blank_differs:
            return f"({left} = {right}) is not true"
        return text

    def _kind(self, term: Term) -> str:
        match term:
            case Variable():
                kind = self._place(term).domain.kind
                return kind if kind in ("date", "text") else "number"
            case Day():
                return "date"
            case _:
                return "number"

    def _term(self, term: Term) -> str:
        match term:
            case Variable():
                name = self._name(term)
                choice = self._place(term).domain.is_choice
                return f"number_of({name})" if choice else name
            case Number(text):
                return _plain(text)
            case Day(text):
                return text
            case ThisYear():
                return "year(today)"
            case Size(inner):
                return f"abs({self._number(inner)})"
            case Sum(left, sign, right):
                return f"({self._number(left)} {sign} {self._number(right)})"

    def _number(self, term: Term) -> str:
        if self._kind(term) != "number":
            raise UnreadableError("arithmetic with a date or a text")
        return self._term(term)


def _plain(number: str) -> str:
    """Without leading zeros, which the rule language does not have."""
    whole, point, places = number.partition(".")
    return f"{int(whole)}{point}{places}"


def as_rule(condition: Condition) -> tuple[Condition | None, Condition]:
    """When a rule applies and what must hold then, of a condition that is a fault.

    A text of several conditions reads as "if these, then not that".
    """
    if not isinstance(condition, Every):
        return None, opposite(condition)
    *before, last = condition.parts
    applies = before[0] if len(before) == 1 else Every(tuple(before))
    return applies, opposite(last)
