"""Every field of a study as a row of REDCap's dictionary, and what its cells cannot say."""

from __future__ import annotations

from collections.abc import Mapping

from forms_spec.model import Study
from generator.redcap.losses import Loss
from generator.redcap.names import unused
from generator.redcap.write_cells import Cells, CellWriter


def study_rows(
    study: Study, names: Mapping[tuple[str, str], str] | None = None
) -> tuple[list[tuple[tuple[str, str], Cells]], list[Loss]]:
    """The cells of every field by its table and name, and what they do not say."""
    writer = CellWriter(study=study, names=redcap_names(study, names or {}))
    rows = [row for form in study.forms.values() for row in writer.rows(form)]
    return rows, writer.losses


def redcap_names(study: Study, kept: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """A name for every field, unique in the project as REDCap wants it."""
    found: dict[tuple[str, str], str] = {}
    taken = set(kept.values())
    for form in study.forms.values():
        for group in form.groups:
            table = group.name if group.rows is not None else form.name
            for one in group.fields:
                key = (table, one.name)
                name = kept.get(key) or one.redcap.get("name") or one.name
                if key not in kept and name in taken:
                    name = unused(f"{table}_{one.name}", taken)
                taken.add(name)
                found[key] = name
    return found
