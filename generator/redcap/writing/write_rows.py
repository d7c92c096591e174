"""Every field of a study as a row of REDCap's dictionary, and what its cells cannot
say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from generator.redcap.box_codes import value_columns
from generator.redcap.losses import CellLoss
from generator.redcap.names import unused
from generator.redcap.writing.cell_context import Cells, Key
from generator.redcap.writing.cell_facts import study_fields, subject_field
from generator.redcap.writing.write_cells import CellWriter

RECORD_ID = "record_id"
COMPLETE, TIMESTAMP = "_complete", "_timestamp"
EVENT = "redcap_event_name"
INSTRUMENT = "redcap_repeat_instrument"
INSTANCE = "redcap_repeat_instance"
GROUP = "redcap_data_access_group"
SURVEY = "redcap_survey_identifier"
SYSTEM = (EVENT, INSTRUMENT, INSTANCE, GROUP, SURVEY)


def study_rows(
    study: Study, names: Mapping[Key, str] | None = None
) -> tuple[list[tuple[Key, Cells]], list[CellLoss]]:
    """The cells of every field by its table and name, and what they do not say."""
    writer = CellWriter(study, redcap_names(study, names or {}))
    rows: list[tuple[Key, Cells]] = []
    for form in study.forms.values():
        rows += writer.rows(form)

    return rows, writer.losses


def redcap_names(study: Study, kept: Mapping[Key, str]) -> dict[Key, str]:
    """A name for every field, unique in the project as REDCap wants it.

    No two fields have a column in common either, nor one with the columns that REDCap
    adds to every export: a text called ``race___2`` beside the boxes of ``race`` gets
    another name. ``kept`` are names that the project has already, and that go before.
    """
    names: dict[Key, str] = {}
    wanted = set(kept.values())
    taken = set(SYSTEM)

    for table in study.tables:
        taken |= {f"{table}{COMPLETE}", f"{table}{TIMESTAMP}"}

    for key, field in _keyed_fields(study):
        name = kept.get(key) or field.redcap.get("name") or field.name
        # A name that the project has already goes to no field but its own.
        reserved = taken if key in kept else taken | wanted
        if not reserved.isdisjoint(_used_names(study, field, name)):
            name = _other_name(study, field, f"{key[0]}_{field.name}", taken | wanted)

        taken |= _used_names(study, field, name)
        names[key] = name

    return names


def _keyed_fields(study: Study) -> Iterator[tuple[Key, Field]]:
    for group, field in study_fields(study):
        yield (group.table, field.name), field


def _used_names(study: Study, field: Field, name: str) -> set[str]:
    """The name of a field and those of its columns."""
    return {name, *value_columns(study, field, name)}


def _other_name(study: Study, field: Field, wished: str, taken: set[str]) -> str:
    """A name whose columns are all free."""
    refused: set[str] = set()
    while True:
        name = unused(wished, taken | refused)
        if taken.isdisjoint(value_columns(study, field, name)):
            return name

        refused.add(name)


def subject_key(study: Study) -> Key | None:
    """The field that is the record id, by its table and name."""
    wanted = subject_field(study)
    for key, field in _keyed_fields(study):
        if field is wanted:
            return key

    return None


def record_id(study: Study, names: Mapping[Key, str]) -> str:
    """The name of the record id: that of the field that holds it, or one that no column
    has.
    """
    subject = subject_key(study)
    if subject is not None:
        return names[subject]

    taken: set[str] = set()
    for key, field in _keyed_fields(study):
        taken |= _used_names(study, field, names[key])

    return unused(RECORD_ID, taken)
