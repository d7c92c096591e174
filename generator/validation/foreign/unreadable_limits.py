"""Limits and formats of a schema that its own fields cannot read: each is a finding,
and no cell is blamed.

Frictionless accepts such a descriptor and then refuses every cell, or stops. They are
taken out of the schema before its table is judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from generator.heavy_libraries import frictionless
from generator.validation.foreign.descriptor_faults import Fault, fault, shown

_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_PAIRS = (
    *(
        (low, high)
        for low in ("minimum", "exclusiveMinimum")
        for high in ("maximum", "exclusiveMaximum")
    ),
    ("minLength", "maxLength"),
)
_TIMES = ("date", "time", "datetime")
_EXAMPLE = datetime(2024, 2, 29, 13, 45, 56)


def without_unreadable(schema: Any, text: str, table: str) -> Iterator[Fault]:
    """Takes what cannot be read out of a Frictionless schema; ``text`` is its path in
    the descriptor.
    """
    for place, field in enumerate(list(schema.fields)):
        here = f"{text}.fields[{place}]"
        if field.type in _TIMES and not _is_format(field.format):
            yield fault(
                "field-format",
                f"{here}.format",
                table,
                value=field.format,
                type=field.type,
            )
            schema.set_field(_of_any_text(field))
        else:
            yield from _field(field, here, table)


def _of_any_text(field: Any) -> Any:
    """The field without its type: nothing is known of texts in a format that is none."""
    described = field.to_descriptor()
    constraints = {
        name: constraint
        for name, constraint in field.constraints.items()
        if name in ("required", "unique")
    }
    kept = {
        name: described[name] for name in ("name", "missingValues") if name in described
    }

    return frictionless.Field.from_descriptor(
        {**kept, "type": "any", "constraints": constraints}
    )


def _field(field: Any, text: str, table: str) -> Iterator[Fault]:
    read = field.create_value_reader()
    within = f"{text}.constraints"
    for name in [name for name in _BOUNDS if name in field.constraints]:
        if (value := field.constraints[name]) is not None and _value(
            read, value
        ) is None:
            yield _unreadable(field, f"{within}.{name}", value, table)
            del field.constraints[name]

    yield from _codes(field, read, within, table)
    yield from _pattern(field, within, table)
    yield from _crossed(field, read, within, table)


def _unreadable(field: Any, text: str, value: Any, table: str) -> Fault:
    form = f" in the format {field.format}" if field.format != "default" else ""
    return fault(
        "limit-unreadable", text, table, value=shown(value), kind=f"{field.type}{form}"
    )


def _codes(field: Any, read: Any, within: str, table: str) -> Iterator[Fault]:
    codes = field.constraints.get("enum")
    if not isinstance(codes, list):
        return
    bad = [place for place, code in enumerate(codes) if _value(read, code) is None]
    for place in bad:
        yield _unreadable(field, f"{within}.enum[{place}]", codes[place], table)
    if bad and len(bad) == len(codes):
        del field.constraints["enum"]
    elif bad:
        field.constraints["enum"] = [
            code for place, code in enumerate(codes) if place not in bad
        ]


def _pattern(field: Any, within: str, table: str) -> Iterator[Fault]:
    pattern = field.constraints.get("pattern")
    if not isinstance(pattern, str):
        return
    try:
        re.compile(f"^{pattern}$")
    except (re.error, OverflowError, RecursionError) as error:
        yield fault(
            "pattern-unreadable",
            f"{within}.pattern",
            table,
            value=pattern,
            why=str(error),
        )
        del field.constraints["pattern"]


def _crossed(field: Any, read: Any, within: str, table: str) -> Iterator[Fault]:
    """Two ends between which there is nothing."""
    for low, high in _PAIRS:
        limits: Mapping[str, Any] = field.constraints
        if low not in limits or high not in limits:
            continue
        least, most = limits[low], limits[high]
        ends = (
            (least, most)
            if low == "minLength"
            else (_value(read, least), _value(read, most))
        )
        open_end = low.startswith("exclusive") or high.startswith("exclusive")

        try:
            crossed = ends[0] > ends[1] or (open_end and ends[0] == ends[1])
        except TypeError:
            continue

        if crossed:
            words = {"given": shown(least), "high": high, "most": shown(most)}
            yield fault("limits-crossed", f"{within}.{low}", table, **words)
            del field.constraints[low], field.constraints[high]


def _value(read: Any, given: Any) -> Any:
    try:
        return read(given)
    except Exception:
        return None


def _is_format(form: str) -> bool:
    """True for a format in which a date or a time can be written and read again."""
    if form in ("default", "any"):
        return True
    try:
        datetime.strptime(_EXAMPLE.strftime(form), form)
    except (ValueError, re.error):
        return False

    return "%" in form.replace("%%", "")
