"""Reference ranges that can be met, belong to a field, and leave no doubt which one
applies.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.loading.unit_ranges import to_root
from forms_spec.model.criteria import ReferenceRange
from forms_spec.model.facets import Unit, UnitChoice
from forms_spec.model.fields import Field

FieldsByTest = dict[str, list[Field]]
"""The fields whose results a laboratory gives, by the test that they name."""


def check_reference_ranges(loaded: LoadedStudy) -> Iterator[Finding]:
    """Faults of the table, and of the fields that name a test of it."""
    table = loaded.study.references
    if table is None and _is_written(loaded):
        # The table could not be built, so that nothing is known of its rows.
        return

    ranges: tuple[ReferenceRange, ...] = ()
    if table is not None:
        ranges = table.ranges

    fields = _fields_by_test(loaded)
    for row in ranges:
        yield from _range_row(row, fields)

    yield from _overlaps(ranges)
    yield from _tests_without_range(loaded, ranges)


def _is_written(loaded: LoadedStudy) -> bool:
    for document in loaded.parts.documents.values():
        data = document.data
        if isinstance(data, dict) and "reference_ranges" in data:
            return True

    return False


def _fields_by_test(loaded: LoadedStudy) -> FieldsByTest:
    fields: FieldsByTest = {}
    for part in loaded.fields():
        test = part.field.lab_test
        if test is not None:
            fields.setdefault(test, []).append(part.field)

    return fields


def _tests_without_range(
    loaded: LoadedStudy, ranges: tuple[ReferenceRange, ...]
) -> Iterator[Finding]:
    tests = {row.test for row in ranges}
    for part in loaded.fields():
        test = part.field.lab_test
        if test is not None and test not in tests:
            yield finding(
                "reference-no-range",
                text=part.spot.at("lab_test").place,
                name=test,
                near=did_you_mean(test, tests),
            )


def _range_row(row: ReferenceRange, fields: FieldsByTest) -> Iterator[Finding]:
    if row.low is None and row.high is None:
        yield finding("reference-empty", text=row.place)

    for what, low, high in (
        ("range", row.low, row.high),
        ("age", row.age_low, row.age_high),
        ("validity", row.valid_from, row.valid_to),
    ):
        if _ends_before(high, low):
            yield finding(
                "reference-reversed",
                text=row.place,
                what=what,
                low=low,
                high=high,
            )

    if row.test not in fields:
        yield finding(
            "reference-unknown-test",
            text=row.place,
            name=row.test,
            near=did_you_mean(row.test, fields),
        )
        return

    for field in fields[row.test]:
        yield from _incomparable_unit(row, field)


def _incomparable_unit(row: ReferenceRange, field: Field) -> Iterator[Finding]:
    """A row that a result of the field cannot be compared with."""
    unit = field.unit
    if unit is None or not unit.choices:
        own = unit.fixed if unit else None
        yield from _other_unit(row, field, own)
        return

    given = row.unit or "none"
    reached = [choice.code for choice in unit.choices if _rises(choice, unit)]

    if row.unit not in reached:
        yield finding(
            "reference-unreached-unit",
            text=row.place,
            unit=given,
            field=field.name,
            units=" or ".join(reached),
        )


def _other_unit(
    row: ReferenceRange, field: Field, own: str | None
) -> Iterator[Finding]:
    """A row in another unit than the only one of its field, or in one where the field
    has none.
    """
    if row.unit == own:
        return

    yield finding(
        "reference-unit",
        text=row.place,
        unit=row.unit or "none",
        field=field.name,
        own=own or "none",
    )


def _rises(choice: UnitChoice, unit: Unit) -> bool:
    """Whether a larger number in this unit is surely a larger one in the unit that all
    convert into.
    """
    conversion = to_root(choice, unit)
    # Without a way to the others nothing is sure.
    if conversion is None:
        return False

    return conversion.slope > 0


def _overlaps(ranges: tuple[ReferenceRange, ...]) -> Iterator[Finding]:
    """Two rows of which both may apply to one result."""
    # A laboratory's own rows go before those for every laboratory, so these never meet.
    by_test: dict[tuple[str | None, str], list[ReferenceRange]] = {}
    for row in ranges:
        by_test.setdefault((row.lab, row.test), []).append(row)

    for rows in by_test.values():
        for first, other in combinations(rows, 2):
            if _may_both_apply(first, other):
                yield finding(
                    "reference-overlap",
                    text=other.place,
                    related=(first.place,),
                    first=first.place,
                )


def _may_both_apply(first: ReferenceRange, other: ReferenceRange) -> bool:
    # A row without a sex applies to everybody.
    has_sexes = None not in (first.sex, other.sex)
    if has_sexes and first.sex != other.sex:
        return False

    is_for_younger = _ends_before(first.age_high, other.age_low)
    is_for_older = _ends_before(other.age_high, first.age_low)
    if is_for_younger or is_for_older:
        return False

    is_replaced = _ends_before(first.valid_to, other.valid_from)
    replaces = _ends_before(other.valid_to, first.valid_from)
    return not is_replaced and not replaces


def _ends_before(high: str | None, low: str | None) -> bool:
    """Whether an upper end lies before a lower one; an end that is None is open."""
    if high is None or low is None:
        return False
    # Dates have two hyphens; as canonical text they are in the order of the calendar.
    if low.count("-") == 2:
        return low > high

    return Decimal(low) > Decimal(high)
