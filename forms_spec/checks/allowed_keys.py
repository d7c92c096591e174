"""Each field has the keys that its type needs, and none that mean nothing for it."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.source_map import FieldPart, LoadedStudy


def check_keys(loaded: LoadedStudy) -> Iterator[Finding]:
    """Labels and formulas that are missing, keys and controls that do not fit the type."""
    for part in loaded.fields():
        field = part.field
        has_label = "label" in part.keys or part.spot.at("label").has
        if not has_label:
            yield finding("label-missing", text=field.place, name=field.name)

        if _has_its_own_type(part):
            yield from _against_type(part)


def _has_its_own_type(part: FieldPart) -> bool:
    """False when another type stands in for one that is unknown."""
    # Without the key the type comes from the form's defaults, which are read elsewhere.
    if "type" not in part.keys:
        return True

    written = part.spot.at("type").data
    return part.field.type.name == written


def _against_type(part: FieldPart) -> Iterator[Finding]:
    field = part.field
    type_ = field.type
    # Every field may have these two; a note has no facet at all.
    strange = part.keys - type_.facets - {"label", "type"}

    for key in sorted(strange):
        yield finding(
            "facet-not-allowed",
            text=part.spot.at(key).key,
            type=type_.name,
            key=key,
            keys=", ".join(sorted(type_.facets)),
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
