"""The meaning of a rule: few operators, exact types, every name resolved.

The checker makes it from the syntax tree; every back end is a table over ``OPERATORS``
and ``FOLDS`` plus the handful of node classes below. Sugar is gone here: ``between``,
``within``, ``in_unit``, unit formulas, parameters and derivations are written out.

Values are ints for numbers (in 10^-9), seconds for times, str for texts and codes,
bool, frozenset for multiple choices, pairs (low, high) for dates (day numbers as
``date.toordinal``) and SPREAD numbers, ``Duration``, and None for UNKNOWN.

A *frame* is where a name is looked up: frame 0 is the judged form (and row), every
enclosing ``any``, ``sum``, ... adds one for its row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from forms_spec.model.codes import Codelist
from forms_spec.model.fields import Field
from forms_spec.model.values import Duration
from forms_spec.rules.semantics.types import Type

Exact = int | str | bool | frozenset[str]
Interval = tuple[int, int]
RuleValue = Exact | Interval | Duration
Lookup = Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Core:
    """Every node has a type; a CHOICE or CHOICES knows its codelist where there is one."""

    type: Type
    codelist: Codelist | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Constant(Core):
    value: RuleValue | Lookup | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Read(Core):
    """A cell of the form at frame ``depth``: of its row when ``row``, else of the form
    itself.

    ``entered``: what was typed, also while the field is hidden.
    """

    depth: int
    row: bool
    table: str
    field: Field
    entered: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Remote(Core):
    """A cell of another form, looked up from the visit of the form at frame ``depth``.

    ``visit`` is a visit's name, ``previous``, or None: the same visit when the form is
    scheduled there, else the last visit before it where it is, else the first.
    """

    depth: int
    form: str
    visit: str | None
    field: Field
    entered: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Key(Core):
    """``visitid``, ``unsno``, ``rowno``, ``subjid`` or ``siteid`` of the frame at
    ``depth``.
    """

    depth: int
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing(Core):
    """TRUE when the cell holds a missing code (``code``: that one)."""

    cell: Read | Remote
    code: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Apply(Core):
    """An operator of ``OPERATORS``."""

    operator: str
    arguments: tuple[Core, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RowSource:
    """Rows to go over: of a repeating group (``group``), or the instances of a form.

    ``visit`` is ``this`` (the form at frame ``depth``), ``all``, ``previous``, or a
    visit's name.
    """

    table: str
    form: str
    group: bool
    visit: str
    depth: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Fold(Core):
    """An aggregate of ``FOLDS``.

    ``where`` and ``body`` see the row as frame ``depth``. ``place`` is the number of
    the row that ``nth`` looks up, counted from 1, or from the end below 0.
    """

    operator: str
    source: RowSource
    depth: int
    where: Core | None
    body: Core | None
    place: int = 0


NTH = "nth"
"""The one aggregate that is told a place."""
OPERATORS: Mapping[str, str] = MappingProxyType(
    {
        "and": "FALSE when one is FALSE, else UNKNOWN when one is UNKNOWN",
        "or": "TRUE when one is TRUE, else UNKNOWN when one is UNKNOWN",
        "not": "three-valued",
        "eq": "equal, exact values",
        "lt": "less, exact values; texts by code point",
        "le": "less or equal, exact values",
        "span_eq": "equal for every possible pair of two intervals",
        "span_lt": "less for every possible pair",
        "span_le": "less or equal for every possible pair",
        "in": "the first equals one of the others, exact values",
        "add": "sum; only the result is bounded",
        "neg": "the number with the other sign",
        "mul": "product, rounded half away from zero to 9 places",
        "div": "quotient, rounded likewise; UNKNOWN by zero",
        "abs": "size without sign",
        "round": "half away from zero to so many places",
        "least": "smallest exact value",
        "greatest": "largest exact value",
        "point": "an exact number as an interval",
        "settle": "an interval of one number as that number, else UNKNOWN",
        "span_add": "sum of intervals; a side without an end has none in the sum",
        "limit_of": "the number beside a comparator",
        "comparator_of": "the comparator of a number known within limits, = of an exact one",
        "span_neg": "interval with the other sign",
        "span_least": "smallest interval, end by end",
        "span_greatest": "largest interval, end by end",
        "case": "condition, value, condition, value, ..., else",
        "coalesce": "the first that is known",
        "known": "TRUE or FALSE, never UNKNOWN",
        "length": "code points of a text",
        "concat": "texts joined",
        "today": "the day of entry, or the data cut",
        "add_days": (
            "days later; UNKNOWN when not a whole number or outside the years 1 to 9999"
        ),
        "add_months": "calendar months later, clamped to the month's end; UNKNOWN likewise",
        "days_between": "days from the first date to the second",
        "months_between": "completed calendar months from the first date to the second",
        "age_years": (
            "completed years; a birthday on 29 February counts on 1 March in common "
            "years"
        ),
        "minutes_between": "minutes from the first time to the second",
        "date_of": "the day of a date with time",
        "time_of": "the time of a date with time",
        "subset": "every code of the first stands in the second",
        "overlaps": "the two share a code",
        "member": "the code stands among the codes",
        "lookup": "the number that a code stands for; UNKNOWN when it stands for none",
        "sqrt": "the root, to 9 places; UNKNOWN below 0",
        "mod": "what a division leaves, with the sign of the number; UNKNOWN by zero",
        "ln": "natural logarithm, to 9 places; UNKNOWN at and below 0",
        "log": "logarithm to a base, likewise",
        "exp": "e to the power, to 9 places",
        "power": "power, to 9 places; UNKNOWN where it is no real number",
        "median": "the middle one of the known numbers; UNKNOWN when none is known",
        "upper": "a to z as capitals",
        "lower": "A to Z as small letters",
        "trim": "without blanks at the ends",
        "mid": "so many characters from a place; UNKNOWN when none is left",
        "left": "the first characters, likewise",
        "right": "the last characters, likewise",
        "find": (
            "where a text stands in another, 0 where it does not; capitals do not "
            "matter"
        ),
        "replace": "every occurrence of a text replaced by another",
        "contains": "the second text stands in the first; capitals do not matter",
        "starts_with": "the first text begins with the second, likewise",
        "ends_with": "the first text ends with the second, likewise",
        "number_in": "the number that a text says; UNKNOWN when it says none",
        "number_text": "a number as it is written",
        "date_text": "a day as it is written; UNKNOWN unless it is one day",
        "time_text": "a time as it is written",
        "moment_text": "a date with time as it is written",
        "year": "the year of a date; UNKNOWN when it may be several",
        "month": "the month of a date, likewise",
        "day_of_month": "the day of a date, likewise",
        "day_of_week": "1 for Monday to 7 for Sunday, likewise",
        "duration_minus": "the seconds by which the first duration is longer, as an interval",
        "seconds_between": "seconds from the first time to the second",
        "datetime_of": "a day and a time as a date with time",
    }
)

FOLDS: Mapping[str, str] = MappingProxyType(
    {
        "any": "TRUE when the condition holds in a row; FALSE without rows",
        "every": "TRUE when the condition holds in every row, and without rows",
        "count": "rows where the condition holds, an interval when it is UNKNOWN in some",
        "count_distinct": "different known values, an interval likewise",
        "sum": "0 without rows; UNKNOWN when a value or its condition is",
        "min": (
            "smallest exact value; UNKNOWN without rows or when a value or its "
            "condition is"
        ),
        "max": "largest exact value, likewise",
        "span_min": "smallest date, likewise",
        "span_max": "largest date, likewise",
        NTH: (
            "value of the row at a place among those that count, in order; UNKNOWN when "
            "there is none, or a row on the way may count"
        ),
    }
)
