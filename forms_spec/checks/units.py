"""Every unit that may be chosen converts into one and the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.source_map import FieldPart, LoadedStudy

Targets = Mapping[str, str | None]
"""The units that may be chosen, each with the one that it converts into."""


def check_units(loaded: LoadedStudy) -> Iterator[Finding]:
    """Units without a way to the others."""
    for part in loaded.fields():
        # A unit that is fixed has nothing to convert from.
        if part.field.unit_choices:
            yield from _conversions(part)


def _conversions(part: FieldPart) -> Iterator[Finding]:
    assert part.field.unit is not None
    targets = {choice.code: choice.to for choice in part.field.unit.choices}

    for code, to in targets.items():
        spot = part.spot.at("unit").at(code)
        has_formula = spot.at("as").has

        if to is None:
            why = _wrong_base(code, targets, has_formula)
        else:
            why = _wrong_conversion(code, to, targets, has_formula)

        if why is not None:
            yield finding(
                "unit-conversion",
                text=spot.key,
                unit=code,
                why=why,
            )


def _wrong_base(code: str, targets: Targets, has_formula: bool) -> str | None:
    """Why a unit without ``to`` is not the one that all others convert into."""
    if has_formula:
        return "it has as: without to:"

    # Of two such units the first counts, and the second lacks its way to it.
    base = next(unit for unit, to in targets.items() if to is None)
    if code != base:
        return f"neither it nor {base} has the key to:"

    return None


def _wrong_conversion(
    code: str, to: str, targets: Targets, has_formula: bool
) -> str | None:
    """Why a unit with ``to`` does not convert into the one without."""
    if to not in targets:
        return f"there is no unit {to} among them"
    if not has_formula:
        return "it has to: without as:"

    seen = {code}
    step: str | None = to

    while step is not None and step in targets:
        if step in seen:
            return "it converts into itself through other units"

        seen.add(step)
        step = targets[step]

    return None
