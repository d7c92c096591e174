"""Every unit that may be chosen converts into one and the same."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.source_map import FieldPart, LoadedStudy


def check_units(draft: LoadedStudy) -> Iterator[Finding]:
    """Units without a way to the others."""
    for part in draft.fields():
        unit = part.field.unit
        if unit is not None and unit.choices:
            yield from _conversions(part)


def _conversions(part: FieldPart) -> Iterator[Finding]:
    assert part.field.unit is not None
    into = {choice.code: choice.to for choice in part.field.unit.choices}
    roots = [code for code, to in into.items() if to is None]

    for code, to in into.items():
        spot = part.spot.at("unit").at(code)
        why = _why(code, to, into, roots, spot.at("as").has)
        if why is not None:
            yield finding("unit-conversion", text=spot.key, unit=code, why=why)


def _why(
    code: str,
    to: str | None,
    into: dict[str, str | None],
    roots: list[str],
    formula: bool,
) -> str | None:
    if to is None:
        if formula:
            return "it has as: without to:"
        return (
            None if code == roots[0] else f"neither it nor {roots[0]} has the key to:"
        )

    if to not in into:
        return f"there is no unit {to} among them"
    if not formula:
        return "it has to: without as:"
    seen = {code}
    step: str | None = to

    while step is not None and step in into:
        if step in seen:
            return "it converts into itself through other units"
        seen.add(step)
        step = into[step]

    return None
