"""What Frictionless alone cannot say of a study: a list, so that nothing is lost in
silence.

Everything in it rides along as a property ``crfsmith:...`` and is judged by ``crfsmith
validate``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from forms_spec.field_types import FIELD_TYPES
from forms_spec.model.fields import Field, Group
from forms_spec.model.study import Study
from generator.losses import Loss
from generator.tables.kinds import laxities
from generator.tables.limits import limits
from generator.tables.schema import is_exactly_unique

SAID = (
    "label", "type", "help", "control", "default", "identifier", "cdash", "sdtm", "unit", "unit_field",
    "gives", "anchors", "accept", "length", "pattern", "places", "seconds", "annotation", "redcap",
    "checks", "entry", "prefill", "propose", "placeholder", "retired", "max_choices",
)  # fmt: skip


def losses(study: Study) -> tuple[Loss, ...]:
    """Every Loss of a study's schemas, in the order of its tables."""
    listed = [_loss("*", facet, why) for facet, why in WHOLE_STUDY.items()]
    for table in study.tables.values():
        if table.group:
            listed += _group_losses(table.name, table.group)

        for field in table.fields:
            listed += _field_losses(study, f"{table.name}.{field.name}", field)

    return tuple(listed)


def _loss(field: str, facet: str, why: str) -> Loss:
    return Loss(field=field, facet=facet, why=why)


def _group_losses(name: str, group: Group) -> Iterator[Loss]:
    assert group.rows is not None, name
    if group.rows.minimum:
        yield _loss(
            name,
            "rows",
            f"at least {group.rows.minimum} rows per form: rows are not counted",
        )

    yield _loss(
        name,
        "rows",
        f"at most {group.rows.maximum} rows per form: rows are not counted",
    )
    if group.rows.fixed:
        yield _loss(
            name,
            "rows",
            f"one row for each combination of {' and '.join(group.rows.fixed)}",
        )

    if group.carried is not None:
        yield _loss(name, "rows", f"one row for each row of {group.carried.rows}")

    if group.show_when:
        yield _loss(name, "show_when", f"no rows unless {group.show_when.text}")


def _field_losses(study: Study, name: str, field: Field) -> Iterator[Loss]:
    for laxity in laxities(field):
        yield _loss(name, "kind", laxity.why)

    for facet, judge in FACETS.items():
        if why := judge(study, field):
            yield _loss(name, facet, why)


def _required(study: Study, field: Field) -> str | None:  # noqa: ARG001
    if field.required is False:
        return None
    if field.required is True:
        # A constraint holds for every row, and a row does not say its form's status.
        return "drafts may be blank, so a blank cannot be an error in every row"

    return f"required only when {field.required.text}"


def _shown(study: Study, field: Field) -> str | None:  # noqa: ARG001
    if not field.show_when:
        return None

    return f"must be blank unless {field.show_when.text}"


def _range(study: Study, field: Field) -> str | None:
    is_one = len(field.ranges) <= 1
    if is_one and limits(study, field).complete:
        return None

    return (
        "the range depends on the unit, other answers or the date, or the column type "
        "has no range"
    )


def _expected(study: Study, field: Field) -> str | None:  # noqa: ARG001
    if not field.expected:
        return None

    return "a value outside it may be confirmed with a reason"


def _comparator(study: Study, field: Field) -> str | None:  # noqa: ARG001
    if not field.comparators:
        return None

    return (
        f"text in this column, with its number in {field.name}_num and its comparator "
        f"in {field.name}_cmp"
    )


def _alert(study: Study, field: Field) -> str | None:  # noqa: ARG001
    return (
        "a value outside it needs action at once, and may be confirmed"
        if field.alert
        else None
    )


def _value(study: Study, field: Field) -> str | None:  # noqa: ARG001
    if not field.value:
        return None

    return f"equals {field.value.text}"


def _missing(study: Study, field: Field) -> str | None:  # noqa: ARG001
    codes = [code.code for code in field.missing if code.draft_only]
    if not codes:
        return None

    return f"{', '.join(codes)} must be replaced before the form is complete"


def _reference(study: Study, field: Field) -> str | None:  # noqa: ARG001
    return (
        "the reference range depends on laboratory, sex, age and date"
        if field.lab_test
        else None
    )


def _size(study: Study, field: Field) -> str | None:  # noqa: ARG001
    if not field.upload:
        return None

    return f"a file of at most {field.upload.size} bytes"


def _codes(study: Study, field: Field) -> str | None:  # noqa: ARG001
    if not field.offered_when:
        return None

    codes = ", ".join(field.offered_when)
    return f"offered under a condition only: {codes}"


def _row_of(study: Study, field: Field) -> str | None:  # noqa: ARG001
    if field.row_of is None:
        return None

    return f"the number of a row of {field.row_of.rows}"


def _unique(study: Study, field: Field) -> str | None:  # noqa: ARG001
    unique = field.unique
    if unique is None or is_exactly_unique(field):
        return None

    names = " and ".join((field.name, *unique.together))
    return f"no two answers of a {unique.over} are equal in {names}"


def _said(study: Study, field: Field) -> None:
    """A facet that the schema says in full."""


FACETS: Mapping[str, Callable[[Study, Field], str | None]] = MappingProxyType(
    {
        "required": _required,
        "show_when": _shown,
        # It is a part of the condition under which a field is shown.
        "arms": _said,
        "range": _range,
        "expected": _expected,
        "alert": _alert,
        "comparator": _comparator,
        "value": _value,
        "missing": _missing,
        "lab_test": _reference,
        "size": _size,
        "codes": _codes,
        "row_of": _row_of,
        "row_label": _said,
        "unique": _unique,
        **dict.fromkeys(SAID, _said),
    }
)
"""What is lost of each facet; ``places`` of a number is a laxity of its kind."""

if missing := {name for field_type in FIELD_TYPES for name in field_type.facets} - set(
    FACETS
):
    raise ImportError(f"facets that tables do not cover: {sorted(missing)}")

WHOLE_STUDY: Mapping[str, str] = MappingProxyType(
    {
        "schedule": "which forms belong to which visit, and when each is expected",
        "forms": (
            "every line of data/forms.csv has a data row, and every data row has a line"
        ),
        "status": "a complete form has no required blanks and no errors",
        "rules": "rules across fields, forms and visits",
    }
)
