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


@dataclass(
    frozen=True,
    kw_only=True,
    slots=True,
)
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
        """The text, in parentheses where it is bound less tightly."""
        if self.power >= power:
            return self.written()
        return f"({self.written()})"

    def opposite(self) -> RedcapCondition:
        """What is true where this is false."""
        if self.operator:
            opposites = [part.opposite() for part in self.parts]
            if self.operator == "and":
                return some(opposites)

            return every(opposites)

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
    flat: dict[RedcapCondition, None] = {}
    for part in parts:
        taken_in = part.parts if part.operator == operator else (part,)
        flat.update(dict.fromkeys(taken_in))

    if deciding in flat:
        return deciding

    flat.pop(idle, None)
    if not flat:
        return idle
    if len(flat) == 1:
        return next(iter(flat))

    return RedcapCondition(operator=operator, parts=tuple(flat))


def compared(left: RedcapValue, operator: str, right: RedcapValue) -> RedcapCondition:
    """``left operator right`` as REDCap decides it.

    Beside a blank, ``<``, ``>`` and their kin are false, and so are their opposites.
    ``<>`` is true there.
    """
    blanks = []
    if operator not in ("=", "<>"):
        for side in (left, right):
            if not side.sure:
                blanks.append(side.known.opposite())

    first = left.within(ADD)
    second = right.within(ADD)
    return RedcapCondition(
        text=f"{first} {operator} {second}",
        other=f"{first} {_REVERSED[operator]} {second}",
        blanks=tuple(blanks),
    )


def not_blank(text: str) -> RedcapCondition:
    return RedcapCondition(text=f"{text} <> ''", other=f"{text} = ''")


@dataclass(
    frozen=True,
    kw_only=True,
    slots=True,
)
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
        """The text, in parentheses where it is bound less tightly."""
        if self.power >= power:
            return self.text
        return f"({self.text})"

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
        known=every([needs, not_blank(text)]),
    )


def constant(text: str, type_: Type, literal: str | None = None) -> RedcapValue:
    """A constant; ``literal`` is its text where ``text`` has quotes."""
    return RedcapValue(
        text=text,
        type=type_,
        sure=True,
        literal=text if literal is None else literal,
    )
