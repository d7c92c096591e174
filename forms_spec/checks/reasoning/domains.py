"""The values that fields, keys and formulas can have in a complete form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from forms_spec.checks.constants import constant, span
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
from forms_spec.rules import Home, type_of
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

ENDS: Final = ("below-range", "above-range")


def bare(core: Core) -> Core:
    """A value without what only says how well it is known."""
    while isinstance(core, Apply) and core.operator in WRAPPERS:
        core = core.arguments[0]

    return core


def step_of(core: Core) -> int:
    """The distance between two neighbouring values: 1 where nothing is said."""
    if isinstance(core, Read | Remote) and core.type is Type.NUMBER:
        return _step(core.field)

    return 1


def _step(field: Field) -> int:
    if field.kind.name == "integer":
        return SCALE
    if field.kind.name == "decimal" and field.places is not None:
        return int(10 ** (FRACTION_DIGITS - field.places))

    return 1


class Domains:
    """The values of the fields of one study, each worked out once.

    ``homes`` says of a field, by its identity, where its expressions belong.
    """

    def __init__(self, study: Study, homes: Mapping[int, Home]) -> None:
        self.study = study
        self.homes = homes
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
        if type_ is Type.SPREAD or type_ not in NUMBERS | MOMENTS:
            return _everything(type_)

        values = self.given(field)
        hard = self.hard_range(field)
        return values if hard is None else values.meet(hard)

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
        home = self.homes.get(id(field))
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
        home = self.homes.get(id(field))
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
        if limits is None or field.unit_choices:
            return None

        low, high = self._ends(field, limits)
        step = _step(field) if type_of(field) is Type.NUMBER else 1
        values = ALL_NUMBERS
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

        return low > high or (low == high and (limits.low_open or limits.high_open))

    def _ends(self, field: Field, limits: Range) -> tuple[int | None, int | None]:
        low = self._end(field, limits.low)
        high = self._end(field, limits.high)
        return (low[0] if low else None), (high[1] if high else None)

    def _end(self, field: Field, expression: Expression | None) -> Interval | None:
        if expression is None:
            return None

        # Nearly every end is a number, which needs no compiler.
        tree = expression.tree
        if isinstance(tree, Literal) and tree.kind == "number":
            number = scaled(str(tree.value))
            return None if number is None else (number, number)

        home = self.homes.get(id(field))
        if home is None:
            return None

        return span(constant(expression, self.study, home, type_of(field)))

    def of(self, core: Core, forms: Sequence[str]) -> ValueSet:
        """The values of any expression; ``forms`` are those that the frames look at."""
        core = bare(core)
        if isinstance(core, Read | Remote):
            return self.of_field(core.field)
        if isinstance(core, Key):
            return self._key(core, forms)
        if core.type in WORDS:
            return self._words(core)
        if isinstance(core, Constant) and core.type in MOMENTS:
            return Spans((self.hull(core),))
        if core.type in NUMBERS:
            return Spans((self.hull(core),))

        return _everything(core.type)

    def _key(self, key: Key, forms: Sequence[str]) -> ValueSet:
        if key.name == "visitid":
            return self._visits_of(forms[key.depth])
        if key.name == "siteid" and self.study.sites:
            return CodeSet(frozenset(self.study.sites))

        return _everything(key.type)

    def _visits_of(self, form: str) -> CodeSet:
        values = self._visits.get(form)
        if values is None:
            visits = {item.visit for item in self.study.schedule if item.form == form}
            log = self.study.forms[form].log
            # Where a form stands nowhere, its missing place is a finding of its own.
            values = ALL_WORDS if log or not visits else CodeSet(frozenset(visits))
            self._visits[form] = values

        return values

    def _words(self, core: Core) -> CodeSet:
        """The texts that an expression may give."""
        if isinstance(core, Constant):
            text = core.value
            return CodeSet(frozenset({text} if isinstance(text, str) else ()))

        if isinstance(core, Read | Remote):
            values = self.of_field(core.field)
            assert isinstance(values, CodeSet)
            return values

        if isinstance(core, Apply) and core.operator in ("case", "coalesce"):
            result = CodeSet(frozenset())
            for value in _results(core):
                result = result.join(self._words(value))

            return result

        return ALL_WORDS

    def hull(self, core: Core) -> Interval:
        """Between which numbers an expression surely lies, where it is known."""
        core = bare(core)
        if isinstance(core, Constant):
            return span(_plain(core)) or (-FAR, FAR)

        if isinstance(core, Read | Remote):
            values = self.of_field(core.field)
            has_numbers = isinstance(values, Spans) and not values.is_empty
            return values.hull if has_numbers else (-FAR, FAR)  # type: ignore[union-attr]

        if isinstance(core, Fold):
            return self._rows(core)
        if not isinstance(core, Apply):
            return -FAR, FAR

        if core.operator in ("case", "coalesce"):
            return _around([self.hull(value) for value in _results(core)])

        combine = _ARITHMETIC.get(core.operator)
        if combine is None:
            return -FAR, FAR

        return combine([self.hull(argument) for argument in core.arguments])

    def _rows(self, fold: Fold) -> Interval:
        """How many rows there can be; nothing is said of other aggregates."""
        if not fold.operator.startswith("count"):
            return -FAR, FAR

        group = self.study.tables[fold.source.table].group
        repetition = group.rows if group is not None else None
        if repetition is None or fold.source.visit != "this":
            return 0, FAR

        return 0, repetition.maximum * SCALE


def _is_hard(field: Field, code: str) -> bool:
    check = field.checks.get(code)
    return check is None or check.severity in (None, Severity.REFUSE)


def _everything(type_: Type) -> ValueSet:
    if type_ in WORDS:
        return ALL_WORDS

    return EITHER if type_ is Type.CONDITION else ALL_NUMBERS


def _plain(core: Constant) -> int | Interval | None:
    value = core.value
    return value if isinstance(value, int | tuple) else None


def _results(core: Apply) -> Sequence[Core]:
    """The values that a choice between several may give, UNKNOWN left out."""
    values = core.arguments
    if core.operator == "case":
        *branches, otherwise = core.arguments
        values = (*branches[1::2], otherwise)

    return [
        value
        for value in values
        if not isinstance(value, Constant) or value.value is not None
    ]


def _around(hulls: Sequence[Interval]) -> Interval:
    if not hulls:
        return -FAR, FAR
    return min(low for low, _ in hulls), max(high for _, high in hulls)


def _added(hulls: Sequence[Interval]) -> Interval:
    return sum(low for low, _ in hulls), sum(high for _, high in hulls)


def _negative(hulls: Sequence[Interval]) -> Interval:
    ((low, high),) = hulls
    return -high, -low


def _size(hulls: Sequence[Interval]) -> Interval:
    ((low, high),) = hulls
    least = 0 if low <= 0 <= high else min(abs(low), abs(high))
    return least, max(abs(low), abs(high))


def _product(hulls: Sequence[Interval]) -> Interval:
    (low, high), (other_low, other_high) = hulls
    corners = [end * other for end in (low, high) for other in (other_low, other_high)]
    # The product is rounded, so it lies between the two neighbours.
    return min(corners) // SCALE, -(-max(corners) // SCALE)


def _quotient(hulls: Sequence[Interval]) -> Interval:
    (low, high), (other_low, other_high) = hulls
    if other_low <= 0 <= other_high:
        return -FAR, FAR

    pairs = [
        (end * SCALE, other) for end in (low, high) for other in (other_low, other_high)
    ]
    least = min(end // other for end, other in pairs)
    most = max(-(-end // other) for end, other in pairs)
    return least, most


def _rounded(hulls: Sequence[Interval]) -> Interval:
    (low, high), (places, _) = hulls
    half = 10 ** (FRACTION_DIGITS - places // SCALE) // 2
    return low - half, high + half


def _smallest(hulls: Sequence[Interval]) -> Interval:
    return min(low for low, _ in hulls), min(high for _, high in hulls)


def _largest(hulls: Sequence[Interval]) -> Interval:
    return max(low for low, _ in hulls), max(high for _, high in hulls)


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
