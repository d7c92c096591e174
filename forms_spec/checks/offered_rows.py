"""Fields whose number names a row of another form can offer such rows."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.offered_rows import why_not_offered
from forms_spec.loading.source_map import FieldPart, LoadedStudy
from forms_spec.model.study import Study


def check_offered_rows(loaded: LoadedStudy) -> Iterator[Finding]:
    """Rows that there are not, and labels of them that no field gives."""
    study = loaded.study
    for part in loaded.fields():
        if part.field.row_of is not None:
            yield from _rows(study, part)
        elif "row_label" in part.keys and "row_label" in part.field.type.facets:
            yield finding("row-label-alone", text=part.spot.at("row_label").key)


def _rows(study: Study, part: FieldPart) -> Iterator[Finding]:
    offered = part.field.row_of
    assert offered is not None
    why = why_not_offered(study, part.field)
    if why:
        groups = [
            group.name for form in study.forms.values() for group in form.row_groups
        ]
        near = "" if offered.table in groups else did_you_mean(offered.table, groups)
        place = part.spot.at("row_of").place
        yield finding(
            "rows-not-offered", text=place, name=offered.rows, why=why, near=near
        )
        return

    known = [item.name for item in study.tables[offered.table].fields]
    for index, name in enumerate(offered.label):
        if name not in known:
            yield finding(
                "row-label-unknown",
                text=part.spot.at("row_label", index).place,
                name=name,
                table=offered.table,
                near=did_you_mean(name, known),
            )
