"""What our language says as REDCap says it: values and conditions, with what has to be
known for them.

REDCap's conditions are true or false, so each has an opposite. Ours may be UNKNOWN
besides: a condition of ours becomes one that is true where ours is TRUE, and another
that is true where ours is FALSE.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from forms_spec.model.fields import Field
from forms_spec.rules.semantics.types import Type

OR, AND, COMPARE, ADD, MULTIPLY, ATOM = range(1, 7)
_REVERSED = {"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@dataclass(frozen=True, kw_only=True, slots=True)
class RedcapCondition:
    """A condition of REDCap: ``parts`` under one ``operator``, or a text with its
    opposite.

    ``blanks`` are true where an operand is blank or missing, which makes both the text
    and ``other`` false.
    """

    text: str = ""
    other: str = ""
    blanks: tuple[RedcapCondition, ...] = ()
    operator: str = ""
    parts: tuple[RedcapCondition, ...] = ()

    @property
    def power(self) -> int:
        return {"and": AND, "or": OR}.get(self.operator, COMPARE)

    def written(self) -> str:
        """The condition as text."""
        if not self.operator:
            return self.text
        return f" {self.operator} ".join(part.within(self.power) for part in self.parts)

    def within(self, power: int) -> str:
        return self.written() if self.power >= power else f"({self.written()})"

    def opposite(self) -> RedcapCondition:
        """What is true where this is false."""
        if self.operator:
            turned = [part.opposite() for part in self.parts]
            return some(turned) if self.operator == "and" else every(turned)

        plain = replace(self, text=self.other, other=self.text)
        return some([plain, *self.blanks])


TRUE = RedcapCondition(text="1 = 1", other="1 = 0")
FALSE = RedcapCondition(text="1 = 0", other="1 = 1")


def every(parts: Iterable[RedcapCondition]) -> RedcapCondition:
    return _joined("and", parts, TRUE, FALSE)


def some(parts: Iterable[RedcapCondition]) -> RedcapCondition:
    return _joined("or", parts, FALSE, TRUE)


def _joined(
    operator: str,
    parts: Iterable[RedcapCondition],
    idle: RedcapCondition,
    deciding: RedcapCondition,
) -> RedcapCondition:
    """Each part once, in its order, those of the same operator taken in."""
    results: list[RedcapCondition] = []
    for part in parts:
        results += part.parts if part.operator == operator else (part,)
    results = [part for part in dict.fromkeys(results) if part != idle]
    if deciding in results:
        return deciding
    if len(results) < 2:
        return results[0] if results else idle
    return RedcapCondition(operator=operator, parts=tuple(results))


def test(text: str, other: str) -> RedcapCondition:
    """A condition that is true or false, and how its opposite is written."""
    return RedcapCondition(text=text, other=other)


def compared(left: RedcapValue, operator: str, right: RedcapValue) -> RedcapCondition:
    """``left operator right``; ``<``, ``>`` and their kin are false beside a blank,
    ``<>`` is true.
    """
    item, two = left.within(ADD), right.within(ADD)
    ordered = (
        []
        if operator in ("=", "<>")
        else [side for side in (left, right) if not side.sure]
    )
    blanks = tuple(side.known.opposite() for side in ordered)

    return RedcapCondition(
        text=f"{item} {operator} {two}",
        other=f"{item} {_REVERSED[operator]} {two}",
        blanks=blanks,
    )


def given(text: str) -> RedcapCondition:
    return RedcapCondition(text=f"{text} <> ''", other=f"{text} = ''")


@dataclass(frozen=True, kw_only=True, slots=True)
class RedcapValue:
    """A value of REDCap's, how tightly its text is bound, and its type in our language.

    ``known`` is true where ours is known. REDCap's value is ours where it is, and blank
    where it is not, but for what ``needs`` says: where that is false ours is UNKNOWN,
    and REDCap's may be anything. ``sure``: the text is never blank. ``field`` is the
    field that it reads, ``literal`` the text of a constant. ``numbers``: a text or a
    code that is read as a number, which REDCap does only beside a number.
    """

    text: str
    type: Type
    power: int = ATOM
    known: RedcapCondition = TRUE
    needs: RedcapCondition = TRUE
    sure: bool = False
    field: Field | None = None
    literal: str | None = None
    numbers: bool = False

    def within(self, power: int) -> str:
        return self.text if self.power >= power else f"({self.text})"

    def guarded(self) -> str:
        """The text, blank wherever ours is UNKNOWN."""
        if self.needs == TRUE:
            return self.text
        return f"if({self.needs.opposite().written()}, '', {self.text})"


def computed(
    text: str,
    parts: Iterable[RedcapValue],
    power: int = ATOM,
    type_: Type = Type.NUMBER,
) -> RedcapValue:
    """A result that is blank where one of its parts is."""
    needs = every(part.needs for part in parts)
    return RedcapValue(
        text=text,
        type=type_,
        power=power,
        needs=needs,
        known=every([needs, given(text)]),
    )


def constant(text: str, type_: Type, literal: str | None = None) -> RedcapValue:
    return RedcapValue(
        text=text,
        type=type_,
        sure=True,
        literal=literal if literal is not None else text,
    )
