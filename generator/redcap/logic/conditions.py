"""Conditions that are TRUE or FALSE as REDCap has them, written in a language that also
knows UNKNOWN.

A blank makes every comparison of REDCap false (or true, for ``<>``); in our language it
makes it UNKNOWN. An ``Atom`` that is not ``sure`` may be UNKNOWN, and that always means
REDCap's false. ``certain`` writes a condition that is never UNKNOWN. Since atoms stand
under ``and`` and ``or`` only, it is enough to ask once of a whole group of them whether
it is true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Atom:
    """``text`` is the condition; ``asked`` is what it asks about and ``code`` what it
    wants there.

    ``way`` says how: ``=`` for one value, ``has`` for a multiple choice, ``is`` for a
    code of missing data, else empty. ``joined`` is True when ``text`` needs parentheses
    beside ``and``.
    """

    text: str
    sure: bool
    way: str = ""
    asked: str = ""
    code: str = ""
    joined: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Junction:
    """``and`` or ``or`` of several conditions."""

    operator: str
    parts: tuple[Condition, ...]


Condition = Atom | Junction

TRUE = Atom(text="true", sure=True)
FALSE = Atom(text="false", sure=True)


def joined(operator: str, parts: Sequence[Condition]) -> Condition:
    """The parts under one operator, those of the same operator taken in, constants
    worked out.
    """
    flat: list[Condition] = []
    for part in parts:
        flat += (
            part.parts
            if isinstance(part, Junction) and part.operator == operator
            else (part,)
        )

    idle, deciding = (TRUE, FALSE) if operator == "and" else (FALSE, TRUE)
    if deciding in flat:
        return deciding
    flat = [part for part in flat if part != idle]
    if operator == "or":
        flat = _gathered(flat)
    if len(flat) < 2:
        return flat[0] if flat else idle
    return Junction(operator=operator, parts=tuple(flat))


def _gathered(parts: list[Condition]) -> list[Condition]:
    """``x = '1' or x = '2'`` as ``x in ('1', '2')``, where the first of them stands."""
    groups: dict[tuple[str, str], list[str]] = {}
    for part in parts:
        if isinstance(part, Atom) and part.way in ("=", "has"):
            groups.setdefault((part.way, part.asked), []).append(part.code)

    conditions: list[Condition] = []

    for part in parts:
        codes = groups.get((part.way, part.asked)) if isinstance(part, Atom) else None
        if not isinstance(part, Atom) or codes is None:
            conditions.append(part)
        elif codes:
            conditions.append(_either(part, list(dict.fromkeys(codes))))
            codes.clear()

    return conditions


def _either(first: Atom, codes: list[str]) -> Atom:
    if len(codes) == 1:
        return first
    listed = f"({', '.join(codes)})"
    word, way = {"=": ("in", "in"), "has": ("has any", "")}[first.way]

    return Atom(
        text=f"{first.asked} {word} {listed}",
        sure=False,
        way=way,
        asked=first.asked,
        code=listed,
    )


def negated(condition: Condition) -> Atom:
    """The opposite of what REDCap makes of a condition."""
    if condition in (TRUE, FALSE):
        return FALSE if condition == TRUE else TRUE
    if isinstance(condition, Atom) and not condition.sure:
        if condition.way == "=":
            return Atom(text=f"{condition.asked} is not {condition.code}", sure=True)
        if condition.way == "in":
            return Atom(text=f"{condition.asked} is not in {condition.code}", sure=True)
        return Atom(text=f"({condition.text}) is not true", sure=True)

    if isinstance(condition, Atom) and condition.way == "is":
        return _turned(condition)
    if (
        isinstance(condition, Atom)
        and condition.text.endswith(" is known")
        and "(" not in condition.text
    ):
        return Atom(text=f"{condition.text.removesuffix('known')}not known", sure=True)

    if isinstance(condition, Atom) and condition.text.endswith(" is not known"):
        return Atom(text=f"{condition.text.removesuffix('not known')}known", sure=True)
    return Atom(text=f"not ({certain(condition)})", sure=True)


def _turned(asked: Atom) -> Atom:
    """``x is missing('ND')`` as ``x is not missing('ND')``, and back."""
    field, _, state = asked.text.partition(" is ")
    state = state.removeprefix("not ") if state.startswith("not ") else f"not {state}"
    return Atom(text=f"{field} is {state}", sure=True, way="is")


def certain(condition: Condition) -> str:
    """The condition as a text that is never UNKNOWN."""
    if isinstance(condition, Atom):
        if condition.sure:
            return condition.text
        if condition.way in ("=", "in"):
            within = "in " if condition.way == "in" else ""
            return f"{condition.asked} is {within}{condition.code}"

        return f"({condition.text}) is true"

    if _askable(condition):
        return f" {condition.operator} ".join(
            _bracketed(certain(part), part, condition.operator)
            for part in condition.parts
        )

    return f"({plain(condition)}) is true"


def plain(condition: Condition) -> str:
    """The condition as a text that may be UNKNOWN where REDCap says false."""
    if isinstance(condition, Atom):
        return condition.text
    return f" {condition.operator} ".join(
        _bracketed(plain(part), part, condition.operator) for part in condition.parts
    )


def _askable(condition: Condition) -> bool:
    """True when every comparison below has a short certain form of its own."""
    if isinstance(condition, Atom):
        return condition.sure or condition.way in ("=", "in")
    return all(_askable(part) for part in condition.parts)


def _bracketed(text: str, part: Condition, operator: str) -> str:
    if isinstance(part, Junction) and operator == "and" and part.operator == "or":
        return f"({text})"
    return f"({text})" if isinstance(part, Atom) and part.joined else text
