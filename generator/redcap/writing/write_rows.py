"""Every field of a study as a row of REDCap's dictionary, and what its cells cannot
say.
"""

from __future__ import annotations

from collections.abc import Mapping

from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from generator.redcap.box_codes import columns_named
from generator.redcap.losses import Loss
from generator.redcap.names import unused
from generator.redcap.writing.cell_facts import subject_field
from generator.redcap.writing.write_cells import Cells, CellWriter

RECORD_ID = "record_id"
COMPLETE, TIMESTAMP = "_complete", "_timestamp"
EVENT = "redcap_event_name"
INSTRUMENT = "redcap_repeat_instrument"
INSTANCE = "redcap_repeat_instance"
GROUP = "redcap_data_access_group"
SURVEY = "redcap_survey_identifier"
SYSTEM = (EVENT, INSTRUMENT, INSTANCE, GROUP, SURVEY)

Key = tuple[str, str]
"""A table and the name of one of its fields."""


def study_rows(
    study: Study, names: Mapping[Key, str] | None = None
) -> tuple[list[tuple[Key, Cells]], list[Loss]]:
    """The cells of every field by its table and name, and what they do not say."""
    writer = CellWriter(study=study, names=redcap_names(study, names or {}))
    rows = [row for form in study.forms.values() for row in writer.rows(form)]
    return rows, writer.losses


def redcap_names(study: Study, kept: Mapping[Key, str]) -> dict[Key, str]:
    """A name for every field, unique in the project as REDCap wants it.

    No two fields have a column in common either, nor one with the columns that REDCap
    adds to every export: a text called ``race___2`` beside the boxes of ``race`` gets
    another name.
    """
    texts: dict[Key, str] = {}
    wanted = set(kept.values())
    taken = set(SYSTEM)
    for table in study.tables:
        taken |= {f"{table}{COMPLETE}", f"{table}{TIMESTAMP}"}

    for key, item in _fields(study):
        name = kept.get(key) or item.redcap.get("name") or item.name
        reserved = taken if key in kept else taken | wanted
        if not reserved.isdisjoint((name, *columns_named(study, item, name))):
            name = _other_name(study, item, f"{key[0]}_{item.name}", taken | wanted)
        taken |= {name, *columns_named(study, item, name)}
        texts[key] = name

    return texts


def _fields(study: Study) -> list[tuple[Key, Field]]:
    return [
        ((group.name if group.rows is not None else form.name, field.name), field)
        for form in study.forms.values()
        for group in form.groups
        for field in group.fields
    ]


def _other_name(study: Study, field: Field, wished: str, taken: set[str]) -> str:
    """A name whose columns are all free."""
    refused: set[str] = set()
    while True:
        name = unused(wished, taken | refused)
        if taken.isdisjoint(columns_named(study, field, name)):
            return name
        refused.add(name)


def subject_key(study: Study) -> Key | None:
    """The field that is the record id, by its table and name."""
    wanted = subject_field(study)
    return next((key for key, item in _fields(study) if item is wanted), None)


def record_id(study: Study, names: Mapping[Key, str]) -> str:
    """The name of the record id: that of the field that holds it, or one that no column
    has.
    """
    subject = subject_key(study)
    if subject is not None:
        return names[subject]
    taken = {
        name
        for key, item in _fields(study)
        for name in (names[key], *columns_named(study, item, names[key]))
    }

    return unused(RECORD_ID, taken)
