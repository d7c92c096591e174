"""Reference ranges that can be met, belong to a field, and leave no doubt which one
applies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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


def check_reference_ranges(draft: LoadedStudy) -> Iterator[Finding]:
    """Faults of the table, and of the fields that name a test of it."""
    table = draft.study.references
    if table is None and any(
        "reference_ranges" in _keys(document.data)
        for document in draft.parts.documents.values()
    ):
        return

    ranges = table.ranges if table is not None else ()
    named = [part.field for part in draft.fields() if part.field.lab_test]
    fields: dict[str | None, list[Field]] = {}
    for field in named:
        fields.setdefault(field.lab_test, []).append(field)
    for row in ranges:
        yield from _row(row, fields)
    yield from _overlaps(ranges)
    tests = {row.test for row in ranges}

    for part in draft.fields():
        name = part.field.lab_test
        if name is not None and name not in tests:
            place = part.spot.at("lab_test").place
            yield finding(
                "reference-no-range",
                text=place,
                name=name,
                near=did_you_mean(name, tests),
            )


def _keys(data: object) -> Iterable[object]:
    return data if isinstance(data, dict) else ()


def _row(
    row: ReferenceRange, fields: dict[str | None, list[Field]]
) -> Iterator[Finding]:
    if row.low is None and row.high is None:
        yield finding("reference-empty", text=row.place)
    for what, low, high in (
        ("range", row.low, row.high),
        ("age", row.age_low, row.age_high),
        ("validity", row.valid_from, row.valid_to),
    ):
        if low is not None and high is not None and _after(low, high):
            yield finding(
                "reference-reversed", text=row.place, what=what, low=low, high=high
            )

    tested = fields.get(row.test)
    if tested is None:
        near = did_you_mean(row.test, [name for name in fields if name])
        yield finding(
            "reference-unknown-test", text=row.place, name=row.test, near=near
        )
        return

    for field in tested:
        yield from _unit(row, field)


def _unit(row: ReferenceRange, field: Field) -> Iterator[Finding]:
    """A row that a result of the field cannot be compared with."""
    given, name = row.unit or "none", field.name
    unit = field.unit
    if unit is not None and unit.choices:
        reached = [choice.code for choice in unit.choices if _rises(choice, unit)]
        if row.unit not in reached:
            units = " or ".join(reached)
            yield finding(
                "reference-unreached-unit",
                text=row.place,
                unit=given,
                field=name,
                units=units,
            )

        return

    own = unit.fixed if unit else None
    if row.unit != own:
        yield finding(
            "reference-unit", text=row.place, unit=given, field=name, own=own or "none"
        )


def _rises(choice: UnitChoice, unit: Unit) -> bool:
    """Whether a larger number in this unit is surely a larger one in the unit that all
    convert into.
    """
    line = to_root(choice, unit)
    return line is not None and line.slope > 0


def _after(text: str, other: str) -> bool:
    """Dates compare as text, numbers by value."""
    return text > other if text.count("-") == 2 else Decimal(text) > Decimal(other)


def _overlaps(ranges: tuple[ReferenceRange, ...]) -> Iterator[Finding]:
    """Two rows of which both may apply to one result."""
    by_test: dict[tuple[str | None, str], list[ReferenceRange]] = {}
    for row in ranges:
        by_test.setdefault((row.lab, row.test), []).append(row)
    for rows in by_test.values():
        for first, other in combinations(rows, 2):
            same_sex = None in (first.sex, other.sex) or first.sex == other.sex
            ages = _meet(first.age_low, first.age_high, other.age_low, other.age_high)
            if (
                same_sex
                and ages
                and _meet(
                    first.valid_from, first.valid_to, other.valid_from, other.valid_to
                )
            ):
                yield finding(
                    "reference-overlap",
                    text=other.place,
                    related=(first.place,),
                    first=first.place,
                )


def _meet(
    low: str | None, high: str | None, other_low: str | None, other_high: str | None
) -> bool:
    apart = (
        high is not None and other_low is not None and _after(other_low, high)
    ) or (other_high is not None and low is not None and _after(low, other_high))
    return not apart
