"""Each field has the keys that its type needs, and none that mean nothing for it."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.source_map import FieldPart, LoadedStudy


def check_keys(draft: LoadedStudy) -> Iterator[Finding]:
    """Labels and formulas that are missing, keys and controls that do not fit the type."""
    for part in draft.fields():
        if "label" not in part.keys and not part.spot.at("label").has:
            yield finding("label-missing", text=part.field.place, name=part.field.name)
        if part.field.type.name == part.spot.at("type").data or "type" not in part.keys:
            yield from _for_type(part)


def _for_type(part: FieldPart) -> Iterator[Finding]:
    field = part.field
    type_ = field.type
    for key in sorted(part.keys - type_.facets - {"label", "type"}):
        known = ", ".join(sorted(type_.facets))
        yield finding(
            "facet-not-allowed",
            text=part.spot.at(key).key,
            type=type_.name,
            key=key,
            keys=known,
        )

    if type_.name == "calculated" and "value" not in part.keys:
        yield finding("value-missing", text=field.place, name=field.name)
    controls = type_.controls or (type_.control,)
    if "control" in part.keys and field.control not in controls:
        yield finding(
            "control-not-allowed",
            text=part.spot.at("control").place,
            type=type_.name,
            name=field.control,
            controls=", ".join(controls),
        )
