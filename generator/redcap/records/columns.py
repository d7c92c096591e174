"""The columns of REDCap's record exports: which cell of the study each of them holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as _field

from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from generator.redcap.box_codes import box_column, redcap_codes, renamed_codes
from generator.redcap.writing.write_rows import (
    COMPLETE,
    EVENT,
    GROUP,
    INSTANCE,
    INSTRUMENT,
    SURVEY,
    SYSTEM,
    TIMESTAMP,
    record_id,
    redcap_names,
    subject_key,
)

__all__ = [
    "COMPLETE",
    "EVENT",
    "GROUP",
    "INSTANCE",
    "INSTRUMENT",
    "SURVEY",
    "SYSTEM",
    "TIMESTAMP",
    "FieldColumn",
    "RecordColumns",
    "box_column",
    "columns_of",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldColumn:
    """A column of one field; ``code`` is the answer of a box of a checkbox, ``redcap``
    that of REDCap.

    ``others`` gives the answer of a code that is another one in REDCap.
    """

    table: str
    field: Field
    code: str | None = None
    redcap: str | None = None
    others: Mapping[str, str] = _field(default_factory=dict)


@dataclass(kw_only=True)
class RecordColumns:
    """Every column that a study's records may have, by its name.

    ``combined`` are those of checkboxes whose ticked boxes stand in one cell, with
    commas between them. ``states`` are the columns that say how far a form is,
    ``subject`` is the name of the record id.
    """

    cells: dict[str, FieldColumn] = _field(default_factory=dict)
    combined: dict[str, FieldColumn] = _field(default_factory=dict)
    states: dict[str, str] = _field(default_factory=dict)
    timestamps: set[str] = _field(default_factory=set)
    subject: str = "record_id"
    forms: dict[str, str] = _field(default_factory=dict)
    names: Mapping[tuple[str, str], str] = _field(default_factory=dict)


def _flipped(study: Study, field: Field) -> Iterator[tuple[str, str]]:
    """The answers of a checkbox by their codes in REDCap and by their labels."""
    listed = field.codelist.by_code if field.codelist else {}
    labels = {code.code: code.label for code in field.missing}
    for code, _ in redcap_codes(study, field).items():
        yield (listed[code].label if code in listed else labels[code]), code
    for code, other in redcap_codes(study, field).items():
        yield other, code


def columns_of(study: Study) -> RecordColumns:
    """The columns of a study; a repeating group is an instrument of its own."""
    names = redcap_names(study, {})
    columns = RecordColumns(names=names, subject=record_id(study, names))
    subject = subject_key(study)

    for table in study.tables.values():
        columns.forms[table.name] = table.form.name
        columns.states[f"{table.name}{COMPLETE}"] = table.name
        columns.timestamps.add(f"{table.name}{TIMESTAMP}")

        for field in table.fields:
            if (table.name, field.name) == subject:
                continue
            name = names[table.name, field.name]
            others = {other: code for code, other in renamed_codes(study, field)}
            if field.kind.name == "choices" and field.codelist is not None:
                for code, other in redcap_codes(study, field).items():
                    column = box_column(name, other)
                    columns.cells[column] = FieldColumn(
                        table=table.name, field=field, code=code, redcap=other
                    )

                columns.combined[name] = FieldColumn(
                    table=table.name, field=field, others=dict(_flipped(study, field))
                )
            else:
                columns.cells[name] = FieldColumn(
                    table=table.name, field=field, others=others
                )

    return columns
