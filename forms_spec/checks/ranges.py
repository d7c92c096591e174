"""Ranges that some value can meet, one for each unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms_spec.checks.constants import ends, words
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.finding_collector import SourceNode
from forms_spec.loading.source_map import FieldPart, LoadedStudy
from forms_spec.model.facets import Range
from forms_spec.model.study import Study


def check_ranges(draft: LoadedStudy) -> Iterator[Finding]:
    """Reversed ranges, soft ends outside the hard ones, and ranges that do not fit the
    units.
    """
    for part in draft.fields():
        for key, ranges in part.field.limits:
            if key not in part.keys:
                continue
            written = [unit for unit in ranges if _is_written(part, key, unit)]
            yield from _units(part, key, written)
            yield from _without_limit(part, key, ranges)
            for unit in written:
                yield from _reversed(part, key, unit, ranges[unit], draft.study)

        for key, inner in part.field.limits[1:]:
            if key in part.keys:
                yield from _inside(part, key, inner, draft.study)


def _spot(part: FieldPart, key: str, unit: str | None) -> SourceNode:
    spot = part.spot.at(key)
    return spot if unit is None else spot.at(unit)


def _is_written(part: FieldPart, key: str, unit: str | None) -> bool:
    """False for a range that only follows from another unit's."""
    return unit is None or _spot(part, key, unit).has


def _without_limit(
    part: FieldPart, key: str, ranges: Mapping[str | None, Range]
) -> Iterator[Finding]:
    """Units in which every value passes, since the range of no other unit converts into
    them.
    """
    unit = part.field.unit
    if unit is None or None in ranges or not part.sound:
        return
    for choice in unit.choices:
        if choice.code not in ranges:
            place = part.spot.at(key).key
            yield finding(
                "range-lacks-unit",
                text=place,
                name=part.field.name,
                key=key,
                unit=choice.code,
            )


def _units(part: FieldPart, key: str, texts: list[str | None]) -> Iterator[Finding]:
    unit = part.field.unit
    choices = [choice.code for choice in unit.choices] if unit else []
    if choices and None in texts:
        units = ", ".join(choices)
        place = part.spot.at(key).place
        yield finding(
            "range-without-units",
            text=place,
            name=part.field.name,
            key=key,
            units=units,
        )

    for code in texts:
        if code is not None and code not in choices:
            place = _spot(part, key, code).key
            near = did_you_mean(code, choices)
            yield finding(
                "range-unknown-unit",
                text=place,
                name=part.field.name,
                unit=code,
                near=near,
            )


def _reversed(
    part: FieldPart, key: str, unit: str | None, value: Range, study: Study
) -> Iterator[Finding]:
    if _empty(value, part, study) and value.low is not None and value.high is not None:
        place = _spot(part, key, unit).place
        yield finding(
            "range-reversed",
            text=place,
            key=key,
            low=value.low.text,
            high=value.high.text,
        )


def _empty(value: Range, part: FieldPart, study: Study) -> bool:
    """True when no value lies in the range."""
    low, high = ends(value, part, study)
    if low is None or high is None:
        return False
    return low[0] > high[1] or (
        low[0] == high[1] and (value.low_open or value.high_open)
    )


def _inside(
    part: FieldPart, key: str, inner: Mapping[str | None, Range], study: Study
) -> Iterator[Finding]:
    """Ends of softer limits that lie outside the next harder ones, where nothing could
    ever reach them.
    """
    harder = (
        part.field.alert
        if key == "expected" and part.field.alert
        else part.field.ranges
    )
    outer = "alert" if harder is part.field.alert else "range"
    for unit, soft in inner.items():
        hard = harder.get(unit)
        if (
            hard is None
            or not _is_written(part, key, unit)
            or _empty(hard, part, study)
        ):
            continue

        least, most = ends(hard, part, study)
        low, high = ends(soft, part, study)
        place = _spot(part, key, unit).place

        for end, given in ((soft.low, low), (soft.high, high)):
            if end is None or given is None:
                continue
            if (least is not None and given[1] < least[0]) or (
                most is not None and given[0] > most[1]
            ):
                code = "expected-outside-range"
                yield finding(
                    code,
                    text=place,
                    key=key,
                    end=end.text,
                    outer=outer,
                    range=words(hard),
                )
