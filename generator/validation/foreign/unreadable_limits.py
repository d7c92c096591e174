"""Limits and formats of a schema that its own fields cannot read: each is a finding,
and no cell is blamed.

Frictionless accepts such a descriptor and then refuses every cell, or stops. They are
taken out of the schema before its table is judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from generator.heavy_libraries import frictionless
from generator.validation.foreign.descriptor_path import (
    DescriptorPath,
    Fault,
    fault,
    shown,
)

_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_PAIRS = (
    ("minimum", "maximum"),
    ("minimum", "exclusiveMaximum"),
    ("exclusiveMinimum", "maximum"),
    ("exclusiveMinimum", "exclusiveMaximum"),
    ("minLength", "maxLength"),
)
_TIMES = ("date", "time", "datetime")
_EXAMPLE = datetime(2024, 2, 29, 13, 45, 56)

Read = Callable[[Any], Any]
"""Reads a limit as its field does; None where it cannot."""


def without_unreadable(schema: Any, path: DescriptorPath) -> Iterator[Fault]:
    """Takes what cannot be read out of a Frictionless schema; ``path`` is the schema's."""
    for index, field in enumerate(list(schema.fields)):
        field_path = path.child("fields").element(index)
        is_time = field.type in _TIMES
        if not is_time or _is_format(field.format):
            yield from _limit_faults(field, field_path.child("constraints"))
            continue

        yield fault(
            "field-format",
            field_path.child("format"),
            value=field.format,
            type=field.type,
        )
        schema.set_field(_of_any_text(field))


def _of_any_text(field: Any) -> Any:
    """The field without its type: nothing is known of texts in a format that is none."""
    written, constraints = field.to_descriptor(), field.constraints
    kept = _parts(written, ("name", "missingValues"))
    kept["constraints"] = _parts(constraints, ("required", "unique"))

    return frictionless.Field.from_descriptor({**kept, "type": "any"})


def _parts(whole: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: whole[name] for name in names if name in whole}


def _limit_faults(field: Any, path: DescriptorPath) -> Iterator[Fault]:
    read = _reader(field)
    for name in _BOUNDS:
        bound = field.constraints.get(name)
        if bound is None or read(bound) is not None:
            continue

        # Frictionless would take it for no limit, and say nothing.
        yield _unreadable(field, path.child(name), bound)
        del field.constraints[name]

    yield from _unreadable_codes(field, read, path.child("enum"))
    yield from _unreadable_pattern(field, path.child("pattern"))

    for low, high in _PAIRS:
        yield from _crossed(field, read, path, low, high)


def _reader(field: Any) -> Read:
    read_value = field.create_value_reader()

    def read(given: Any) -> Any:
        try:
            return read_value(given)
        except Exception:  # whatever stops it, the limit cannot be used
            return None

    return read


def _unreadable(field: Any, path: DescriptorPath, given: Any) -> Fault:
    kind = field.type
    if field.format != "default":
        kind = f"{field.type} in the format {field.format}"

    return fault("limit-unreadable", path, value=shown(given), kind=kind)


def _unreadable_codes(field: Any, read: Read, path: DescriptorPath) -> Iterator[Fault]:
    codes = field.constraints.get("enum")
    if not isinstance(codes, list):
        return

    readable: list[Any] = []
    for index, code in enumerate(codes):
        if read(code) is None:
            yield _unreadable(field, path.element(index), code)
        else:
            readable.append(code)

    # An empty list would refuse every cell.
    if codes and not readable:
        del field.constraints["enum"]
    elif len(readable) < len(codes):
        field.constraints["enum"] = readable


def _unreadable_pattern(field: Any, path: DescriptorPath) -> Iterator[Fault]:
    pattern = field.constraints.get("pattern")
    if not isinstance(pattern, str):
        return

    try:
        re.compile(f"^{pattern}$")
    except (re.error, OverflowError, RecursionError) as error:
        yield fault("pattern-unreadable", path, value=pattern, why=str(error))
        del field.constraints["pattern"]


def _crossed(
    field: Any, read: Read, path: DescriptorPath, low: str, high: str
) -> Iterator[Fault]:
    """Two ends between which there is nothing."""
    limits = field.constraints
    if low not in limits or high not in limits:
        return

    least, most = limits[low], limits[high]
    # A length is a number already. The other limits are values of the field.
    bottom, top = least, most
    if low != "minLength":
        bottom, top = read(least), read(most)

    try:
        crossed = bottom > top
        if bottom == top:
            crossed = low.startswith("exclusive") or high.startswith("exclusive")
    except TypeError:  # values without an order
        return

    if not crossed:
        return

    yield fault(
        "limits-crossed",
        path.child(low),
        given=shown(least),
        high=high,
        most=shown(most),
    )
    del limits[low], limits[high]


def _is_format(form: str) -> bool:
    """True for a format in which a date or a time can be written and read again."""
    if form in ("default", "any"):
        return True

    try:
        datetime.strptime(_EXAMPLE.strftime(form), form)
    except (ValueError, re.error):
        return False

    return "%" in form.replace("%%", "")
