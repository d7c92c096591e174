"""Ranges that some value can meet, one for each unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations

from forms_spec.checks.constants import Span, ends, entirely_below, words
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.finding_collector import SourceNode
from forms_spec.loading.source_map import FieldPart, LoadedStudy
from forms_spec.loading.unit_ranges import to_root
from forms_spec.model.facets import Range
from forms_spec.model.study import Study
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rule_syntax.limits import SCALE

Ranges = Mapping[str | None, Range]
"""The ranges of one key of a field, by unit; under None where no unit is chosen."""


def check_ranges(loaded: LoadedStudy) -> Iterator[Finding]:
    """Reversed ranges, soft ends outside the hard ones, and ranges that do not fit the
    units.
    """
    for part in loaded.fields():
        yield from _ranges_of_field(part, loaded.study)


def _ranges_of_field(part: FieldPart, study: Study) -> Iterator[Finding]:
    own = {key: ranges for key, ranges in part.field.limits if key in part.keys}
    for key, ranges in own.items():
        yield from _range_of_key(part, key, ranges, study)

    # A range cannot lie outside itself; the softer limits can.
    own.pop("range", None)
    for key, ranges in own.items():
        yield from _outside_harder(part, key, ranges, study)


def _range_of_key(
    part: FieldPart, key: str, ranges: Ranges, study: Study
) -> Iterator[Finding]:
    """Faults of the ranges under one key, apart from the other keys of the field."""
    # A range that only follows from another unit's has no text to complain of.
    written = [unit for unit in ranges if _is_written(part, key, unit)]

    yield from _wrong_units(part, key, written)
    yield from _units_without_limit(part, key, ranges)
    for unit in written:
        yield from _reversed(part, key, unit, ranges[unit], study)
    yield from _units_apart(part, key, {code: ranges[code] for code in written}, study)


def _spot(part: FieldPart, key: str, unit: str | None) -> SourceNode:
    spot = part.spot.at(key)
    if unit is None:
        return spot

    return spot.at(unit)


def _is_written(part: FieldPart, key: str, unit: str | None) -> bool:
    """False for a range that only follows from another unit's."""
    # The range of a field with one unit stands under the key itself.
    if unit is None:
        return True

    return _spot(part, key, unit).has


def _wrong_units(
    part: FieldPart, key: str, units: list[str | None]
) -> Iterator[Finding]:
    """Ranges that name no unit where one is chosen, or a unit that is no choice."""
    unit = part.field.unit
    choices = [choice.code for choice in unit.choices] if unit else []

    if choices and None in units:
        yield finding(
            "range-without-units",
            text=part.spot.at(key).place,
            name=part.field.name,
            key=key,
            units=", ".join(choices),
        )

    for code in units:
        if code is None or code in choices:
            continue

        yield finding(
            "range-unknown-unit",
            text=_spot(part, key, code).key,
            name=part.field.name,
            unit=code,
            near=did_you_mean(code, choices),
        )


def _units_without_limit(
    part: FieldPart, key: str, ranges: Ranges
) -> Iterator[Finding]:
    """Units in which every value passes, since the range of no other unit converts into
    them.
    """
    unit = part.field.unit
    if unit is None or not part.sound:
        return
    # One range for all units is a finding of its own.
    if None in ranges:
        return

    for choice in unit.choices:
        if choice.code not in ranges:
            yield finding(
                "range-lacks-unit",
                text=part.spot.at(key).key,
                name=part.field.name,
                key=key,
                unit=choice.code,
            )


def _reversed(
    part: FieldPart, key: str, unit: str | None, limits: Range, study: Study
) -> Iterator[Finding]:
    if limits.low is None or limits.high is None:
        return

    if _is_empty(limits, part, study):
        yield finding(
            "range-reversed",
            text=_spot(part, key, unit).place,
            key=key,
            low=limits.low.text,
            high=limits.high.text,
        )


def _units_apart(
    part: FieldPart, key: str, written: Ranges, study: Study
) -> Iterator[Finding]:
    """Ranges of two units that share no value once it is converted."""
    unit = part.field.unit
    if unit is None:
        return

    in_root: dict[str, Span] = {}
    for choice in unit.choices:
        limits, line = written.get(choice.code), to_root(choice, unit)
        if limits is None or line is None:
            continue

        low, high = ends(limits, part, study)
        if low is not None and high is not None and low[0] <= high[1]:
            least, most = sorted(
                int(line.at(Fraction(end, SCALE)) * SCALE) for end in (low[0], high[1])
            )
            in_root[choice.code] = (least, most)

    for first, other in combinations(in_root, 2):
        spans = in_root[first], in_root[other]
        if entirely_below(*spans) or entirely_below(*reversed(spans)):
            yield finding(
                "range-units-apart",
                text=_spot(part, key, other).place,
                name=part.field.name,
                key=key,
                unit=first,
                other=other,
            )


def _is_empty(limits: Range, part: FieldPart, study: Study) -> bool:
    """Whether it is sure that no value lies in the range."""
    low, high = ends(limits, part, study)
    if low is None or high is None:
        return False
    if entirely_below(high, low):
        return True

    # ``[5, 5]`` holds one number, ``[5, 5)`` none.
    is_touching = low[0] == high[1]
    if not is_touching:
        return False

    return limits.low_open or limits.high_open


def _outside_harder(
    part: FieldPart, key: str, ranges: Ranges, study: Study
) -> Iterator[Finding]:
    """Ends of softer limits that lie outside the next harder ones, where nothing could
    ever reach them.
    """
    outer, harder = _harder(part, key)
    for unit, soft in ranges.items():
        hard = harder.get(unit)
        if hard is None or not _is_written(part, key, unit):
            continue
        # Every end is outside an empty range, which is a finding of its own.
        if _is_empty(hard, part, study):
            continue

        for expression in _ends_outside(soft, hard, part, study):
            yield finding(
                "expected-outside-range",
                text=_spot(part, key, unit).place,
                key=key,
                end=expression.text,
                outer=outer,
                range=words(hard),
            )


def _ends_outside(
    soft: Range, hard: Range, part: FieldPart, study: Study
) -> Iterator[Expression]:
    """The ends of a range that surely lie outside another."""
    least, most = ends(hard, part, study)
    low, high = ends(soft, part, study)

    for expression, end in ((soft.low, low), (soft.high, high)):
        # An end that hangs on other answers is not known before entry.
        if expression is None or end is None:
            continue

        if _is_outside(end, least, most):
            yield expression


def _harder(part: FieldPart, key: str) -> tuple[str, Ranges]:
    """The next harder limits than those of a key, and the key that they have."""
    if key == "expected" and part.field.alert:
        return "alert", part.field.alert

    return "range", part.field.ranges


def _is_outside(end: Span, least: Span | None, most: Span | None) -> bool:
    is_below = least is not None and entirely_below(end, least)
    is_above = most is not None and entirely_below(most, end)

    return is_below or is_above
