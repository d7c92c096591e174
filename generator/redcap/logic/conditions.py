"""Conditions that are TRUE or FALSE as REDCap has them, written in a language that also
knows UNKNOWN.

A blank makes every comparison of REDCap false (or true, for ``<>``). In our language it
makes it UNKNOWN. An ``Atom`` that is not ``sure`` may be UNKNOWN, and that always means
REDCap's false. ``certain`` writes a condition that is never UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeGuard


@dataclass(
    frozen=True,
    kw_only=True,
    slots=True,
)
class Atom:
    """A condition without ``and`` or ``or``, as the ``text`` of our rule language.

    Where the text is taken apart again, ``operator`` is ``=`` for one value, ``in`` for
    several, ``has`` for a multiple choice and ``is`` for a code of missing data.
    ``operand`` is then the left side and ``code`` the right side.
    """

    text: str
    sure: bool
    operator: str = ""
    operand: str = ""
    code: str = ""


@dataclass(
    frozen=True,
    kw_only=True,
    slots=True,
)
class Junction:
    """``and`` or ``or`` of several conditions."""

    operator: str
    parts: tuple[Condition, ...]


Condition = Atom | Junction

TRUE = Atom(text="true", sure=True)
FALSE = Atom(text="false", sure=True)


def joined(operator: str, parts: Sequence[Condition]) -> Condition:
    """The parts under one operator, as simple as it gets.

    Parts of the same operator are taken in, and constants are worked out.
    """
    idle, deciding = (TRUE, FALSE) if operator == "and" else (FALSE, TRUE)
    flat = _flattened(operator, parts)
    if deciding in flat:
        return deciding

    kept = [part for part in flat if part != idle]
    # Only `or` has a shorter form: `in (...)` and `has any (...)`.
    if operator == "or":
        kept = _gathered(kept)

    if not kept:
        return idle
    if len(kept) == 1:
        return kept[0]

    return Junction(operator=operator, parts=tuple(kept))


def _flattened(operator: str, parts: Sequence[Condition]) -> list[Condition]:
    flat: list[Condition] = []
    for part in parts:
        if isinstance(part, Junction) and part.operator == operator:
            flat += part.parts
        else:
            flat.append(part)

    return flat


def _gathered(parts: list[Condition]) -> list[Condition]:
    """``x = '1' or x = '2'`` as ``x in ('1', '2')``, in the place of the first of them."""
    groups: dict[tuple[str, str], list[str]] = {}
    for part in parts:
        if _is_of_code(part):
            groups.setdefault((part.operator, part.operand), []).append(part.code)

    conditions: list[Condition] = []
    for part in parts:
        if not _is_of_code(part):
            conditions.append(part)
            continue

        # The first of a group takes all codes with it, so the others find none.
        codes = groups.pop((part.operator, part.operand), None)
        if codes is not None:
            conditions.append(_any_of(part, list(dict.fromkeys(codes))))

    return conditions


def _is_of_code(condition: Condition) -> TypeGuard[Atom]:
    """Whether a condition compares something with one code."""
    if not isinstance(condition, Atom):
        return False

    return condition.operator in ("=", "has")


def _any_of(first: Atom, codes: list[str]) -> Atom:
    """``first`` for all of the codes of its group."""
    if len(codes) == 1:
        return first

    listed = f"({', '.join(codes)})"
    if first.operator == "has":
        text = f"{first.operand} has any {listed}"
        operator = ""
    else:
        text = f"{first.operand} in {listed}"
        operator = "in"

    return Atom(
        text=text,
        sure=False,
        operator=operator,
        operand=first.operand,
        code=listed,
    )


def negated(condition: Condition) -> Atom:
    """The opposite of what REDCap makes of a condition. It is never UNKNOWN."""
    if condition == TRUE:
        return FALSE
    if condition == FALSE:
        return TRUE

    if isinstance(condition, Junction):
        return Atom(text=f"not ({certain(condition)})", sure=True)
    if not condition.sure:
        return Atom(text=_not_true(condition), sure=True)
    if condition.operator == "is":
        return _turned(condition)

    # Behind a parenthesis the words may belong to a part of the condition only.
    text = condition.text
    if text.endswith(" is known") and "(" not in text:
        return Atom(text=f"{text.removesuffix('known')}not known", sure=True)
    if text.endswith(" is not known"):
        return Atom(text=f"{text.removesuffix('not known')}known", sure=True)

    return Atom(text=f"not ({text})", sure=True)


def _not_true(atom: Atom) -> str:
    """The text that is true where an atom is FALSE or UNKNOWN."""
    if atom.operator == "=":
        return f"{atom.operand} is not {atom.code}"
    if atom.operator == "in":
        return f"{atom.operand} is not in {atom.code}"

    return f"({atom.text}) is not true"


def _turned(atom: Atom) -> Atom:
    """``x is missing('ND')`` as ``x is not missing('ND')``, and back."""
    field, _, state = atom.text.partition(" is ")
    other = f"not {state}"
    if state.startswith("not "):
        other = state.removeprefix("not ")

    return Atom(
        text=f"{field} is {other}",
        sure=True,
        operator="is",
    )


def certain(condition: Condition) -> str:
    """The condition as a text that is never UNKNOWN."""
    if isinstance(condition, Atom):
        return _certain_atom(condition)
    if _has_short_forms(condition):
        parts = [(part, certain(part)) for part in condition.parts]
        return _written(condition.operator, parts)

    # Atoms stand under `and` and `or` only, where UNKNOWN never becomes TRUE by a
    # detour: to ask once of the whole whether it is true is enough.
    return f"({_uncertain(condition)}) is true"


def _certain_atom(atom: Atom) -> str:
    if atom.sure:
        return atom.text

    # `is` instead of `=` is never UNKNOWN, and shorter than to ask whether it is true.
    if atom.operator == "=":
        return f"{atom.operand} is {atom.code}"
    if atom.operator == "in":
        return f"{atom.operand} is in {atom.code}"

    return f"({atom.text}) is true"


def _uncertain(condition: Condition) -> str:
    """The condition as a text that may be UNKNOWN where REDCap says false."""
    if isinstance(condition, Atom):
        return condition.text

    parts = [(part, _uncertain(part)) for part in condition.parts]
    return _written(condition.operator, parts)


def _has_short_forms(condition: Condition) -> bool:
    """True when every comparison below has a short certain form of its own."""
    if isinstance(condition, Junction):
        return all(map(_has_short_forms, condition.parts))

    if condition.sure:
        return True

    # `x is 1` and `x is in (1, 2)`.
    return condition.operator in ("=", "in")


def _written(operator: str, parts: Sequence[tuple[Condition, str]]) -> str:
    """Parts with their texts under one operator; an ``or`` needs parentheses in an
    ``and``.
    """
    texts = []
    for part, text in parts:
        is_or = isinstance(part, Junction) and part.operator == "or"
        if is_or and operator == "and":
            texts.append(f"({text})")
        else:
            texts.append(text)

    return f" {operator} ".join(texts)
