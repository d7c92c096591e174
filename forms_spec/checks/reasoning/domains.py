"""The values that fields, keys and formulas can have in a complete form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from types import MappingProxyType
from typing import Final

from forms_spec.checks.constants import constant, home_of_field, span
from forms_spec.checks.reasoning.value_sets import (
    ALL_NUMBERS,
    ALL_WORDS,
    EITHER,
    FAR,
    CodeSet,
    Spans,
    ValueSet,
    at_least,
    at_most,
)
from forms_spec.findings.finding import Severity
from forms_spec.model.facets import Range
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rule_syntax.limits import FRACTION_DIGITS, SCALE
from forms_spec.rule_syntax.syntax_tree import Literal
from forms_spec.rules import type_of
from forms_spec.rules.semantics.numbers import scaled
from forms_spec.rules.semantics.resolved import (
    Apply,
    Constant,
    Core,
    Fold,
    Interval,
    Key,
    Read,
    Remote,
)
from forms_spec.rules.semantics.resolver import resolve
from forms_spec.rules.semantics.types import Type

NUMBERS: Final = frozenset({Type.NUMBER, Type.SPREAD})
MOMENTS: Final = frozenset({Type.DATE, Type.TIME, Type.DATETIME})
WORDS: Final = frozenset({Type.TEXT, Type.CHOICE})
DAY: Final = Spans(((0, 24 * 60 * 60 - 1),))
WRAPPERS: Final = frozenset({"point", "settle"})
"""Operators that only say otherwise how well a number is known."""

SELECTIONS: Final = frozenset({"case", "coalesce"})
"""Operators that give the value of an argument, unchanged."""

ENDS: Final = ("below-range", "above-range")


def bare(core: Core) -> Core:
    """A value without what only says how well it is known."""
    while isinstance(core, Apply):
        if core.operator not in WRAPPERS:
            break

        core = core.arguments[0]

    return core


def step_of(core: Core) -> int:
    """The distance between two neighbouring values: 1 where nothing is said."""
    is_number = core.type is Type.NUMBER
    # The steps of what is computed are not followed.
    if is_number and isinstance(core, Read | Remote):
        return _step(core.field)

    return 1


def _step(field: Field) -> int:
    kind, places = field.kind.name, field.places
    if kind == "integer":
        return SCALE
    # A decimal without places may have any fraction.
    if kind == "decimal" and places is not None:
        return int(10 ** (FRACTION_DIGITS - places))

    return 1


class Domains:
    """The values of the fields of one study, each worked out once."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self._fields: dict[int, ValueSet] = {}
        self._visits: dict[str, CodeSet] = {}

    def of_field(self, field: Field) -> ValueSet:
        values = self._fields.get(id(field))
        if values is None:
            # A formula that leads back to its own field says nothing of it.
            self._fields[id(field)] = _everything(type_of(field))
            values = self._of_field(field)
            self._fields[id(field)] = values

        return values

    def _of_field(self, field: Field) -> ValueSet:
        type_ = type_of(field)
        if type_ is Type.CONDITION:
            return EITHER
        if type_ in WORDS:
            return self._words_of_field(field)
        # A number with a comparator may be any number beyond it.
        if type_ is Type.SPREAD:
            return _everything(type_)
        if type_ not in NUMBERS | MOMENTS:
            return _everything(type_)

        values = self.given(field)
        hard = self.hard_range(field)
        if hard is None:
            return values

        return values.meet(hard)

    def _words_of_field(self, field: Field) -> ValueSet:
        if field.codelist is None:
            return ALL_WORDS

        return CodeSet(frozenset(field.codelist.by_code))

    def given(self, field: Field) -> Spans:
        """The numbers that a field may hold, whatever its range says."""
        type_ = type_of(field)
        if type_ is Type.TIME:
            return DAY
        if type_ is not Type.NUMBER or field.value is None:
            return ALL_NUMBERS

        low, high = self.of_formula(field)
        step = _step(field)
        # Half a step more to both sides, since the result is rounded.
        return at_least(low - step // 2, step).meet(at_most(high + step // 2, step))

    def of_formula(self, field: Field) -> Interval:
        """Between which numbers the formula of a field lies."""
        home = home_of_field(field, self.study)
        if home is None or field.value is None:
            return -FAR, FAR

        resolved = resolve(
            field.value, self.study, home, type_of(field), field.codelist
        )
        if resolved.findings:
            return -FAR, FAR

        return self.hull(resolved.core)

    def words_of_formula(self, field: Field) -> tuple[CodeSet, bool] | None:
        """The texts that the formula of a field may give; None where it has faults.

        The second part says whether it surely gives each of them for some answer.
        """
        home = home_of_field(field, self.study)
        if home is None or field.value is None:
            return None

        resolved = resolve(
            field.value, self.study, home, type_of(field), field.codelist
        )
        if resolved.findings:
            return None

        # A condition may have left out some answers of the field that is taken.
        return self._words(resolved.core), isinstance(resolved.core, Read | Remote)

    def hard_range(self, field: Field) -> Spans | None:
        """The range whose breach refuses a form, in the steps of the field; None
        without one.
        """
        limits = field.ranges.get(None)
        # Where the unit is chosen, each unit has a range of its own.
        if limits is None or field.unit_choices:
            return None

        is_number = type_of(field) is Type.NUMBER
        step = _step(field) if is_number else 1
        low, high = self._ends(field, limits)
        values = ALL_NUMBERS

        # An open end begins one smallest fraction further inside.
        if low is not None and _is_hard(field, ENDS[0]):
            values = values.meet(at_least(low + limits.low_open, step))

        if high is not None and _is_hard(field, ENDS[1]):
            values = values.meet(at_most(high - limits.high_open, step))

        return values

    def is_reversed(self, field: Field) -> bool:
        """Whether the two ends of the range leave no number at all between them."""
        limits = field.ranges[None]
        low, high = self._ends(field, limits)
        if low is None or high is None:
            return False
        if low != high:
            return low > high

        # ``[5, 5]`` holds one number, ``[5, 5)`` none.
        return limits.low_open or limits.high_open

    def _ends(self, field: Field, limits: Range) -> tuple[int | None, int | None]:
        """The outermost numbers that the two ends may be."""
        low = self._end(field, limits.low)
        high = self._end(field, limits.high)

        least = low[0] if low else None
        most = high[1] if high else None
        return least, most

    def _end(self, field: Field, expression: Expression | None) -> Interval | None:
        if expression is None:
            return None

        # Nearly every end is a number, which needs no compiler.
        tree = expression.tree
        if isinstance(tree, Literal) and tree.kind == "number":
            number = scaled(str(tree.value))
            if number is None:
                return None

            return number, number

        home = home_of_field(field, self.study)
        if home is None:
            return None

        value = constant(expression, self.study, home, type_of(field))
        return span(value)

    def of(self, core: Core, forms: Sequence[str]) -> ValueSet:
        """The values of any expression; ``forms`` are those that the frames look at."""
        core = bare(core)
        if isinstance(core, Read | Remote):
            return self.of_field(core.field)
        if isinstance(core, Key):
            return self._key(core, forms)
        if core.type in WORDS:
            return self._words(core)

        # Of a moment only a constant is followed, of a number what is computed too.
        is_fixed_moment = isinstance(core, Constant) and core.type in MOMENTS
        if is_fixed_moment or core.type in NUMBERS:
            hull = self.hull(core)
            return Spans((hull,))

        return _everything(core.type)

    def _key(self, key: Key, forms: Sequence[str]) -> ValueSet:
        """The values of what the server gives: a visit, a site."""
        if key.name == "visitid":
            form = forms[key.depth]
            return self._visits_of(form)

        sites = frozenset(self.study.sites)
        # A study without a list of sites takes any.
        if key.name == "siteid" and sites:
            return CodeSet(sites)

        return _everything(key.type)

    def _visits_of(self, form: str) -> CodeSet:
        values = self._visits.get(form)
        if values is not None:
            return values

        visits = {item.visit for item in self.study.schedule if item.form == form}
        is_log = self.study.forms[form].log

        # Where a form stands nowhere, its missing place is a finding of its own.
        values = ALL_WORDS
        if visits and not is_log:
            values = CodeSet(frozenset(visits))

        self._visits[form] = values
        return values

    def _words(self, core: Core) -> CodeSet:
        """The texts that an expression may give."""
        if isinstance(core, Constant):
            text = core.value
            # UNKNOWN is no text at all.
            if not isinstance(text, str):
                return CodeSet(frozenset())

            return CodeSet(frozenset({text}))

        if isinstance(core, Read | Remote):
            values = self.of_field(core.field)
            assert isinstance(values, CodeSet)
            return values

        if not isinstance(core, Apply) or core.operator not in SELECTIONS:
            return ALL_WORDS

        result = CodeSet(frozenset())
        for value in _results(core):
            result = result.join(self._words(value))

        return result

    def hull(self, core: Core) -> Interval:
        """Between which numbers an expression surely lies, where it is known."""
        core = bare(core)
        if isinstance(core, Constant):
            return span(_plain(core)) or (-FAR, FAR)
        if isinstance(core, Read | Remote):
            return self._hull_of_field(core.field)
        if isinstance(core, Fold):
            return self._rows(core)
        if not isinstance(core, Apply):
            return -FAR, FAR

        if core.operator in SELECTIONS:
            hulls = list(map(self.hull, _results(core)))
            return _around(hulls)

        combine = _ARITHMETIC.get(core.operator)
        if combine is None:
            return -FAR, FAR

        hulls = list(map(self.hull, core.arguments))
        return combine(hulls)

    def _hull_of_field(self, field: Field) -> Interval:
        values = self.of_field(field)
        # A range without a value is a finding of its own.
        if not isinstance(values, Spans) or values.is_empty:
            return -FAR, FAR

        return values.hull

    def _rows(self, fold: Fold) -> Interval:
        """How many rows there can be; nothing is said of other aggregates."""
        is_count = fold.operator.startswith("count")
        if not is_count:
            return -FAR, FAR

        group = self.study.tables[fold.source.table].group
        repetition = group.rows if group is not None else None

        # The rows of several visits together have no maximum.
        is_of_one_form = fold.source.visit == "this"
        if repetition is None or not is_of_one_form:
            return 0, FAR

        return 0, repetition.maximum * SCALE


def _is_hard(field: Field, code: str) -> bool:
    check = field.checks.get(code)
    # Without a word about it, the breach of a range is an error.
    if check is None or check.severity is None:
        return True

    return check.severity is Severity.ERROR


def _everything(type_: Type) -> ValueSet:
    """Every value of a type."""
    if type_ in WORDS:
        return ALL_WORDS
    if type_ is Type.CONDITION:
        return EITHER

    return ALL_NUMBERS


def _plain(core: Constant) -> int | Interval | None:
    value = core.value
    if not isinstance(value, int | tuple):
        return None

    return value


def _results(core: Apply) -> Sequence[Core]:
    """The values that a choice between several may give, UNKNOWN left out."""
    values = core.arguments
    if core.operator == "case":
        # Conditions and values take turns; the last is the value of "otherwise".
        *branches, otherwise = core.arguments
        values = (*branches[1::2], otherwise)

    return [value for value in values if not _is_unknown(value)]


def _is_unknown(core: Core) -> bool:
    if not isinstance(core, Constant):
        return False

    return core.value is None


def _around(hulls: Sequence[Interval]) -> Interval:
    """The smallest interval that holds them all."""
    if not hulls:
        return -FAR, FAR

    lows, highs = zip(*hulls, strict=True)
    return min(lows), max(highs)


def _added(hulls: Sequence[Interval]) -> Interval:
    lows, highs = zip(*hulls, strict=True)
    return sum(lows), sum(highs)


def _negative(hulls: Sequence[Interval]) -> Interval:
    ((low, high),) = hulls
    return -high, -low


def _size(hulls: Sequence[Interval]) -> Interval:
    ((low, high),) = hulls
    least = 0 if low <= 0 <= high else min(abs(low), abs(high))
    return least, max(abs(low), abs(high))


def _product(hulls: Sequence[Interval]) -> Interval:
    first, other = hulls
    # With signs, any two ends may give the smallest or the largest product.
    corners = [end * factor for end, factor in product(first, other)]

    # The product is rounded, so it lies between the two neighbours.
    least = min(corners) // SCALE
    most = -(-max(corners) // SCALE)
    return least, most


def _quotient(hulls: Sequence[Interval]) -> Interval:
    dividend, divisor = hulls
    low, high = divisor
    # Near zero a quotient may be any number.
    if low <= 0 <= high:
        return -FAR, FAR

    pairs = [(end * SCALE, other) for end, other in product(dividend, divisor)]
    least = min(end // other for end, other in pairs)
    most = max(-(-end // other) for end, other in pairs)
    return least, most


def _rounded(hulls: Sequence[Interval]) -> Interval:
    (low, high), (places, _) = hulls
    half = 10 ** (FRACTION_DIGITS - places // SCALE) // 2
    return low - half, high + half


def _smallest(hulls: Sequence[Interval]) -> Interval:
    lows, highs = zip(*hulls, strict=True)
    return min(lows), min(highs)


def _largest(hulls: Sequence[Interval]) -> Interval:
    lows, highs = zip(*hulls, strict=True)
    return max(lows), max(highs)


def _length(_hulls: Sequence[Interval]) -> Interval:
    return 0, FAR


_ARITHMETIC: Mapping[str, Callable[[Sequence[Interval]], Interval]] = MappingProxyType(
    {
        "add": _added,
        "span_add": _added,
        "neg": _negative,
        "span_neg": _negative,
        "abs": _size,
        "mul": _product,
        "div": _quotient,
        "round": _rounded,
        "least": _smallest,
        "span_least": _smallest,
        "greatest": _largest,
        "span_greatest": _largest,
        "median": _around,
        "length": _length,
        "sqrt": _length,
    }
)
"""Between which numbers a result lies, by the numbers between which its parts lie."""
