"""The cells of a record: whether there is an answer, which, and what may stand there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from forms_spec.findings.finding import Severity
from forms_spec.kinds.pattern_tree import longest_match, parse_pattern
from forms_spec.kinds.text import longest_text
from forms_spec.model.facets import ProtocolCheck
from forms_spec.model.fields import Field
from forms_spec.rules.semantics.calendar import LAST_DAY
from forms_spec.rules.semantics.types import Type, type_of
from generator.heavy_libraries import z3
from generator.proof.logic import (
    TRUE,
    Bool,
    ThreeValued,
    conj,
    disj,
    implies,
    neg,
)
from generator.proof.places import Occurrence, RowPlace
from generator.proof.values import (
    ANYWHERE,
    BOUND,
    GRID,
    DurationTerms,
    Hull,
    Interval,
    Members,
    Scalar,
    Term,
    number,
    real,
)
from generator.proof.world import FIRST_DAY, SubjectWorld

Demand = Callable[[Bool], None]
DAY_SECONDS = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class CellPlace:
    """A cell: the form, its row, the table and the field."""

    form: Occurrence
    row: RowPlace
    table: str
    field: str

    def __str__(self) -> str:
        row = f"#{self.row[1]}" if self.row else ""
        return f"{self.form}.{self.table}{row}.{self.field}"


@dataclass(kw_only=True, slots=True)
class Cell:
    """A cell as terms.

    ``given``: an answer was entered, whether it is shown or not; ``typed`` is that
    answer. ``seen`` is what rules read. ``missing`` says which reason stands in its
    place.
    """

    place: CellPlace
    field: Field
    given: Any
    typed: Term
    missing: Mapping[str, Any]
    shown: ThreeValued = TRUE
    seen: Term


def step_of(item: Field) -> Fraction:
    """The distance between two neighbouring answers."""
    if item.kind.name == "integer":
        return Fraction(1)
    if item.places is None:
        return GRID

    return Fraction(1, 10**item.places)


class AnswerMaker:
    """Makes the answer of a field: its terms, and what its grammar demands of them."""

    def __init__(self, world: SubjectWorld, place: CellPlace, item: Field) -> None:
        self.world = world
        self.name = str(place)
        self.field = item
        self.given = z3.Bool(f"{self.name} given")

    def demand(self, condition: Bool) -> None:
        """What holds of every answer that is accepted."""
        self.world.blocks.demand(implies(self.given, condition))

    def answer(self) -> Term:
        return _ANSWERS[self.field.kind.name](self)

    def _whole(self, mark: str = "") -> Any:
        return z3.Int(f"{self.name}{mark}")

    def text(self) -> Term:
        value = self._whole()
        length = self.world.call("length", (value,), z3.IntSort())
        least, most = text_lengths(self.field)
        self.demand(length >= least)
        if most is not None:
            self.demand(length <= most)

        return Scalar(known=self.given, value=value)

    def number(self) -> Term:
        """A whole number of steps; without places only a number."""
        step = step_of(self.field)
        if step == GRID:
            value = z3.Real(self.name)
            self.demand(conj((value > number(-BOUND), value < number(BOUND))))
            return Scalar(known=self.given, value=value, hull=ANYWHERE)

        steps = self._whole()
        most = int(BOUND / step)
        self.demand(conj((steps > -most, steps < most)))
        value = steps if step == 1 else real(steps) / number(1 / step)
        return Scalar(known=self.given, value=value, hull=ANYWHERE, step=step)

    def bounded_number(self) -> Term:
        """A number, or every number on one side of it."""
        low, high = z3.Real(f"{self.name} low"), z3.Real(f"{self.name} high")
        if not self.field.comparators:
            self.demand(conj((low > number(-BOUND), low < number(BOUND))))
            return Interval(known=self.given, low=low, high=low)

        below, above = low == number(-BOUND), high == number(BOUND)
        self.demand(disj((low == high, below, above)))
        self.demand(neg(conj((below, above))))
        self.demand(conj((low <= high, low >= number(-BOUND), high <= number(BOUND))))
        return Interval(known=self.given, low=low, high=high)

    def boolean(self) -> Term:
        value = z3.Bool(self.name)
        return ThreeValued(conj((self.given, value)), conj((self.given, neg(value))))

    def day(self) -> Term:
        value = self._whole()
        self.demand(conj((value >= FIRST_DAY, value <= LAST_DAY)))
        return Interval(known=self.given, low=value, high=value)

    def part_of_year(self) -> Term:
        """A day, a month or a year. Which days begin them is left open."""
        low, high = self._whole(" low"), self._whole(" high")
        self.demand(conj((low >= FIRST_DAY, high <= LAST_DAY)))
        more = high - low
        month = conj((more >= 27, more <= 30))
        self.demand(disj((more == 0, month, more == 364, more == 365)))
        return Interval(known=self.given, low=low, high=high)

    def clock(self) -> Term:
        value = self._whole()
        self.demand(conj((value >= 0, value < DAY_SECONDS)))
        if not self.field.seconds:
            self.demand(value % 60 == 0)

        return Scalar(known=self.given, value=value)

    def moment(self) -> Term:
        value = self._whole()
        last = (LAST_DAY + 1) * DAY_SECONDS
        self.demand(conj((value >= FIRST_DAY * DAY_SECONDS, value < last)))
        if not self.field.seconds:
            self.demand(value % 60 == 0)

        return Scalar(known=self.given, value=value)

    def duration(self) -> Term:
        months, seconds = self._whole(" months"), self._whole(" seconds")
        self.demand(conj((months >= 0, seconds >= 0)))
        return DurationTerms(known=self.given, months=months, seconds=seconds)

    def choice(self) -> Term:
        value = self._whole()
        codes = self.field.codelist
        self.demand(self.world.among(value, codes.by_code if codes else ()))
        return Scalar(known=self.given, value=value)

    def choices(self) -> Term:
        codes = self.field.codelist.codes if self.field.codelist else ()
        members = {code.code: z3.Bool(f"{self.name} has {code.code}") for code in codes}
        self.demand(disj(members.values()))
        most = self.field.max_choices
        if most is not None:
            self.demand(z3.PbLe([(has, 1) for has in members.values()], most))
        for code in codes:
            if code.exclusive:
                others = [has for name, has in members.items() if name != code.code]
                self.demand(implies(members[code.code], neg(disj(others))))

        return Members(known=self.given, codes=members)

    def file(self) -> Term:
        return Scalar(known=self.given, value=self._whole())


_ANSWERS: Mapping[str, Callable[[AnswerMaker], Term]] = MappingProxyType(
    {
        "text": AnswerMaker.text,
        "integer": AnswerMaker.number,
        "decimal": AnswerMaker.number,
        "bounded": AnswerMaker.bounded_number,
        "boolean": AnswerMaker.boolean,
        "date": AnswerMaker.day,
        "partial_date": AnswerMaker.part_of_year,
        "time": AnswerMaker.clock,
        "datetime": AnswerMaker.moment,
        "duration": AnswerMaker.duration,
        "choice": AnswerMaker.choice,
        "choices": AnswerMaker.choices,
        "file": AnswerMaker.file,
    }
)


def text_lengths(item: Field) -> tuple[int, int | None]:
    """The fewest and the most characters of a text that the field accepts."""
    most = longest_text(item)
    if item.pattern is not None:
        matched = longest_match(parse_pattern(item.pattern.expression))
        if matched is not None:
            most = matched if most is None else min(most, matched)

    return max(item.min_length or 0, 1), most


def constant_hull(item: Field) -> Hull | None:
    """Between which numbers the range of a field lies, where its ends are numbers and a
    breach refuses the form; None where nothing is sure.
    """
    limits = item.ranges.get(None)
    if limits is None or item.unit_choices or type_of(item) is not Type.NUMBER:
        return None

    low, high = ANYWHERE
    for end, side in ((limits.low, "below"), (limits.high, "above")):
        if end is None or not refuses(item, side):
            continue
        literal = getattr(end.tree, "value", None)
        if getattr(end.tree, "kind", "") != "number" or literal is None:
            continue
        if side == "below":
            low = Fraction(literal)
        else:
            high = Fraction(literal)

    return low, high


def refuses(item: Field, side: str) -> bool:
    """Whether a value beyond an end of the range refuses the form."""
    return is_refusal(item.checks, f"{side}-range")


def is_refusal(checks: Mapping[str, ProtocolCheck], code: str) -> bool:
    """Whether a finding errors a form, which a protocol check may say otherwise."""
    check = checks.get(code)
    return check is None or check.severity in (None, Severity.ERROR)
