"""Fields for tests, made from the keys that a dictionary would give them, without the
loader.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

import pytest

from forms_spec.field_types import FIELD_TYPES, FieldType, Sample, field_type
from forms_spec.findings.places import TextPlace
from forms_spec.kinds import kind
from forms_spec.model.codes import Code, Codelist, MissingCode
from forms_spec.model.facets import Pattern, Unit, Upload
from forms_spec.model.fields import Field

Case = TypeVar("Case")
PLACE = TextPlace(file="forms/test.yaml", line=1, column=1)


def field_of(
    type_name: str, keys: Mapping[str, Any] | None = None, *, name: str = "answer"
) -> Field:
    """A field of a type.

    ``keys`` as in the dictionary; ``missing`` is a list of codes.
    """
    held: Mapping[str, Any] = keys or {}
    type_ = field_type(type_name)
    unknown = set(held) - type_.facets
    assert not unknown, f"{type_name} has no {unknown}"
    least, most = _length(held.get("length"))
    comparators = tuple(held.get("comparator", ()))
    given = "bounded" if comparators else type_.kind
    return Field(
        name=name,
        label=held.get("label", name),
        type=type_,
        kind=kind(
            given
            or held.get("gives", "decimal" if type_name == "calculated" else "text")
        ),
        place=PLACE,
        form="test",
        group="test",
        min_length=least,
        max_length=most,
        pattern=_pattern(held.get("pattern")) or type_.pattern,
        places=0 if comparators and type_.kind == "integer" else held.get("places"),
        comparators=comparators,
        seconds=held.get("seconds", False),
        unit=Unit(fixed=held["unit"]) if "unit" in held else None,
        codelist=codelist_of(held.get("codes"), type_),
        missing=tuple(
            MissingCode(code=code, label=f"Because {code}")
            for code in held.get("missing", ())
        ),
        upload=_upload(held) if type_name == "file" else None,
        control=type_.control,
        default=held.get("default"),
        retired=tuple(held.get("retired", ())),
        max_choices=held.get("max_choices"),
    )


def codelist_of(codes: Any, type_: FieldType) -> Codelist | None:
    """The built-in list of the type, or the codes as a dictionary states them in place."""
    if codes is None:
        return (
            Codelist(name="YN", codes=type_.codes, place=PLACE) if type_.codes else None
        )
    labelled = codes if isinstance(codes, Mapping) else {code: code for code in codes}
    return Codelist(
        name="test.answer",
        codes=tuple(_code(code, says) for code, says in labelled.items()),
        place=PLACE,
    )


def _code(code: str, says: Any) -> Code:
    if not isinstance(says, Mapping):
        return Code(code=code, label=says)
    number = Decimal(str(says["number"])) if "number" in says else None
    return Code(
        code=code,
        label=says["label"],
        exclusive=says.get("exclusive", False),
        number=number,
    )


def _length(length: Any) -> tuple[int | None, int | None]:
    if isinstance(length, int):
        return None, length
    return (length[0], length[1]) if length else (None, None)


def _pattern(pattern: Any) -> Pattern | None:
    if pattern is None:
        return None
    if isinstance(pattern, str):
        return Pattern(expression=pattern, message=None)
    return Pattern(expression=pattern["matches"], message=pattern["message"])


def _upload(held: Mapping[str, Any]) -> Upload:
    return Upload(
        endings=tuple(held.get("accept", ())), size=held.get("size", 10_000_000)
    )


def accepted() -> list[tuple[FieldType, Sample]]:
    """Every text that a type says its fields accept."""
    return [(type_, sample) for type_ in FIELD_TYPES for sample in type_.accepts]


def rejected() -> list[tuple[FieldType, Sample]]:
    """Every text that a type says its fields reject."""
    return [(type_, sample) for type_ in FIELD_TYPES for sample in type_.rejects]


def by_type(cases: Iterable[Case], type_of: Callable[[Case], FieldType]) -> list[Any]:
    """The cases of each type as one parameter of a test: a test of its own for each of
    thousands takes longer than the case.
    """
    sorted_: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        sorted_[type_of(case).name].append(case)
    return [pytest.param(held, id=name) for name, held in sorted_.items()]


def samples(cases: Iterable[tuple[FieldType, Sample]]) -> list[Any]:
    """Samples by their type."""
    return by_type(cases, lambda case: case[0])


@cache
def distinct_fields() -> tuple[Field, ...]:
    """One field for each type and each set of keys that its samples use."""
    found = {
        (type_.name, repr(dict(sample.keys))): field_of(type_.name, sample.keys)
        for type_, sample in (*accepted(), *rejected())
    }
    return tuple(found.values())
